"""Confidence intervals of cross-validated scores: each row predicted once, by a model without it.

The variance of the rows alone (Bayle et al., "Cross-validation Confidence Intervals for Test Error", 2020) says how
well the mean of the folds' models is known. The model that is kept has learnt from other rows, so the correction
of Nadeau & Bengio ("Inference for the Generalization Error", 2003) is added: K times test rows over training rows. With
few rows it is more than it takes, as the rows' own variance falls faster than that of what is learnt from them: it
comes in with the root of the rows, up to `WHOLE_FROM`, which `python -m tests.bench crossfit` found to keep what
intervals of answers promise; of errors, which have long tails, it counts wholly. Where folds differ by more than their
rows explain, or rows belong to groups, their corrected resampled t stands instead.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.specs import MetricSpec, Predictions, Score
from core.statistics.difference import Difference
from core.statistics.normal import STANDARD, Z95
from core.statistics.scores import difference_of, score_of
from core.statistics.shares import differing_shares, wilson

WHOLE_FROM = 5_000  # rows, from which on the correction counts wholly
FEWEST_ROWS = 10  # of fewer nothing is said of how sure the number is
# By folds less one: Student's t, of which 95 % lie within -t and t, and how much larger than expected a variance is
# once in a hundred times (chi-squared over its degrees of freedom).
STUDENT = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764}
LARGE = {1: 6.6349, 2: 4.6052, 3: 3.7816, 4: 3.3192}
_NOWHERE = float("nan")


@dataclass(frozen=True, eq=False)
class Folds:
    """Which fold each row was judged in.

    Args:
        number: (N,) of each row, 0 to K - 1.
        training_rows: From which the model of a fold learnt, on average.
        grouped: Whether rows belong together, so that neighbours say less than they seem to.
    """

    number: NDArray[np.int64]
    training_rows: float
    grouped: bool = False

    @property
    def count(self) -> int:
        """How many folds there are."""
        return int(self.number.max(initial=-1)) + 1

    def spread(self, metric: MetricSpec) -> float:
        """The factor on the row variance for the variation between folds' training rows."""
        size = len(self.number)
        of_answers = metric.statistic == "share" or metric.of_counts is not None
        share = math.sqrt(min(size / WHOLE_FROM, 1.0)) if of_answers else 1.0
        return 1 + share * size / self.training_rows  # K folds of size / K test rows each

    def rows(self) -> list[NDArray[np.int64]]:
        """Return the rows of each fold."""
        return [np.flatnonzero(self.number == fold) for fold in range(self.count)]


def crossfitted_score(metric: MetricSpec, predictions: Predictions, folds: Folds, seed: int) -> Score:
    """Return a metric of all rows with its interval, but for few rows."""
    size, spread = len(predictions.nll), folds.spread(metric)
    if size < FEWEST_ROWS or folds.count < 2:
        return Score(metric.compute(predictions) if size else _NOWHERE, _NOWHERE, _NOWHERE)
    if metric.statistic == "share":
        right = int(np.count_nonzero(predictions.predicted == predictions.targets))
        found = replace(wilson(right / spread, size / spread), value=right / size)
    else:
        found = _wider(metric, score_of(metric, predictions, 1, seed), math.sqrt(spread))
    means = [metric.compute(predictions.select(rows)) for rows in folds.rows()]
    textbook = _by_folds(found.value, means, folds, (found.ci_high - found.ci_low) / 2, spread)
    if textbook is None:
        return found
    low, high = found.value - textbook, found.value + textbook
    if metric.unit == "percent":
        low, high = max(low, 0.0), min(high, 1.0)
    return Score(found.value, low, high)


def crossfitted_difference(
    metric: MetricSpec, first: Predictions, second: Predictions, folds: Folds, seed: int
) -> Difference:
    """Return the first model's score minus the second's, in the same folds."""
    value = metric.compute(first) - metric.compute(second) if len(first.nll) else _NOWHERE
    if len(first.nll) < FEWEST_ROWS or folds.count < 2 or not math.isfinite(value):
        return Difference(value, _NOWHERE, _NOWHERE, 1.0)
    spread = folds.spread(metric)
    if metric.statistic == "share":
        found = _of_shares(first.predicted == first.targets, second.predicted == second.targets, spread)
    else:
        found = _of_numbers(difference_of(metric, first, second, 1, seed), math.sqrt(spread))
    each = [metric.compute(first.select(rows)) - metric.compute(second.select(rows)) for rows in folds.rows()]
    textbook = _by_folds(value, each, folds, (found.high - found.low) / 2, spread)
    if textbook is None:
        return found
    t = STUDENT[len(each) - 1]
    return Difference(value, value - textbook, value + textbook, _student_p(abs(value) / textbook * t, len(each) - 1))


def corrected_resampled(means: NDArray[np.float64], test_rows: float, training_rows: float) -> tuple[float, float]:
    """Return the mean of the folds' scores and half of its 95 % interval.

    The corrected resampled t: variance of the means times (1 / K + test rows / training rows), K - 1 degrees of
    freedom.

    Source:
        Nadeau & Bengio, "Inference for the Generalization Error", Machine Learning 52, 2003, section 3.

    Args:
        means: (K,) 2 to 5 of them.
        test_rows: Of a fold.
        training_rows: From which its model learnt.
    """
    variance = float(means.var(ddof=1)) * (1 / len(means) + test_rows / training_rows)
    return float(means.mean()), STUDENT[len(means) - 1] * math.sqrt(variance)


def _by_folds(value: float, means: list[float], folds: Folds, half: float, spread: float) -> float | None:
    """Return half the fold-based interval where required; None where the rows' interval holds.

    The fold-based interval is that of the textbook.
    """
    known = np.array(means)
    if not np.isfinite(known).all() or not math.isfinite(value):
        return None
    test_rows = len(folds.number) / len(known)
    rows_variance = (half / Z95) ** 2 / spread * len(known)  # that the mean of a fold has by its rows alone
    differs = float(known.var(ddof=1)) > LARGE[len(known) - 1] * rows_variance
    if not (differs or folds.grouped or not math.isfinite(half)):
        return None
    textbook = corrected_resampled(known, test_rows, folds.training_rows)[1]
    return max(textbook, half) if math.isfinite(half) else textbook


def _wider(metric: MetricSpec, score: Score, root: float) -> Score:
    """Return a score's interval widened for other training rows, on its own scale."""
    if not all(map(math.isfinite, (score.value, score.ci_low, score.ci_high))):
        return score
    value, low, high = score.value, score.ci_low, score.ci_high
    if metric.statistic == "explained":
        return Score(value, 1 - _farther(1 - value, 1 - low, root), 1 - _farther(1 - value, 1 - high, root))
    if metric.statistic in ("mean_error", "root_mean_square", "mean_nll"):
        return Score(value, _farther(value, low, root), _farther(value, high, root))
    low, high = (value + root * (end - value) for end in (low, high))
    return (
        Score(value, *(min(max(end, 0.0), 1.0) for end in (low, high)))
        if metric.unit == "percent"
        else Score(value, low, high)
    )


def _farther(value: float, end: float, times: float) -> float:
    """Return an end farther from the value on the log scale, if any."""
    if value <= 0 or end <= 0:
        return end
    return value * math.exp(min(times * math.log(end / value), 700.0))


def _of_shares(first: NDArray[np.bool_], second: NDArray[np.bool_], spread: float) -> Difference:
    """Return the difference of two shares, with Bonett and Price's interval and test.

    They are for the effective number of rows.
    """
    only = [int(np.count_nonzero(first & ~second)), int(np.count_nonzero(second & ~first))]
    middle, half = differing_shares(*(count / spread for count in (*only, len(first))))
    p = _normal_p(abs(middle) / half * Z95) if half > 0 else 1.0
    low, high = max(middle - half, -1.0), min(middle + half, 1.0)
    return Difference(float(only[0] - only[1]) / len(first), low, high, p)


def _of_numbers(found: Difference, root: float) -> Difference:
    """Return a difference widened for other training rows, with the interval's test.

    The test is that of the interval's end next to 0.
    """
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return found
    low, high = (found.value + root * (end - found.value) for end in (found.low, found.high))
    near = found.value - low if found.value > 0 else high - found.value
    p = _normal_p(abs(found.value) / near * Z95) if near > 0 else 1.0
    return Difference(found.value, low, high, p)


def _normal_p(z: float) -> float:
    return 2 * STANDARD.cdf(-z)


def _student_p(t: float, degrees: int) -> float:
    """Return Student's t two-sided p-value for 1 to 4 degrees of freedom, closed-form."""
    if degrees == 1:
        inside = 2 / math.pi * math.atan(t)
    elif degrees == 2:
        inside = t / math.sqrt(2 + t * t)
    elif degrees == 3:
        angle = math.atan(t / math.sqrt(3))
        inside = 2 / math.pi * (angle + math.sin(angle) * math.cos(angle))
    else:
        sine = t / math.sqrt(4 + t * t)
        inside = sine * (1 + (1 - sine * sine) / 2)
    return 1 - inside
