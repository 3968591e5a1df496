"""One class against the rest: alarm thresholds and the cost of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.specs import Predictions, Score
from core.statistics.areas import average_precision_of, roc_area

STEPS = 101  # thresholds: 0, 0.01 ... 1
MOST_POINTS = 400  # of a curve on the screen


@dataclass(frozen=True, eq=False)
class Alarms:
    """Alarm counts at each threshold, (T,): an alarm needs at least that probability."""

    thresholds: NDArray[np.float64]
    hits: NDArray[np.int64]
    false_alarms: NDArray[np.int64]
    misses: NDArray[np.int64]
    right_silences: NDArray[np.int64]

    @property
    def examples(self) -> int:
        """How many were looked at."""
        return int(self.hits[0] + self.false_alarms[0] + self.misses[0] + self.right_silences[0])

    def cost(self, false_alarm: float, miss: float) -> NDArray[np.float64]:
        """Return what each threshold costs for 100 examples, (T,)."""
        every = self.false_alarms * false_alarm + self.misses * miss
        return np.asarray(100 * every / max(self.examples, 1), dtype=np.float64)

    def cost_without(self, false_alarm: float, miss: float) -> tuple[float, float]:
        """Return the cost for 100 examples without a model: never and always alarming."""
        of_it = int(self.hits[0] + self.misses[0])
        share = of_it / max(self.examples, 1)
        return 100 * share * miss, 100 * (1 - share) * false_alarm

    def cheapest(self, false_alarm: float, miss: float) -> int:
        """Return the place of the cheapest threshold; of equals the one nearest to 0.5."""
        costs = self.cost(false_alarm, miss)
        best = np.flatnonzero(costs <= costs.min() + 1e-12)
        return int(best[np.argmin(np.abs(self.thresholds[best] - 0.5))])

    def at(self, threshold: float) -> int:
        """Return the place of a threshold."""
        return int(np.argmin(np.abs(self.thresholds - threshold)))


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve over all thresholds, (P,) each, and the area under it."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    area: Score


def chances(predictions: Predictions, k: int) -> NDArray[np.float64]:
    """Return the probability of class k for each example, (N,).

    Kept in 16 bits, a probability near 1 is coarse but those of the other classes are fine: there it is read from them.
    """
    own = predictions.probabilities[:, k]
    others = predictions.probabilities.sum(1) - own
    return np.asarray(np.where(own > 0.5, 1 - others, own), dtype=np.float64).clip(0, 1)


def alarms(scores: NDArray[np.float64], is_it: NDArray[np.bool_]) -> Alarms:
    """Count what happens at each of 101 thresholds.

    Args:
        scores: (N,) probability of the class.
        is_it: (N,) whether an example is of the class.
    """
    thresholds = np.arange(STEPS) / (STEPS - 1)  # as people write them: 0.35 is 0.35
    of_it, of_others = np.sort(scores[is_it]), np.sort(scores[~is_it])
    misses = np.searchsorted(of_it, thresholds, side="left").astype(np.int64)
    silences = np.searchsorted(of_others, thresholds, side="left").astype(np.int64)
    return Alarms(thresholds, len(of_it) - misses, len(of_others) - silences, misses, silences)


def _steps(scores: NDArray[np.float64], is_it: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (hits, false alarms) as the threshold falls past each distinct score.

    The first pair is that of no alarm.
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    hits = np.cumsum(is_it[order])[ends]
    return np.append(0, hits), np.append(0, ends + 1 - hits)


def roc(scores: NDArray[np.float64], is_it: NDArray[np.bool_]) -> Curve | None:
    """Return true over false positive rate; None where one class has no example."""
    if is_it.all() or not is_it.any():
        return None
    hits, false = _steps(scores, is_it)
    x, y = false / false[-1], hits / hits[-1]
    shown = _thinned(len(x))
    return Curve(x[shown], y[shown], roc_area(scores, is_it))


def precision_recall(scores: NDArray[np.float64], is_it: NDArray[np.bool_]) -> Curve | None:
    """Return precision over recall and average precision; None without examples on one side."""
    if is_it.all() or not is_it.any():
        return None
    hits, false = _steps(scores, is_it)
    recall, precision = hits / hits[-1], np.append(1.0, hits[1:] / (hits[1:] + false[1:]))
    area = float((np.diff(recall) * precision[1:]).sum())
    shown = _thinned(len(recall))
    return Curve(recall[shown], precision[shown], average_precision_of(area, int(hits[-1])))


def _thinned(count: int) -> NDArray[np.int64]:
    """Return which points to show: all, or evenly spread ones with both ends."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(np.int64))
