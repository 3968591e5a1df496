"""Learning curves by class: the recall of each at every validation evaluation."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.evaluation.class_curves import recall_key
from core.training.callbacks import Callback

if TYPE_CHECKING:
    from core.specs import Predictions
    from core.training.trainer import Trainer

MOST_CLASSES = 30  # curves; of more classes the largest are followed


class ClassLearning(Callback):
    """Counter of found examples per class, recorded as metrics from the predictions."""

    def __init__(self, record: Callable[[Mapping[str, float], int], None], labels: Sequence[str]) -> None:
        self._record, self._labels = record, labels
        self._found: dict[str, float] = {}

    def __call__(self, predictions: "Predictions") -> "Predictions":
        """Count and return the predictions unchanged: the trainer's `judge`, called before the metrics."""
        actual = np.bincount(predictions.targets, minlength=len(self._labels))
        hits = np.bincount(
            predictions.targets[predictions.targets == predictions.predicted], minlength=len(self._labels)
        )
        largest = np.argsort(-actual, kind="stable")[:MOST_CLASSES]
        self._found = {recall_key(self._labels[k]): float(hits[k] / actual[k]) for k in largest if actual[k]}
        return predictions

    def on_evaluation(self, trainer: "Trainer", metrics: Mapping[str, float]) -> None:
        """Record what was counted a moment ago."""
        self._record(self._found, trainer.progress.step)
