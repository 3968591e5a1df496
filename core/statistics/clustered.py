"""Clustered examples (copies, rows of one customer): resampling by cluster, not example.

Davison & Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8: whole clusters are resampled. A score
that is a ratio of two means over the examples is the same ratio of means over the clusters' sums, so what holds for
independent examples (`core.statistics.studentized`) holds for these.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.specs import MetricSpec, Predictions, Score
from core.statistics.difference import Difference, of_resamples
from core.statistics.means import from_mean, interval_of_errors, of_mean
from core.statistics.normal import Z95
from core.statistics.resampling import RESAMPLES, percentile_interval
from core.statistics.shares import paired_shares, wilson
from core.statistics.studentized import FEWEST, ratio_difference, ratio_interval

Clusters = NDArray[np.int64]
Values = NDArray[np.float64]
NEGLIGIBLE = 1.05  # times the variance
_NOWHERE = float("nan")


def clusters_of(predictions: Predictions) -> Clusters | None:
    """Return each example's cluster, (N,) from 0 without gaps; None if clustering is negligible.

    That is where the variance could not be 5 % larger if all examples of each cluster were the same (Kish, "Survey
    Sampling", 1965, chapter 5).
    """
    if not len(predictions.groups) or len(predictions.groups) != len(predictions.nll):
        return None
    number = np.unique(predictions.groups, return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(number)
    return number if float(sizes @ sizes) > NEGLIGIBLE * len(number) else None


def clustered_score(metric: MetricSpec, predictions: Predictions, clusters: Clusters, seed: int) -> Score:
    """Return a metric with its 95 % interval; none for fewer than ten clusters.

    Args:
        metric: Says by `statistic` what it is made of.
        predictions: Of the examples.
        clusters: (N,) of each example, from 0 without gaps.
        seed: Of the resamples.
    """
    value, sizes = metric.compute(predictions), np.bincount(clusters).astype(np.float64)
    if metric.statistic == "share":
        return clustered_share(predictions.predicted == predictions.targets, clusters)
    if len(sizes) < FEWEST:
        return Score(value, _NOWHERE, _NOWHERE)
    if metric.statistic == "mean_nll":
        mean = ratio_interval(_sums(predictions.nll, clusters), sizes, seed)
        return Score(value, of_mean(metric, mean.ci_low), of_mean(metric, mean.ci_high))
    if metric.statistic in ("mean_error", "root_mean_square", "explained"):
        return interval_of_errors(metric, value, predictions, seed, lambda each: _sums(each, clusters))
    return percentile_interval(value, _resampled(metric, predictions, clusters, seed))


def clustered_difference(
    metric: MetricSpec, first: Predictions, second: Predictions, clusters: Clusters, seed: int
) -> Difference:
    """Return the first model's score minus the second's, on the same clustered examples.

    Args:
        metric: Of both.
        first: Of the first model.
        second: Of the second one.
        clusters: (N,) of each example, from 0 without gaps.
        seed: Of the resamples.
    """
    values, sizes = (metric.compute(first), metric.compute(second)), np.bincount(clusters).astype(np.float64)
    errors = [np.asarray(one.predicted - one.targets, np.float64) for one in (first, second)]
    if len(sizes) < FEWEST:
        return Difference(values[0] - values[1], _NOWHERE, _NOWHERE, 1.0)
    if metric.statistic == "share":
        gained = (errors[0] == 0).astype(np.float64) - (errors[1] == 0)
        if not gained.any():  # as many pairs that agree as there are clusters
            return paired_shares(sizes > 0, sizes > 0)
        return ratio_difference(_sums(gained, clusters), sizes, seed)
    if metric.statistic == "explained":
        whole = _sums(from_mean(first), clusters)
        return ratio_difference(_sums(errors[1] ** 2 - errors[0] ** 2, clusters), whole, seed)
    if metric.statistic == "mean_error":
        return ratio_difference(_sums(np.abs(errors[0]) - np.abs(errors[1]), clusters), sizes, seed)
    if metric.statistic == "mean_nll" and values[0] == float(first.nll.mean()):
        return ratio_difference(_sums(first.nll - second.nll, clusters), sizes, seed)
    return of_resamples(*values, *(_resampled(metric, one, clusters, seed) for one in (first, second)))


def clustered_share(right: NDArray[np.bool_], clusters: Clusters) -> Score:
    """Return a share with Wilson's interval at the clusters' effective sample size.

    Korn & Graubard, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts Estimated from
    Survey Data", 1998; with Student's t (Fisher & Cornish 1960); where all are right, or wrong, the clusters count.
    """
    count, share = int(clusters.max()) + 1, float(right.mean())
    if count < FEWEST:
        return Score(share, _NOWHERE, _NOWHERE)
    off = _sums(np.asarray(right - share, np.float64), clusters)
    variance = count / (count - 1) * float(off @ off) / len(right) ** 2
    worth = share * (1 - share) / variance if variance > 0 else float(count)
    student = Z95 + (Z95**3 + Z95) / (4 * (count - 1))
    worth = min(worth, float(len(right))) * (Z95 / student) ** 2
    return wilson(share * worth, worth)


def _resampled(metric: MetricSpec, predictions: Predictions, clusters: Clusters, seed: int) -> Values:
    """Return a metric on each cluster resample, (R,), reproducible by seed."""
    if metric.of_counts is not None:
        return np.array([metric.of_counts(*counts) for counts in _counts(predictions, clusters, seed)])
    examples = np.arange(len(clusters))
    return np.array([metric.compute(predictions.select(np.repeat(examples, w))) for w in _weights(clusters, seed)])


def _counts(predictions: Predictions, clusters: Clusters, seed: int) -> Iterator[tuple[Values, Values, Values]]:
    """Yield hits, predicted and actual counts of each class, (K,), per resample."""
    actual, answered = predictions.targets, predictions.predicted
    classes = int(max(actual.max(), answered.max())) + 1
    kinds, which = np.unique(actual * classes + answered, return_inverse=True)
    right, said = np.divmod(kinds, classes)
    for weights in _weights(clusters, seed):
        drawn = np.bincount(which, weights, len(kinds))
        hits = np.bincount(right, np.where(right == said, drawn, 0), classes)
        named, there = np.bincount(said, drawn, classes), np.bincount(right, drawn, classes)
        yield hits.astype(np.float64), named.astype(np.float64), there.astype(np.float64)


def _weights(clusters: Clusters, seed: int) -> Iterator[Clusters]:
    """Yield how often each example is in each resample of the clusters, (N,)."""
    count, generator = int(clusters.max()) + 1, np.random.default_rng(seed)
    for _ in range(RESAMPLES):
        yield np.bincount(generator.integers(count, size=count), minlength=count)[clusters]


def _sums(values: NDArray[np.float64], clusters: Clusters) -> Values:
    return np.bincount(clusters, weights=values).astype(np.float64)
