"""The service for pages, commands and routes; never imports torch.

Computation runs in separate processes.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from core import catalog, configure
from core.access.visitor import is_owner
from core.configure import SettingField
from core.errors import DatabaseBusy, RunNotFound, RunNotReady, UserError
from core.processes.identity import kill
from core.runs import Event, Lineage, QueueEntry, Run, RunStatus, Worker, WorkerInfo
from core.services.dataset_service import DatasetService
from core.services.example_run import example_run
from core.services.inference import InferenceClient
from core.services.lineage import Family, with_changes
from core.services.preflight import Preflights
from core.services.run_document import report_in, run_document, tail_of
from core.services.targets import Targets
from core.settings import Settings
from core.specs import DatasetSpec, ModelSpec, TaskSpec
from core.specs.config import TrainConfig
from core.specs.target import Target
from core.store.database import Database
from core.store.job_queue import JobQueue
from core.store.metric_store import MetricStore, Point
from core.store.run_store import RunStore, now
from core.tracking.lock_holders import LockHolders
from core.tracking.lost_runs import LostRunDetector

__all__ = ["Service", "Worker"]

LONGEST_NAME, LONGEST_NOTE = 80, 2000  # characters


class Service:
    """The application's facade: each method a query or change, its errors `TouchstoneError`."""

    def __init__(self, settings: Settings, database: Database, worker: Worker) -> None:
        """Wire it; `core.services.bootstrap.open_service` does."""
        self.settings, self.database, self.worker = settings, database, worker
        self.dataset_service = DatasetService(settings)
        self._runs, self._metrics, self._queue = RunStore(database), MetricStore(database), JobQueue(database)
        self._family, self._lost_runs = Family(settings, self._runs), LostRunDetector(database)
        self._lock_holders = LockHolders(database)
        self.preflights, self.inference = Preflights(database, worker), InferenceClient(settings)
        self.targets = Targets(settings, self._runs, self.dataset_service)

    @staticmethod
    def is_owner(headers: Mapping[str, str]) -> bool:
        """Check whether the local owner made a request.

        Only the owner may name files and folders on this machine.
        """
        return is_owner(headers)

    # --- what there is ---

    def tasks(self) -> dict[str, TaskSpec]:
        """Return every task by name."""
        return catalog.tasks()

    def datasets(self, task: str | None = None) -> dict[str, DatasetSpec]:
        """Return every data set, built in or brought, or those of one task."""
        return self.dataset_service.specs(task)

    def models(self, task: str | None = None) -> dict[str, ModelSpec]:
        """Return every model, or those that can do one task."""
        return catalog.models(task)

    def setting_fields(self, model: str, task: str = "") -> list[SettingField]:
        """Return every setting of a run of this model, as a form shows it."""
        return configure.setting_fields(catalog.find_model(model), task)

    def preset_values(self, model: str, preset: str, task: str = "") -> dict[str, Any]:
        """Return the value of every setting under a preset."""
        return configure.preset_values(catalog.find_model(model), preset, task)

    def kept_step(self, run_id: str) -> int | None:
        """Return the step whose weights a run keeps; None where it keeps none."""
        card = self.folder(run_id) / "checkpoints" / "best" / "card.json"
        try:
            return int(json.loads(card.read_text(encoding="utf-8"))["content"]["step"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def make_config(
        self, task: str, dataset: str, model: str, preset: str = "quick", overrides: Mapping[str, Any] | None = None
    ) -> TrainConfig:
        """Return the complete configuration, or say in words why there is none."""
        catalog.find_task(task)
        self.dataset_service.find(dataset, task)
        config = configure.make_config(task, dataset, model, preset, overrides)
        return config.model_copy(update={"dataset_version": self.dataset_service.head(dataset)})

    def runs_using(self, dataset: str, fingerprint: str = "") -> list[Run]:
        """Return the runs that need a dataset or one version, newest first."""
        using = (run for run in [*self.runs(), *self.runs(trashed=True)] if run.config.dataset == dataset)
        return [run for run in using if fingerprint in ("", run.config.dataset_version)]

    def empty_data_trash(self) -> int:
        """Delete datasets in the trash, except those runs need; return how many."""
        needed = {run.config.dataset for run in [*self.runs(), *self.runs(trashed=True)]}
        return self.dataset_service.empty_trash(needed)

    def demo_config(self, task: str) -> TrainConfig:
        """Return the configuration of a task's one-click demo."""
        spec = catalog.find_task(task)
        return self.make_config(task, *spec.demo, overrides=spec.demo_settings)

    def example(self) -> Run | None:
        """Return the finished run that ships with the project; None once somebody deleted it."""
        return example_run(self.settings, self.database)

    # --- starting and stopping ---

    def start_run(
        self,
        config: TrainConfig,
        name: str = "",
        idempotency_key: str | None = None,
        cloned_from: str = "",
        target: Target | None = None,
    ) -> Run:
        """Queue a run and make sure that somebody will take it.

        Args:
            config: From `make_config`.
            name: What to call it; empty names it after its data and model.
            idempotency_key: Two calls with the same key are one run.
            cloned_from: The run whose settings it began with, if any.
            target: Its own; None is that of the run that it comes from, else that of its data set.

        Raises:
            UserError: The target does not fit, a file that the model needs is missing or altered, or the run that it
                continues does not fit; nothing is queued.
        """
        spec = configure.resolve(config)
        spec.check_model()
        dataset = self.dataset_service.find(config.dataset, config.task)
        if target is not None:
            self.targets.check(target, config.dataset)
        parent = self._family.parent_of(config, cloned_from)
        clean, key = _clean(name, LONGEST_NAME, "name"), idempotency_key or uuid4().hex
        called = f"{dataset.title[: LONGEST_NAME // 2].rstrip()}, {spec.model.short}"
        target = target or (self._runs.get(parent[0]).target if parent[0] else None)
        run = self._runs.create(config, clean, key, parent, self.preflights.estimate_of(config), called, target)
        self.worker.ensure()
        return run

    def train_longer(
        self,
        run_id: str,
        epochs: int,
        learning_rate: float | None = None,
        idempotency_key: str | None = None,
        target: Target | None = None,
    ) -> Run:
        """Queue a new run that continues from a finished, stopped or diverged run's weights.

        Args:
            run_id: The run; it stays as it is.
            epochs: How many more passes over the training data.
            learning_rate: None is the same again, or a tenth of it where the run broke down.
            idempotency_key: Two calls with the same key are one run.
            target: Its own; None is that of the run.

        Raises:
            RunNotReady: It still works, was interrupted (resume it), is in the trash, or has nothing saved.
            InvalidSetting: A number out of bounds.
        """
        config = self._family.longer(self.run(run_id), epochs, learning_rate)
        return self.start_run(config, idempotency_key=idempotency_key, target=target)

    def clone_config(self, run_id: str, changes: Mapping[str, Any] | None = None) -> TrainConfig:
        """Return a run's settings, to be changed and started from nothing with `start_run(..., cloned_from=run_id)`."""
        config = self._family.anew(self.run(run_id))
        return with_changes(config, changes or {})

    def stop_run(self, run_id: str) -> Run:
        """Ask a run to stop; what it has learnt is saved.

        Raises:
            RunNotReady: It has already ended.
        """
        return self._end(run_id, "stop")

    def end_run(self, run_id: str) -> Run:
        """Kill a hung run's process at once; its checkpoints are kept.

        It is for a run that does not react to a stop request. It may be the one that keeps everybody from writing: then
        it is ended before the wish is noted.

        Raises:
            RunNotReady: It has already ended, or is logged elsewhere.
        """
        run = self.run(run_id)
        if not run.is_own:
            raise RunNotReady(f"'{run.name}' is logged by a script: only whoever runs that may end it.")
        try:
            self._end(run.id, "stop")
        except DatabaseBusy:
            if (process := self._queue.process_of(run.id)) is None:
                raise
            kill(*process)
            self._runs.request_stop(run.id)  # where the supervisor was quicker, it has ended already
        if (process := self._queue.process_of(run.id)) is not None:
            kill(*process)
        return self.run(run_id)

    def pause_run(self, run_id: str) -> Run:
        """Ask a run to pause, freeing memory and device; `resume_run` continues exactly there.

        Raises:
            RunNotReady: It has already ended.
        """
        return self._end(self._family.check_can_pause(self.run(run_id)).id, "pause")

    def finish_run(self, run_id: str) -> Run:
        """Ask a run to end training, evaluate and save; a stopped one is resumed.

        Raises:
            RunNotReady: It has learnt nothing yet, is being stopped, or has already succeeded.
        """
        run = self._family.check_can_finish(self.run(run_id))
        if self._runs.request_finish(run.id):
            self._runs.add_event(run.id, "note", f"Asked to finish now, after step {run.steps} of {run.steps_total}.")
        elif self._queue.requeue(run.id, finish=True):
            self._runs.add_event(run.id, "note", "Resumed to be judged and saved as it is.")
        self.worker.ensure()
        return self.run(run_id)

    def resume_run(self, run_id: str) -> Run:
        """Queue a run again, to go on from its last checkpoint.

        Raises:
            RunNotReady: It still works, has succeeded or is in the trash.
        """
        run = self._family.check_can_resume(self.run(run_id))
        if self._queue.requeue(run.id):
            self._runs.add_event(run.id, "note", "Resumed: goes on from the last checkpoint.")
        self.worker.ensure()
        return self.run(run_id)

    # --- reading ---

    def run(self, run_id: str) -> Run:
        """Return one run.

        Raises:
            RunNotFound: There is none of this id.
        """
        return self._lost_runs.checked([self._runs.get(run_id.strip().lower())])[0]

    def runs(self, *, trashed: bool = False, limit: int | None = None) -> list[Run]:
        """Return runs, the newest first."""
        return self._lost_runs.checked(self._runs.list(trashed=trashed, limit=limit))

    def active_runs(self) -> list[Run]:
        """Return the runs that wait or work, the newest first."""
        return self._lost_runs.still_active(self._runs.list(status=(RunStatus.QUEUED, RunStatus.RUNNING)))

    def queue(self) -> list[QueueEntry]:
        """Return the runs that wait, the next one first."""
        return self._queue.waiting(self.worker.info().slots)

    def watch(self) -> WorkerInfo:
        """Return the supervisor's state; start one if needed.

        It is needed where runs wait or work here and no supervisor is alive.

        A process of ours that stands still with the database in its hands is let go on, or ended, before.
        """
        self._lock_holders.check()
        info = self.worker.info()
        if not info.alive and any(run.is_own for run in self.active_runs()):
            self.worker.ensure()
        return info

    def metrics(self, run_id: str, after: Mapping[str, float] | None = None) -> dict[str, list[Point]]:
        """Return (step, value, wall time) by key, optionally only what came after a step."""
        return self._metrics.read(self.run(run_id).id, after)

    def latest(self, run_id: str) -> dict[str, Point]:
        """Return the last point of every curve."""
        return self._metrics.latest(self.run(run_id).id)

    def events(self, run_id: str, kind: str | None = None) -> list[Event]:
        """Return what happened to a run, the oldest first."""
        return list(self._runs.events(self.run(run_id).id, kind))

    def log(self, run_id: str, tail_bytes: int = 64_000) -> str:
        """Return the end of the run's log."""
        return tail_of(self.folder(run_id) / "log.txt", tail_bytes)

    def report(self, run_id: str) -> dict[str, Any]:
        """Return the evaluation of a finished run; empty before."""
        return report_in(self.folder(run_id))

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run's files."""
        return self.settings.runs_folder / self.run(run_id).id

    def finished_folder(self, run_id: str) -> Path:
        """Return the folder of a run that has a model to use.

        Raises:
            RunNotReady: It has none.
        """
        run = self.run(run_id)
        if not (self.folder(run_id) / "checkpoints" / "best" / "card.json").exists():
            raise RunNotReady(f"'{run.name}' has no trained model yet: it is {run.status}.")
        return self.folder(run_id)

    def lineage(self, run_id: str) -> Lineage:
        """Return the runs that a run came from, and those that came from it."""
        return self._family.of(self.run(run_id))

    def document(self, run_id: str) -> dict[str, Any]:
        """Return a run as one JSON document; see `documents` for lists."""
        from core.services.verdict import meaning_of, verdict_of  # asks this service

        run = self.run(run_id)
        answer = verdict_of(self, run)
        said = self.targets.result(run), answer.text if answer is not None else meaning_of(self, run), answer
        return run_document(run, self._runs.artifacts(run.id), self._family.of(run), *said)

    # --- changing ---

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        if not (clean := _clean(name, LONGEST_NAME, "name")):
            raise UserError("A run needs a name of at least one character.")
        self._change(run_id, name=clean)

    def set_note(self, run_id: str, note: str) -> None:
        """Write down a thought about a run."""
        self._change(run_id, note=_clean(note, LONGEST_NOTE, "note"))

    def set_target(self, run_id: str, target: Target | None) -> None:
        """Hold a run to another target; None is its data set's, UNDECIDED none.

        Nothing is trained for it.

        Raises:
            UserError: It does not fit the task or the classes, in a sentence.
        """
        run = self.run(run_id)
        if target is not None:
            self.targets.check(target, run)
        self._change(run.id, target=target.to_json() if target else None)
        said = f"Target: {target.format()}." if target else "No target of its own any more."
        self._runs.add_event(run.id, "note", said)

    def delete(self, run_id: str) -> None:
        """Move a run to the trash, from which it can come back.

        Raises:
            RunNotReady: It still waits or works.
        """
        run = self.run(run_id)
        if not self._runs.update(run.id, [s for s in RunStatus if not s.is_active], deleted_at=now()):
            raise RunNotReady(f"'{run.name}' is still {run.status}. Stop it first: touchstone runs stop {run.id}")

    def restore(self, run_id: str) -> None:
        """Bring a run back from the trash."""
        self._change(run_id, deleted_at=None)

    def empty_trash(self) -> int:
        """Delete runs in the trash, except those other runs need; return how many.

        Another run needs one if it will begin with its files.
        """
        return self._family.empty_trash()

    def _end(self, run_id: str, how: Literal["stop", "pause"]) -> Run:
        run = self.run(run_id)
        if not self._runs.request_stop(run.id, pause=how == "pause") and not run.status.is_active:
            raise RunNotReady(f"'{run.name}' has already ended ({run.shown_status}), so there is nothing to {how}.")
        if run.is_own:
            self.worker.ensure()
        return self.run(run_id)

    def _change(self, run_id: str, **values: Any) -> None:
        if not self._runs.update(self.run(run_id).id, **values):
            raise RunNotFound(run_id)


def _clean(text: str, longest: int, what: str) -> str:
    clean = text.strip().replace("\x00", "")
    if len(clean) > longest:
        raise UserError(f"The {what} has {len(clean)} characters; at most {longest} fit.")
    return clean
