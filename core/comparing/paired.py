"""Paired tests: is one model better than another, on the same examples? Plain numbers in, plain numbers out.

Shares of right answers: the mid-p test of McNemar with the interval of Bonett and Price, as recommended by Fagerland,
Lydersen & Laake 2013 and 2014. Every other metric: the paired bootstrap (Efron & Tibshirani 1993, chapters 13 and 16),
its p-value as in Davison & Hinkley 1997, section 4.2. Many comparisons at once: Holm 1979.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.intervals import interval

ALPHA = 0.05
_Z = 1.959964  # of the normal distribution: 95 % lie between -z and z


@dataclass(frozen=True)
class Difference:
    """How far the first score is above the second one, with its 95 % interval.

    Args:
        value: First minus second, in the metric's own unit.
        low: Lower end of the interval.
        high: Upper end.
        p: How often chance alone would make a difference as large, if there were none (two-sided).
    """

    value: float
    low: float
    high: float
    p: float


def of_shares(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Difference:
    """Return the difference of two shares of right answers.

    Args:
        first: (N,) whether the first model is right on each example; N is 1 or more.
        second: (N,) the same of the second one.
    """
    only_first = int(np.count_nonzero(first & ~second))
    only_second = int(np.count_nonzero(second & ~first))
    total = len(first)
    # Bonett & Price 2012: as if there were one more of each kind that they disagree on.
    a, b = (only_first + 1) / (total + 2), (only_second + 1) / (total + 2)
    half = _Z * math.sqrt(max(a + b - (a - b) ** 2, 0.0) / (total + 2))
    low, high = max(a - b - half, -1.0), min(a - b + half, 1.0)
    return Difference((only_first - only_second) / total, low, high, mid_p(only_first, only_second))


def mid_p(only_first: int, only_second: int) -> float:
    """Return McNemar's mid-p value.

    Args:
        only_first: Examples on which the first model alone is right.
        only_second: Those on which the second one alone is.
    """
    disagreed, fewer = only_first + only_second, min(only_first, only_second)
    if only_first == only_second:
        return 1.0 - _chance(fewer, disagreed) / 2 if disagreed else 1.0
    below = sum(_chance(k, disagreed) for k in range(fewer + 1))
    return min(2 * below - _chance(fewer, disagreed), 1.0)


def _chance(heads: int, throws: int) -> float:
    """Return how likely a fair coin shows heads so many times."""
    log = math.lgamma(throws + 1) - math.lgamma(heads + 1) - math.lgamma(throws - heads + 1)
    return math.exp(log - throws * math.log(2))


def of_resamples(
    first: float, second: float, first_resampled: NDArray[np.float64], second_resampled: NDArray[np.float64]
) -> Difference:
    """Return the difference of any metric.

    Args:
        first: The first model's score.
        second: The second one's.
        first_resampled: (R,) its score on each resample of the examples.
        second_resampled: (R,) the second one's, on the same resamples.
    """
    resampled = first_resampled - second_resampled
    known = resampled[np.isfinite(resampled)]
    found = interval(first - second, known)
    count = len(known) + 1
    below, above = 1 + np.count_nonzero(known <= 0), 1 + np.count_nonzero(known >= 0)
    return Difference(found.value, found.ci_low, found.ci_high, min(2.0 * min(below, above) / count, 1.0))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for being many: each as if it were the only one.

    Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979.
    """
    count, highest = len(p_values), 0.0
    corrected = [0.0] * count
    for rank, at in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        highest = max(highest, min((count - rank) * p_values[at], 1.0))
        corrected[at] = highest
    return corrected
