"""Intervals of means over classes, such as macro-F1: jackknife on the logit."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.specs import Predictions, Score
from core.statistics.normal import Z95
from core.statistics.shares import wilson

Counts = NDArray[np.float64]
OfCounts = Callable[[Counts, Counts, Counts], float]
NEAREST = 1e-3  # to 0 and 1, where the logit has no end


def counted_interval(value: float, of_counts: OfCounts, predictions: Predictions) -> Score:
    """Return a mean over classes with its 95 % interval.

    Where nothing is wrong it is Wilson's, of the share of right answers.

    A ratio of few examples of a class is too low or too high on average, and a resample of the examples is so twice: of
    1,000 classes with 60 examples each, percentiles of resamples hold the truth in one of four cases.

    Args:
        value: On all examples.
        of_counts: The mean, of hits, times answered and times right of each class, (K,) each.
        predictions: Of the examples, which are independent.

    Source:
        Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11: its bias and its standard error.
    """
    size, without = len(predictions.targets), _without_each(of_counts, predictions)
    middle = value - (size - 1) * float(without.mean())
    error = math.sqrt((size - 1) / size * float(((without - without.mean()) ** 2).sum()))
    if not error > 0:
        even = wilson(int(np.count_nonzero(predictions.targets == predictions.predicted)), size)
        return Score(value, min(even.ci_low, value), max(even.ci_high, value))
    middle = min(max(middle, NEAREST), 1 - NEAREST)
    logit, half = math.log(middle / (1 - middle)), Z95 * error / (middle * (1 - middle))
    return Score(value, min(_share(logit - half), value), max(_share(logit + half), value))


def _share(logit: float) -> float:
    """Return the share that a logit is of."""
    return 0.5 * (1 + math.tanh(logit / 2))


def _without_each(of_counts: OfCounts, predictions: Predictions) -> NDArray[np.float64]:
    """Return the mean's change without each example, (N,), in class and answer."""
    targets, answers = np.asarray(predictions.targets, np.int64), np.asarray(predictions.predicted, np.int64)
    classes = int(max(targets.max(), answers.max())) + 1
    right = targets == answers
    counts = [np.bincount(one, minlength=classes).astype(np.float64) for one in (targets[right], answers, targets)]

    def of_class(at: int, hits: float, answered: float, actual: float) -> float:
        less = (hits, answered, actual)
        found = of_counts(*(np.array([known[at] - fewer]) for known, fewer in zip(counts, less, strict=True)))
        return found if math.isfinite(found) else 0.0  # the last example of a class that has no other

    hit, answered, missed = np.zeros((3, classes))
    seen = np.flatnonzero(counts[1] + counts[2])
    for at in seen.tolist():
        whole = of_class(at, 0, 0, 0)
        if counts[0][at]:
            hit[at] = of_class(at, 1, 1, 1) - whole
        if counts[1][at] > counts[0][at]:
            answered[at] = of_class(at, 0, 1, 0) - whole
        if counts[2][at] > counts[0][at]:
            missed[at] = of_class(at, 0, 0, 1) - whole
    return np.asarray(np.where(right, hit[targets], answered[answers] + missed[targets]) / len(seen))
