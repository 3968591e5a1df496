"""Scores and model differences with intervals, and the method that suits each metric."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.specs import MetricSpec, Predictions, Score
from core.statistics.clustered import clustered_difference, clustered_score, clusters_of
from core.statistics.counted import counted_interval
from core.statistics.difference import Difference, of_resamples
from core.statistics.means import from_mean, interval_of_errors, of_mean
from core.statistics.resampling import (
    RESAMPLES,
    by_group,
    neighbours_alike,
    percentile_interval,
    resampled_means,
    resamples,
)
from core.statistics.shares import paired_shares, wilson
from core.statistics.studentized import FEWEST, ratio_difference, ratio_interval, root_difference

Counts = NDArray[Any]
_NOWHERE = float("nan")
_FEW_KINDS = 16  # a multinomial is drawn where there are so many times fewer kinds of answers than answers


def score_of(metric: MetricSpec, predictions: Predictions, block: int, seed: int) -> Score:
    """Return a metric with its 95 % interval; none without examples.

    Args:
        metric: Says by `statistic` what it is made of, and so which method holds.
        predictions: Of the examples; where they have groups, whole groups are drawn.
        block: Neighbours that are drawn together, where they are not independent and have no groups; 1 else.
        seed: Of the resamples.
    """
    value, size = metric.compute(predictions), len(predictions.nll)
    if not size or not np.isfinite(value):
        return Score(value, _NOWHERE, _NOWHERE)
    if metric.statistic == "explained" and not from_mean(predictions).any():
        return Score(_NOWHERE, _NOWHERE, _NOWHERE)  # of nothing that differs no share is explained
    if metric.of_counts is not None and len(np.unique(predictions.targets)) < 2:
        return Score(value, _NOWHERE, _NOWHERE)  # a mean over classes of which one was seen
    if block == 1 and (clusters := clusters_of(predictions)) is not None:
        return clustered_score(metric, predictions, clusters, seed)
    return _score_of(metric, value, predictions, block, seed)


def _score_of(metric: MetricSpec, value: float, predictions: Predictions, block: int, seed: int) -> Score:
    size = len(predictions.nll)
    if metric.statistic == "share":
        return wilson(int(np.count_nonzero(predictions.predicted == predictions.targets)), size)
    if metric.statistic == "mean_nll" and len(predictions.groups):
        sums, sizes = by_group(predictions.nll, predictions.groups)
        mean = ratio_interval(sums, sizes, seed, neighbours_alike(sums, sizes), calibration=0)
        return Score(value, *(of_mean(metric, end) for end in (mean.ci_low, mean.ci_high)))
    if metric.statistic == "mean_nll" and block > 1:
        return percentile_interval(value, _of_means(metric, predictions, block, seed))
    if metric.statistic == "mean_nll":
        mean = ratio_interval(predictions.nll, np.ones(size), seed)
        low, high = (of_mean(metric, end) for end in (mean.ci_low, mean.ci_high))
        return Score(value, low, high)
    if size < FEWEST:
        return Score(value, _NOWHERE, _NOWHERE)
    if metric.of_counts is not None:
        return counted_interval(value, metric.of_counts, predictions)
    if metric.statistic in ("mean_error", "root_mean_square", "explained"):
        return interval_of_errors(metric, value, predictions, seed)
    return percentile_interval(value, _resampled(metric, predictions, block, seed))


def difference_of(metric: MetricSpec, first: Predictions, second: Predictions, block: int, seed: int) -> Difference:
    """Return the first model's score minus the second's, on the same ordered examples."""
    values = metric.compute(first), metric.compute(second)
    if not len(first.nll) or not np.isfinite(values).all():
        return Difference(values[0] - values[1], float("nan"), float("nan"), 1.0)
    if block == 1 and (clusters := clusters_of(first)) is not None:
        return clustered_difference(metric, first, second, clusters, seed)
    if metric.statistic == "share":
        return paired_shares(first.predicted == first.targets, second.predicted == second.targets)
    if metric.statistic == "explained":
        errors = [(one.predicted - one.targets) ** 2 for one in (first, second)]
        return ratio_difference(errors[1] - errors[0], from_mean(first), seed)
    groups = first.groups if len(first.groups) else second.groups
    if metric.statistic == "mean_nll" and len(groups):
        return _of_groups(metric, first, second, groups, seed)
    if metric.statistic == "mean_nll" and block == 1 and values[0] == float(first.nll.mean()):  # not a function of it
        return ratio_difference(first.nll - second.nll, np.ones(len(first.nll)), seed)
    if metric.statistic in ("mean_error", "root_mean_square"):
        errors = [np.asarray(one.predicted - one.targets, np.float64) for one in (first, second)]
        if metric.statistic == "root_mean_square":
            return root_difference(errors[0] ** 2, errors[1] ** 2, seed)
        return ratio_difference(np.abs(errors[0]) - np.abs(errors[1]), np.ones(len(errors[0])), seed)
    return of_resamples(*values, *_resampled_pair(metric, first, second, block, seed))


def _resampled_pair(
    metric: MetricSpec, first: Predictions, second: Predictions, block: int, seed: int
) -> list[NDArray[np.float64]]:
    """Return both models' metric on each common resample, (R,) each."""
    if metric.statistic == "mean_nll":
        return [_of_means(metric, one, block, seed) for one in (first, second)]
    if metric.of_counts is not None:
        drawn = [
            [metric.of_counts(*counts) for counts in both]
            for both in _resampled_counts(first.targets, [first.predicted, second.predicted], seed)
        ]
        return list(np.array(drawn).T)
    return [_resampled(metric, one, block, seed) for one in (first, second)]


def _of_groups(
    metric: MetricSpec, first: Predictions, second: Predictions, groups: NDArray[np.int64], seed: int
) -> Difference:
    """Return two models' difference on grouped examples, by a bootstrap-t over the groups.

    It is that of their means.

    A metric that is another function of the mean has the slope at the first's value.
    """
    sums, sizes = by_group(first.nll - second.nll, groups)
    found = ratio_difference(sums, sizes, seed, neighbours_alike(sums, sizes), calibration=0)
    value = metric.compute(first) - metric.compute(second)
    slope = value / found.value if found.value else 1.0
    low, high = sorted((slope * found.low, slope * found.high))
    return Difference(value, low, high, found.p)


def parts_of(metric: MetricSpec, predictions: Predictions, block: int) -> NDArray[np.float64] | None:
    """Return the values whose mean determines a score, higher being better.

    Args:
        metric: The score.
        predictions: Of the examples; where they have groups, each group is one part.
        block: Neighbours that are taken together, where they are not independent and have no groups.

    Returns:
        (N,), a number for each example or group or block; None where a score is no such thing.
    """
    errors = np.asarray(predictions.predicted - predictions.targets, np.float64)
    match metric.statistic:
        case "share":
            each = (errors == 0).astype(np.float64)
        case "mean_nll":
            each = -np.asarray(predictions.nll, np.float64)
        case "mean_error":
            each = -np.abs(errors)
        case "root_mean_square" | "explained":
            each = -(errors**2)
        case _:
            return None
    if len(predictions.groups):
        sums, sizes = by_group(each, predictions.groups)
        return np.asarray(sums / sizes.mean())
    return np.asarray(each[: len(each) // block * block].reshape(-1, block).mean(1))


def _of_means(metric: MetricSpec, predictions: Predictions, block: int, seed: int) -> NDArray[np.float64]:
    """Return a metric that follows from the mean surprise on each resample, (R,)."""
    return np.array([of_mean(metric, mean) for mean in resampled_means(predictions.nll, block, seed)])


def _resampled(metric: MetricSpec, predictions: Predictions, block: int, seed: int) -> NDArray[np.float64]:
    drawn = resamples(len(predictions.nll), block, seed)
    return np.array([metric.compute(predictions.select(indexes)) for indexes in drawn])


def _resampled_counts(
    targets: Counts, answers: Sequence[Counts], seed: int
) -> Iterator[list[tuple[Counts, Counts, Counts]]]:
    """Yield hits, predicted and actual class counts, (K,), of each model per resample.

    How many of each kind of example (right class, answers) are drawn is a multinomial: the same as a bootstrap over
    examples, whatever their number.

    Args:
        targets: (N,) right classes.
        answers: (N,) what each model answered.
        seed: Of the resamples.
    """
    size, generator = len(targets), np.random.default_rng(seed)
    classes = int(max(one.max() for one in (targets, *answers))) + 1
    mixed = targets.astype(np.int64)
    for answered in answers:
        mixed = mixed * classes + answered
    mixed, which, counts = np.unique(mixed, return_inverse=True, return_counts=True)
    kinds: list[NDArray[np.int64]] = []
    which = which.astype(np.int32)
    for _ in answers:
        mixed, answered = np.divmod(mixed, classes)
        kinds.insert(0, answered)
    actual = mixed
    for _ in range(RESAMPLES):
        if len(counts) * _FEW_KINDS <= size:
            drawn = generator.multinomial(size, counts / size)
        else:
            drawn = np.bincount(which[generator.integers(size, size=size, dtype=np.int32)], minlength=len(counts))
        right = np.bincount(actual, drawn, classes)
        yield [
            (np.bincount(actual, np.where(actual == kind, drawn, 0), classes), np.bincount(kind, drawn, classes), right)
            for kind in kinds
        ]
