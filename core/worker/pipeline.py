"""The stages of a run: load, build, train, test once, save.

The test split is used only once.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch

from core.configure import resolve
from core.data.prepare.prepare_dataset import PreparedDataset, prepare_dataset
from core.data.store.dataset_store import DatasetStore
from core.data.store.folds import FOLDS
from core.errors import CheckpointUnusable, StopRequested
from core.evaluation.evaluate import Crossfitted, Evaluation
from core.evaluation.predictions_file import write_predictions
from core.preprocessing.encoder_device import compute_on
from core.runs import VALIDATION, Artifact, Run, Stage
from core.settings import Settings
from core.specs import Predictions, SplitName, TaskSpec
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.tracking.recorder import Recorder
from core.training.augmentation import augmenter
from core.training.batches import split_of
from core.training.callbacks import BestCheckpoint, Callback, LastCheckpoint
from core.training.checkpoint import ModelCard, TrainingState, load_state, load_weights
from core.training.device import choose_device, describe_device, library_versions, seed_everything
from core.training.memory import check_size, parameter_counts
from core.training.time_budget import LEAST_TRAINING
from core.training.trainer import Trainer
from core.worker.baselines import Baselines, Ladder, allowed_s
from core.worker.callbacks import EndOnRequest, FirstEstimate, Record, Report, Sample
from core.worker.class_learning import ClassLearning
from core.worker.crossfit import CrossFit, Subject
from core.worker.crossfit_plan import Planner
from core.worker.downloads import Downloads
from core.worker.encoding import Encoding
from core.worker.evaluation import Found, Judging, reader_of
from core.worker.forecast import ladder_in_time, later_stages
from core.worker.label_issues import Judged, find_label_issues
from core.worker.last_evaluation import LastEvaluation
from core.worker.machine_metrics import MachineMetrics
from core.worker.sample_predictions import SamplePredictions
from core.worker.stages import Stages
from core.worker.target_scale import scale_note
from core.worker.truncated_texts import reading_notes
from core.worker.warm_start import parent_state

FLUSHED_WITHIN_S = 10.0  # points, before a state is saved; else the older state stays
_log = logging.getLogger(__name__)


class Pipeline:
    """One attempt at one run. `work` reads as the run's stages do."""

    def __init__(
        self,
        run_id: str,
        runs: RunStore,
        metrics: MetricStore,
        recorder: Recorder,
        settings: Settings,
        threads: int,
    ) -> None:
        self.run: Run = runs.get(run_id)
        self.spec = resolve(self.run.config)
        self.config, self.model, self.params = self.spec.config, self.spec.model, self.spec.params
        self.task: TaskSpec = self.spec.task  # on this data, once that is loaded
        self.folder = settings.runs_folder / run_id
        self._runs, self._metrics, self._recorder = runs, metrics, recorder
        self._cache = settings.cache_folder
        self._store = DatasetStore(settings.datasets_folder, settings.cache_folder)
        self._device = choose_device(self.config.device, threads)
        compute_on(self._device)
        self._stages = Stages(recorder, self.run)
        self._encoding: Encoding | None = None
        self._last_evaluation = LastEvaluation()
        self._training_s, self._most_folds_s = 0.0, settings.folds_within_s
        self._allowed_s = allowed_s(self.config, settings.baselines_within_s)
        self._folds: Planner | None = None
        if self.run.finish_requested_at is not None:  # resumed for that alone
            recorder.finish_requested.set()

    def work(self) -> bool:
        """Do all of it; return whether somebody stopped it before the end."""
        try:
            return self._work()
        except StopRequested:
            return True
        finally:
            if self._encoding is not None:
                self._encoding.close()

    def _work(self) -> bool:
        self._stages.enter(Stage.LOADING_DATA)
        data = self._load()
        if self._recorder.stop_requested.is_set():
            return True
        seed_everything(self.config.seed)
        module = self.model.build(self.params, data.info)
        self._describe(parameter_counts(module)[0], data)
        check_size(module, self.config.optimizer, self._device)
        self._encode(data)
        if not self._is_only_judged and self._train(module, data):
            return True
        self._check_stop()
        self._stages.enter(Stage.BASELINES)
        ladder = ladder_in_time(self.task, data, self.config, self._cache, self._allowed_s)
        baselines = Baselines(self._cache, self.task, data, self.config.seed, ladder)
        if self._encoding is not None and baselines.weigh_features:
            self._encoding.everything()  # whose features they weigh
        counted = partial(self._stages.count, "Fitting baselines")
        fitted = baselines.predictions(self._recorder.stop_requested, counted)
        self._check_stop()
        baselines.keep(self.folder)
        in_folds = self._in_folds(data, tuple(fitted), baselines.ladder)
        self._check_stop()
        self._stages.enter(Stage.EVALUATING)
        load_weights(self.folder / "checkpoints" / "best", module)
        if self._encoding is not None:
            self._encoding.validation()
        judging = Judging(self.task, data, module, self._device, self.folder, self._stages, self.config.seed)
        known = self._last_evaluation.predictions
        validation = judging.predictions("validation") if known is None else judging.clustered(known, "validation")
        if self._encoding is not None:
            self._encoding.test()
        found = Found(baselines, fitted, validation, in_folds, self._target())
        evaluation, predictions = judging.judge(found)
        self._stages.enter(Stage.SAVING)
        self._save(evaluation, data)
        if "classes" in self.task.parts:
            write_predictions(self.folder, data.version.fingerprint, validation, "validation")
            if self.config.dataset_version:
                if self._encoding is not None:
                    self._encoding.everything()  # the flips are looked for among the training examples
                seen: dict[SplitName, Predictions] = {"validation": validation, "test": predictions}
                judged = Judged(seen, evaluation.difference, self.config.seed)
                find_label_issues(self.folder, judged, data, self._stages.counter("Looking for wrong labels: trial"))
        return False

    def _in_folds(self, data: PreparedDataset, baselines: tuple[str, ...], ladder: Ladder) -> Crossfitted | str:
        """Evaluate models like this one on every row, if wanted, else return why not.

        The reason is empty if it was not requested.

        Raises:
            StopRequested: Somebody asked to stop; finished folds are kept.
        """
        planned = self._planner(data).plan(self._training_s)
        if not planned.is_wanted:
            return "" if planned.folding.is_expected and self.config.evaluation == "auto" else planned.why_not
        if self._encoding is not None:
            self._encoding.everything()
        subject = Subject(
            self.spec, data, self._device, self.folder, self._cache, baselines, ladder, self._training_s,
            self._recorder.stop_requested, self._recorder.finish_requested,
        )  # fmt: skip
        found = CrossFit(subject, planned.folding, self._stages).judge(planned.seconds)
        if isinstance(found, str):
            self._note("warning", found, {})
        return found

    def _planner(self, data: PreparedDataset) -> Planner:
        if self._folds is None:
            self._folds = Planner(self.config, self.task, data, self._most_folds_s)
        return self._folds

    def _later(self, data: PreparedDataset, training_s: float) -> dict[str, float]:
        """Return what the stages after training will take."""
        planned = self._planner(data).plan(training_s)
        folds_s = planned.seconds if planned.is_wanted else 0.0
        return self._expected(data) | {Stage.FOLDS: folds_s}

    def _expected(self, data: PreparedDataset) -> dict[str, float]:
        return later_stages(self.task, data, self.config, self._cache, within_s=self._allowed_s)

    def _check_stop(self) -> None:
        """End here after a stop request: a stopped run never uses the test split.

        Raises:
            StopRequested: Somebody did.
        """
        if self._recorder.stop_requested.is_set():
            raise StopRequested

    def _encode(self, data: PreparedDataset) -> None:
        """Begin slow encoding; training starts on the first examples if memory is shared."""
        if data.gradual is None:
            return
        self._stages.enter(Stage.ENCODING)
        stop_asked, config = self._recorder.stop_requested.is_set, self.config
        self._encoding = Encoding(data.gradual, self._stages, stop_asked, config.seed, config.batch_size)
        if self._device.type == "cpu":
            self._encoding.first()
        else:
            self._encoding.everything()

    @property
    def _is_only_judged(self) -> bool:
        """Whether it broke down before and is judged as it was at its best."""
        asked, best = self.run.finish_requested_at is not None, self.folder / "checkpoints" / "best"
        return asked and self.run.cause == "diverged" and best.exists()

    def _load(self) -> PreparedDataset:
        if self.model.fetch is not None:
            self.model.fetch(self.params, Downloads(self._note))
        dataset = self._store.find(self.config.dataset, self.config.task, self.config.dataset_version)
        data = prepare_dataset(dataset, self.model, self.params, self._cache, gradually=True, count=self._stages.count)
        self.task = self.task.on(data.info)
        self._recorder.write(self._runs.add_dataset_version, data.version)
        _log.info("Data: %s", data.version)
        notes = [*reading_notes(data), scale_note(data, self._target())]
        for sentence in filter(None, notes if self.run.attempt == 1 else ()):
            self._note("note", sentence, {})
        return data

    def _describe(self, parameter_count: int, data: PreparedDataset) -> None:
        self._recorder.write(
            self._runs.update,
            self.run.id,
            dataset_fingerprint=data.version.fingerprint,
            device=describe_device(self._device),
            parameter_count=parameter_count,
            versions=library_versions(),
        )

    def _train(self, module: torch.nn.Module, data: PreparedDataset) -> bool:
        card = ModelCard(
            task=self.config.task,
            dataset=self.config.dataset,
            dataset_fingerprint=data.version.fingerprint,
            model=self.config.model,
            params=self.config.params,
            preprocessor={"kind": data.preprocessor.kind, "state": data.preprocessor.state()},
            labels=data.version.labels,
            info=asdict(data.info),
        )
        state = self._last_state()
        start = None if state else self._first_state(module)
        splits = [split_of(data.arrays[name]) for name in ("train", "validation")]
        callbacks, judge = self._callbacks(card, data), reader_of(self.task, data, "validation")
        if "classes" in self.task.parts:
            callbacks.append(judge := ClassLearning(self._recorder.record, data.version.labels))
        trainer = Trainer(
            module,
            self.task,
            splits[0],
            splits[1],
            self.config,
            self._device,
            callbacks,
            augment=augmenter(self.config, self.task, data.info),
            judge=judge,
            padding_id=data.info.padding_id,
            vocabulary_size=data.info.vocabulary_size,
            arrival=self._encoding if self._device.type == "cpu" else None,
            others_s=self._others_s(data),
        )
        self._stages.enter(Stage.TRAINING)
        result = trainer.fit(state, start)
        self._training_s = result.train_time_s
        _log.info("Training ended: %s", result)
        return result.stopped

    def _others_s(self, data: PreparedDataset) -> float:
        """Return the seconds of other stages within the time budget, noting a large share."""
        budget_s = 60 * self.config.time_budget_min
        if not budget_s:
            return 0.0
        if "stages" not in self.run.estimate:
            self._stages.expect(self._expected(data))
        self._stages.expect({Stage.FOLDS: 0.0})
        others_s = self._stages.others_s
        if self._planner(data).plan(0.0).is_wanted:  # the folds train as long as the run does
            others_s = budget_s - max(budget_s - others_s, 0.0) / (1 + FOLDS)
        if others_s > budget_s * (1 - LEAST_TRAINING):
            sentence = (
                f"Of the time budget of {self.config.time_budget_min:g} min, loading, encoding, baselines, testing and "
                f"saving take about {others_s:.0f} s: training gets {LEAST_TRAINING:.0%} of it, and the run will take "
                "longer than the budget."
            )
            self._note("warning", sentence, {"others_s": others_s})
        return others_s

    def _callbacks(self, card: ModelCard, data: PreparedDataset) -> list[Callback]:
        config, recorder = self.config, self._recorder
        best = BestCheckpoint(self.folder / "checkpoints" / "best", card)
        callbacks: list[Callback] = [
            Record(recorder, self._stages),
            Report(self._note),
            best,
            LastCheckpoint(
                self.folder / "checkpoints" / "last",
                best,
                every_s=config.checkpoint_every_s,
                every_steps=config.checkpoint_every_steps,
                before=partial(recorder.flush, FLUSHED_WITHIN_S),
            ),
            self._last_evaluation,
            EndOnRequest(recorder.stop_requested, recorder.finish_requested),
            MachineMetrics(recorder.record, self._device),
        ]
        if "stages" not in self.run.estimate:
            callbacks.append(FirstEstimate(self._stages, describe_device(self._device), partial(self._later, data)))
        if "writing" in self.task.parts:
            callbacks.append(Sample(self._note, data, config.seed, self._device))
        else:
            callbacks.append(SamplePredictions(self.folder, data.examples["validation"], config.seed))
        return callbacks

    def _note(self, kind: str, message: str, data: Mapping[str, Any]) -> None:
        self._recorder.write(self._runs.add_event, self.run.id, kind, message, data)

    def _first_state(self, module: torch.nn.Module) -> TrainingState | None:
        """Return the continued run's final state; for a new model, load pretrained weights.

        Raises:
            CheckpointUnusable: The other run's checkpoint is gone or damaged.
        """
        if self.config.continues:
            parent = self._runs.get(self.config.continues)
            folder, own = self.folder.parent / parent.id / "checkpoints", self.folder / "checkpoints"
            return parent_state(folder, own, module, broke_down=parent.cause == "diverged")
        if self.model.load_pretrained is not None:
            self.model.load_pretrained(self.params, module)
        return None

    def _last_state(self) -> TrainingState | None:
        """Return an earlier attempt's state, removing later points, which are logged again."""
        if self.run.attempt == 1:
            return None
        folder = self.folder / "checkpoints" / "last"
        state = None
        if folder.exists():
            try:
                state = load_state(folder)
            except CheckpointUnusable as error:
                _log.exception("The last checkpoint cannot be used.")
                sentence = f"{error} The run starts from the beginning."
                self._recorder.write(self._runs.add_event, self.run.id, "warning", sentence)
        self._metrics.forget_after(self.run.id, state.step if state else -1)
        return state

    def _target(self) -> str:
        """Return the name of the column that is predicted, if the user brought one."""
        if not self.config.dataset_version:
            return ""
        version = self._store.version(self.config.dataset, self.config.dataset_version)
        return str(version.manifest.facts.get("target", ""))

    def _save(self, evaluation: Evaluation, data: PreparedDataset) -> None:
        write, run_id = self._recorder.write, self.run.id
        own = {"model": evaluation.test, VALIDATION: evaluation.validation}
        for name, scores in {**own, **evaluation.baselines}.items():
            write(self._runs.set_scores, run_id, name, scores)
        write(self._runs.update, run_id, verdict=evaluation.verdict)
        files = {
            "model": self.folder / "checkpoints" / "best" / "model.safetensors",
            "card": self.folder / "checkpoints" / "best" / "card.json",
            "report": self.folder / "report.json",
        }
        for name, file in files.items():
            write(self._runs.add_artifact, run_id, _artifact(name, file, self.folder))
        _log.info("Test: %s. %s", evaluation.test, evaluation.verdict)


def _artifact(name: str, file: Path, folder: Path) -> Artifact:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return Artifact(name, file.relative_to(folder).as_posix(), file.stat().st_size, digest)
