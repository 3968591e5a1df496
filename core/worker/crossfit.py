"""Cross-fitting: five models trained like the kept one, each evaluated on unseen rows.

They only judge: none is kept or served. Each begins from nothing with a seed of its own, is steered by its own
validation part and sees its test rows once.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.configure import RunSpec
from core.data.prepare.fold_data import FoldData
from core.data.prepare.prepare_dataset import PreparedDataset
from core.data.store.folds import Folding
from core.errors import StopRequested, TouchstoneError
from core.evaluation.evaluate import Crossfitted
from core.runs import Stage
from core.specs import Predictions
from core.specs.config import TrainConfig
from core.statistics.crossfit import Folds
from core.training.callbacks import Callback
from core.training.step import is_out_of_memory
from core.training.trainer import Trainer
from core.worker.baselines import Baselines, Ladder
from core.worker.fold_results import FOLDER, FoldResults, mark_of, pooled
from core.worker.part_training import trained_predictions
from core.worker.stages import Stages

SEEDS = 2**31
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Subject:
    """The run whose folds are trained."""

    spec: RunSpec
    data: PreparedDataset
    device: torch.device
    folder: Path
    cache_folder: Path
    baselines: tuple[str, ...]  # as they are called on the run's own training rows
    ladder: Ladder  # these
    training_s: float  # that its own training took
    stop: threading.Event
    finish: threading.Event


class CrossFit:
    """Trains and judges the folds, one after the other.

    Args:
        subject: The run.
        folding: Of its rows.
        stages: Told how far it is.
    """

    def __init__(self, subject: Subject, folding: Folding, stages: Stages) -> None:
        self._run, self._folding, self._stages = subject, folding, stages
        mark = mark_of(subject.data.version.fingerprint, folding.number)
        self._results = FoldResults(subject.folder, mark)
        self._making = FoldData(subject.data, folding, subject.spec.model, subject.spec.params)

    def judge(self, expected_s: float) -> Crossfitted | str:
        """Return predictions of model and baselines on every row, or why folds are incomplete.

        The reason is a sentence.

        Raises:
            StopRequested: Somebody asked to stop; finished folds are kept.
        """
        if self._run.finish.is_set():
            return "It was finished early, so it is judged on one split and not on every row."
        self._stages.expect({Stage.FOLDS: expected_s})
        self._stages.enter(Stage.FOLDS)
        found = self._judged()
        self._stages.folds_are_over()
        shutil.rmtree(self._run.folder / FOLDER, ignore_errors=True)
        return found

    def _judged(self) -> Crossfitted | str:
        found: list[Predictions] = []
        baselines: list[dict[str, Predictions]] = []
        for fold in range(self._folding.count):
            self._stages.fold(fold, self._folding.count)
            try:
                data = self._making.of(fold)
                found.append(self._results.read(fold) or self._trained(fold, data))
                kept = Baselines(
                    self._run.cache_folder,
                    self._run.spec.task.on(data.info),
                    data,
                    self._run.spec.config.seed,
                    self._run.ladder,
                )
                baselines.append(kept.predictions(self._run.stop, lambda _done, _total: None))
            except _FinishRequested:
                return f"Finished early after {fold} of {self._folding.count} folds, so it is judged on one split."
            except TouchstoneError as error:
                _log.exception("Fold %d failed.", fold + 1)
                return f"Fold {fold + 1} of {self._folding.count} could not be judged, so one split stands. {error}"
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                return f"Memory was short in fold {fold + 1} of {self._folding.count}, so one split stands."
        return self._together(found, baselines)

    def _together(self, found: list[Predictions], baselines: list[dict[str, Predictions]]) -> Crossfitted:
        rows = [self._folding.rows(fold)["test"] for fold in range(self._folding.count)]
        simple, notes = in_each_fold(baselines, self._run.baselines, rows)
        folds = Folds(self._folding.number, self._folding.training_rows, self._folding.grouped)
        return Crossfitted(pooled(found, rows), simple, folds, (*self._folding.notes, *notes))

    def _trained(self, fold: int, data: PreparedDataset) -> Predictions:
        """Train the model of a fold and return its predictions on the unseen rows.

        Raises:
            StopRequested: Somebody asked to stop.
        """
        run, place = self._run, self._run.folder / FOLDER / f"best-{fold}"
        watch = _Watch(run.stop, run.finish, partial(self._stages.fold, fold, self._folding.count))
        predictions = trained_predictions(run.spec, self._config(fold), data, run.device, place, watch)
        if predictions is None:
            raise StopRequested if run.stop.is_set() else _FinishRequested
        self._results.write(fold, predictions)
        return predictions

    def _config(self, fold: int) -> TrainConfig:
        """Return a fold's settings: the run's, with another seed and its actual duration."""
        config = self._run.spec.config
        seed = int(np.random.SeedSequence([config.seed, fold + 1]).generate_state(1)[0]) % SEEDS
        budget_min = self._run.training_s / 60 if config.time_budget_min else 0.0
        return config.model_copy(update={"seed": seed, "time_budget_min": budget_min})


def in_each_fold(
    fitted: Sequence[Mapping[str, Predictions]], names: Sequence[str], rows: Sequence[NDArray[np.int64]]
) -> tuple[dict[str, Predictions], list[str]]:
    """Return each baseline's predictions on all rows, and sentences on folds where it differed.

    A method may choose its form on the training rows (words or characters), and is called by what it has chosen: the
    same place is the same method.
    """
    found, notes = dict[str, Predictions](), list[str]()
    for place, name in enumerate(names[: min(len(one) for one in fitted)]):
        found[name] = pooled([list(one.values())[place] for one in fitted], rows)
        others = [other for one in fitted if (other := list(one)[place]) != name]
        if others:
            called = " or ".join(dict.fromkeys(others))
            notes.append(
                f"In {len(others)} of {len(fitted)} folds {called} suited better than {name}, and stood for it."
            )
    return found, notes


class _FinishRequested(Exception):
    """Somebody asked to be done now."""


class _Watch(Callback):
    """Ends a fold where somebody asked, and says how long it goes on."""

    def __init__(self, stop: threading.Event, finish: threading.Event, say: Callable[[float | None], None]) -> None:
        self._stop, self._finish, self._say = stop, finish, say

    def on_step_end(self, trainer: Trainer) -> None:
        if self._stop.is_set() or self._finish.is_set():
            trainer.request_stop()

    def on_log(self, trainer: Trainer, metrics: Mapping[str, float]) -> None:
        self._say(trainer.progress.time_left_s)
