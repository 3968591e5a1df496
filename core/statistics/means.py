"""Scores based on example means: contributions, and intervals over examples or clusters."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.specs import MetricSpec, Predictions, Score
from core.statistics.studentized import ratio_interval

Values = NDArray[np.float64]
_NOWHERE = float("nan")


def from_mean(predictions: Predictions) -> Values:
    """Return the squared distance of each right number from their mean, (N,)."""
    targets = np.asarray(predictions.targets, np.float64)
    return np.asarray((targets - targets.mean()) ** 2)


def of_mean(metric: MetricSpec, mean: float) -> float:
    """Return a metric that follows from the mean surprise."""
    nothing = np.zeros(1, np.int64)
    return metric.compute(Predictions(np.array([mean]), nothing, nothing))


def interval_of_errors(
    metric: MetricSpec,
    value: float,
    predictions: Predictions,
    seed: int,
    total: Callable[[Values], Values] = np.asarray,
) -> Score:
    """Return a regression score with its bootstrap-t interval; none where nothing differs.

    Args:
        metric: Of the mean error, the root of the mean square, or what is explained.
        value: Of the metric.
        predictions: Of the examples.
        seed: Of the resamples.
        total: Makes of what each example adds, (N,), what each that is drawn adds: sums over clusters, say.
    """
    errors = np.asarray(predictions.predicted - predictions.targets, np.float64)
    parts = np.abs(errors) if metric.statistic == "mean_error" else errors**2
    wholes = from_mean(predictions) if metric.statistic == "explained" else np.ones(len(errors))
    if not wholes.any():
        return Score(_NOWHERE, _NOWHERE, _NOWHERE)
    found = ratio_interval(total(parts), total(wholes), seed)
    if metric.statistic == "explained":
        return Score(value, 1 - found.ci_high, 1 - found.ci_low)
    if metric.statistic == "root_mean_square":
        return Score(value, float(np.sqrt(found.ci_low)), float(np.sqrt(found.ci_high)))
    return Score(value, found.ci_low, found.ci_high)
