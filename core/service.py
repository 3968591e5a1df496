"""What pages, commands and routes call. Never imports torch: whatever computes runs in a process of its own."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from core import catalog, configure
from core.config import TrainConfig
from core.configure import SettingField
from core.errors import RunNotFound, RunNotReady, UserError
from core.runs import Event, QueueEntry, Run, RunStatus, WorkerInfo
from core.settings import Settings
from core.shelf import DatasetPreview, Shelf
from core.specs import DatasetSpec, ModelSpec, TaskSpec
from core.store.database import Database
from core.store.job_queue import JobQueue
from core.store.metric_store import MetricStore, Point
from core.store.run_store import RunStore, now

RESUMABLE = (RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED)
__all__ = ["DatasetPreview", "Service", "Worker"]

LONGEST_NAME, LONGEST_NOTE = 80, 2000  # characters


class Worker(Protocol):
    """The supervisor, seen from the outside."""

    def ensure(self) -> None:
        """Start a supervisor unless one lives."""

    def info(self) -> WorkerInfo:
        """Return what it last said of itself."""


class Service:
    """One door to everything. Each method is a question or one change; all errors are `TouchstoneError`."""

    def __init__(self, settings: Settings, database: Database, worker: Worker) -> None:
        """Wire it; `core.bootstrap.open_service` does."""
        self.settings, self.database, self.worker = settings, database, worker
        self.shelf = Shelf(settings)
        self._runs, self._metrics, self._queue = RunStore(database), MetricStore(database), JobQueue(database)

    # --- what there is ---

    def tasks(self) -> dict[str, TaskSpec]:
        """Return every task by name."""
        return catalog.tasks()

    def datasets(self, task: str | None = None) -> dict[str, DatasetSpec]:
        """Return every data set, built in or brought, or those of one task."""
        return self.shelf.specs(task)

    def models(self, task: str | None = None) -> dict[str, ModelSpec]:
        """Return every model, or those that can do one task."""
        return catalog.models(task)

    def setting_fields(self, model: str) -> list[SettingField]:
        """Return every setting of a run of this model, as a form shows it."""
        return configure.setting_fields(catalog.find_model(model))

    def preset_values(self, model: str, preset: str) -> dict[str, Any]:
        """Return the value of every setting under a preset."""
        return configure.preset_values(catalog.find_model(model), preset)

    def make_config(
        self, task: str, dataset: str, model: str, preset: str = "quick", overrides: Mapping[str, Any] | None = None
    ) -> TrainConfig:
        """Return the complete configuration, or say in words why there is none."""
        catalog.find_task(task)
        self.shelf.find(dataset, task)
        config = configure.make_config(task, dataset, model, preset, overrides)
        return config.model_copy(update={"dataset_version": self.shelf.head(dataset)})

    def preview(self, dataset: str) -> DatasetPreview:
        """Return a look at a data set; quick after the first time."""
        return self.shelf.preview(dataset)

    def runs_using(self, dataset: str, fingerprint: str = "") -> list[Run]:
        """Return the runs that need a data set, or one version of it, the newest first."""
        every = [*self.runs(), *self.runs(trashed=True)]
        return [
            run for run in every if run.config.dataset == dataset and fingerprint in ("", run.config.dataset_version)
        ]

    def empty_data_trash(self) -> int:
        """Remove the data sets in the trash for good but those that runs need; return how many."""
        needed = {run.config.dataset for run in [*self.runs(), *self.runs(trashed=True)]}
        return self.shelf.empty_trash(needed)

    # --- starting and stopping ---

    def start_run(self, config: TrainConfig, name: str = "", idempotency_key: str | None = None) -> Run:
        """Queue a run and make sure that somebody will take it.

        Args:
            config: From `make_config`.
            name: What to call it; empty names it after its model, data and number.
            idempotency_key: Two calls with the same key are one run.

        Raises:
            UserError: A file that the model needs is missing or altered; nothing is queued.
        """
        model = catalog.find_model(config.model)
        if model.check is not None:
            model.check()
        run = self._runs.create(config, _clean(name, LONGEST_NAME, "name"), idempotency_key or uuid4().hex)
        self.worker.ensure()
        return run

    def stop_run(self, run_id: str) -> Run:
        """Ask a run to stop; what it has learnt is saved.

        Raises:
            RunNotReady: It has already ended.
        """
        run = self.run(run_id)
        if not self._runs.request_stop(run.id) and not run.status.is_active:
            raise RunNotReady(f"'{run.name}' has already ended ({run.status}), so there is nothing to stop.")
        self.worker.ensure()
        return self.run(run_id)

    def resume_run(self, run_id: str) -> Run:
        """Queue a run again, to go on from its last checkpoint.

        Raises:
            RunNotReady: It still works, has succeeded or is in the trash.
        """
        run = self.run(run_id)
        if run.deleted_at:
            raise RunNotReady(f"'{run.name}' is in the trash. Restore it first: touchstone runs restore {run.id}")
        if not self._queue.requeue(run.id, RESUMABLE):
            raise RunNotReady(
                f"'{run.name}' is {self.run(run_id).status}; only a run that was stopped, interrupted or failed can be "
                "resumed."
            )
        self._runs.add_event(run.id, "note", "Resumed: goes on from the last checkpoint.")
        self.worker.ensure()
        return self.run(run_id)

    # --- reading ---

    def run(self, run_id: str) -> Run:
        """Return one run.

        Raises:
            RunNotFound: There is none of this id.
        """
        return self._runs.get(run_id.strip().lower())

    def runs(self, *, trashed: bool = False, limit: int | None = None) -> list[Run]:
        """Return runs, the newest first."""
        return self._runs.list(trashed=trashed, limit=limit)

    def active_runs(self) -> list[Run]:
        """Return the runs that wait or work, the newest first."""
        return self._runs.list(status=(RunStatus.QUEUED, RunStatus.RUNNING))

    def queue(self) -> list[QueueEntry]:
        """Return the runs that wait, the next one first."""
        return self._queue.waiting(self.worker.info().slots)

    def watch(self) -> WorkerInfo:
        """Return what the supervisor says; start one where runs wait or work and none lives."""
        info = self.worker.info()
        if not info.alive and self.active_runs():
            self.worker.ensure()
        return info

    def metrics(self, run_id: str, after: Mapping[str, int] | None = None) -> dict[str, list[Point]]:
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
        file = self.folder(run_id) / "log.txt"
        if not file.exists():
            return ""
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - tail_bytes))
            return opened.read().decode(errors="replace")

    def report(self, run_id: str) -> dict[str, Any]:
        """Return the evaluation of a finished run; empty before."""
        file = self.folder(run_id) / "report.json"
        return json.loads(file.read_text()) if file.exists() else {}

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

    def document(self, run_id: str) -> dict[str, Any]:
        """Return everything known of a run as one JSON document (the contract of `runs show --json`)."""
        run = self.run(run_id)
        config = run.config.model_dump(mode="json")
        times = {n: _iso(getattr(run, n)) for n in ("created_at", "started_at", "finished_at", "deleted_at")}
        scores = {m: {"value": s.value, "ci_low": s.ci_low, "ci_high": s.ci_high} for m, s in run.test.items()}
        baselines = {name: {m: s.value for m, s in by.items()} for name, by in run.baselines.items()}
        same = (
            "id", "pid", "name", "status", "stage", "reason", "task", "dataset_fingerprint", "config_hash", "device",
            "parameter_count", "steps", "steps_total", "examples_seen", "train_time_s", "time_left_s", "attempt",
            "note", "verdict", "versions",
        )  # fmt: skip
        files = {
            a.name: {"path": a.path, "size_bytes": a.size_bytes, "sha256": a.sha256}
            for a in self._runs.artifacts(run.id)
        }
        return (
            {name: getattr(run, name) for name in same}
            | {"dataset": run.config.dataset, "model": run.config.model, "config": config}
            | times
            | {"test": scores, "baselines": baselines, "artifacts": files}
        )

    # --- changing ---

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        if not (clean := _clean(name, LONGEST_NAME, "name")):
            raise UserError("A run needs a name of at least one character.")
        self._change(run_id, name=clean)

    def set_note(self, run_id: str, note: str) -> None:
        """Write down a thought about a run."""
        self._change(run_id, note=_clean(note, LONGEST_NOTE, "note"))

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
        """Remove the runs in the trash and their files for good; return how many."""
        doomed = [run.id for run in self.runs(trashed=True)]
        self._runs.remove(doomed)
        for run_id in doomed:
            shutil.rmtree(self.settings.runs_folder / run_id, ignore_errors=True)
        return len(doomed)

    def _change(self, run_id: str, **values: Any) -> None:
        if not self._runs.update(self.run(run_id).id, **values):
            raise RunNotFound(run_id)


def _clean(text: str, longest: int, what: str) -> str:
    clean = text.strip().replace("\x00", "")
    if len(clean) > longest:
        raise UserError(f"The {what} has {len(clean)} characters; at most {longest} fit.")
    return clean


def _iso(time: Any) -> str | None:
    return None if time is None else time.isoformat()
