"""Predictions on a fixed set of validation examples at every evaluation during training."""

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.sample_predictions import FOLDER, EvaluationPassFile, write_examples
from core.specs import Examples, Predictions
from core.training.callbacks import Callback
from core.worker.mistakes import shown_example

if TYPE_CHECKING:
    from core.training.trainer import Trainer

FEWEST, MOST = 12, 16
MOST_LOOKS = 200
LARGEST_SHARE, FREE_S = 0.005, 0.2  # of the time in training, and what the first looks may cost in any case
_log = logging.getLogger(__name__)


class SamplePredictions(Callback):
    """Record of predictions on a few examples from each validation evaluation.

    Nothing is computed twice: a look is a few numbers picked from the outcomes that the metrics were made of. A disk
    that takes no more ends the wall, never the run.
    """

    def __init__(self, folder: Path, examples: Examples, seed: int) -> None:
        self._chosen = choose(examples, seed)
        self._file = EvaluationPassFile(folder)
        self._last_step, self._cost_s, self._works = -1, 0.0, True
        self._left: dict[str, Any] | None = None  # the newest look, where it came too soon to be kept
        try:
            write_examples(folder, _described(examples, self._chosen, folder))
        except OSError:
            self._give_up()

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Forget what a resumed run will see again."""
        if self._works:
            try:
                kept = self._file.begin(trainer.progress.step)
                self._last_step = kept[-1] if kept else -1
            except OSError:
                self._give_up()

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """Keep this evaluation, unless too soon or already too long spent on keeping."""
        began, predictions = time.perf_counter(), trainer.predictions
        if not self._works or predictions is None:
            return
        p = trainer.progress
        evaluation = {"step": p.step} | answers(predictions, self._chosen)
        is_due = self._last_step < 0 or p.step - self._last_step >= p.steps_total / MOST_LOOKS
        if is_due and self._cost_s <= FREE_S + LARGEST_SHARE * p.train_time_s:
            self._keep(evaluation)
        else:
            self._left = evaluation
        self._cost_s += time.perf_counter() - began

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Keep the last look in any case."""
        if self._left is not None and self._works:
            self._keep(self._left)

    def _keep(self, evaluation: dict[str, Any]) -> None:
        self._left, self._last_step = None, evaluation["step"]
        try:
            self._file.add(evaluation)
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        self._works = False
        _log.warning("The disk does not take what the model says of its examples.", exc_info=True)


def choose(examples: Examples, seed: int) -> NDArray[np.int64]:
    """Return 12 to 16 examples by target, balanced by class or spread over it."""
    chance = np.random.default_rng(seed)
    count = len(examples)
    if not examples.labels:
        ranked = np.argsort(examples.targets, kind="stable")
        parts = np.array_split(ranked, min(FEWEST, count))
        return np.array([chance.choice(part) for part in parts if len(part)], dtype=np.int64)
    drawn = chance.permutation(count)
    # The first of each class, then the second of each: every class as often as another.
    rank = np.zeros(count, dtype=np.int64)
    for label in range(len(examples.labels)):
        of_class = drawn[examples.targets[drawn] == label]
        rank[of_class] = np.arange(len(of_class))
    first = drawn[np.argsort(rank[drawn], kind="stable")][: _how_many(len(np.unique(examples.targets)))]
    return first[np.argsort(examples.targets[first], kind="stable")]


def _how_many(classes: int) -> int:
    """Return how many examples: 12 to 16, a multiple of the classes if possible."""
    even = MOST // max(classes, 1) * classes
    return even if even >= FEWEST else MOST if classes > MOST else FEWEST


def answers(predictions: Predictions, chosen: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Return what the model said of the chosen examples, short enough for a line.

    Args:
        predictions: On the whole split.
        chosen: (M,) places in it.
    """
    predicted = predictions.predicted[chosen]
    if not predictions.probabilities.size:
        return {"predicted": [float(f"{number:.6g}") for number in predicted.tolist()]}
    rows = predictions.probabilities[chosen]
    right = rows[np.arange(len(chosen)), predictions.targets[chosen].astype(np.int64)]
    return {
        "predicted": [int(label) for label in predicted],
        "confidence": _rounded(rows.max(axis=1)),
        "right": _rounded(right),
    }


def _rounded(shares: NDArray[np.float64]) -> list[float]:
    return [round(share, 3) for share in shares.tolist()]


def _described(examples: Examples, chosen: Sequence[int] | NDArray[np.int64], folder: Path) -> dict[str, Any]:
    labels, shown = examples.labels, []
    for place, i in enumerate(map(int, chosen)):
        target = labels[examples.targets[i]] if labels else float(examples.targets[i])
        shown.append({"target": target} | shown_example(examples, i, folder / FOLDER / f"{place}.png"))
    return {"kind": "label" if labels else "number", "labels": list(labels), "examples": shown}
