"""Accuracies: the interval of one, and the paired test and interval of two.

As recommended by Brown, Cai & DasGupta 2001 for one share, by Fagerland, Lydersen & Laake 2013 and 2014 for two.
"""

import math

import numpy as np
from numpy.typing import NDArray

from core.specs import Score
from core.statistics.difference import Difference
from core.statistics.normal import Z95
from core.statistics.resampling import RESAMPLES, percentile_interval


def wilson(part: float, whole: float) -> Score:
    """Return a share with its 95 % interval; 0 to 1 for empty denominators.

    Source:
        Wilson, "Probable inference, the law of succession, and statistical inference", 1927; recommended for small
        counts by Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", 2001.
    """
    if whole == 0:
        return Score(0.0, 0.0, 1.0)
    share, weight = part / whole, Z95**2 / whole
    middle = (share + weight / 2) / (1 + weight)
    half = Z95 * np.sqrt(share * (1 - share) / whole + weight / (4 * whole)) / (1 + weight)
    low = 0.0 if part == 0 else float(max(0.0, middle - half))
    return Score(share, low, 1.0 if part == whole else float(min(1.0, middle + half)))


def f1_of(hits: int, false: int, missed: int, total: int, chance: np.random.Generator) -> Score:
    """Return the F1 of one class with its bootstrap interval.

    Resampling the examples is drawing how many of them are hits, false alarms, misses and the rest, from a multinomial
    distribution: the same as a bootstrap over examples (Efron & Tibshirani 1993, chapter 13), whatever their number.

    Args:
        hits: Examples of the class that were named so.
        false: Others that were.
        missed: Examples of the class that were not.
        total: All examples.
        chance: Draws the resamples.
    """
    if hits + false + missed == 0:
        return Score(0.0, 0.0, 1.0)
    shares = np.array([hits, false, missed, total - hits - false - missed]) / total
    drawn = chance.multinomial(total, shares, RESAMPLES)
    named = 2 * drawn[:, 0] + drawn[:, 1] + drawn[:, 2]
    values = np.divide(2 * drawn[:, 0], named, out=np.zeros(RESAMPLES), where=named > 0)
    return percentile_interval(2 * hits / (2 * hits + false + missed), values)


def calibration_error_by_chance(counts: NDArray[np.int64], means: NDArray[np.float64], seed: int) -> float:
    """Return the 95th percentile of the calibration error of perfectly calibrated models.

    Args:
        counts: (B,) answers in each bin.
        means: (B,) their mean confidence.
        seed: Of the draws.

    Source:
        Bröcker and Smith, "Increasing the Reliability of Reliability Diagrams", 2007.
    """
    drawn = np.random.default_rng(seed).binomial(counts, means.clip(0, 1), (RESAMPLES, len(counts)))
    return float(np.quantile((np.abs(drawn / counts - means) * counts / counts.sum()).sum(1), 0.95))


def paired_shares(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Difference:
    """Return the difference of two accuracies with McNemar's mid-p and Bonett and Price's interval.

    Args:
        first: (N,) whether the first model is right on each example; N is 1 or more.
        second: (N,) the same of the second one.
    """
    only_first = int(np.count_nonzero(first & ~second))
    only_second = int(np.count_nonzero(second & ~first))
    total = len(first)
    middle, half = differing_shares(only_first, only_second, total)
    low, high = max(middle - half, -1.0), min(middle + half, 1.0)
    return Difference((only_first - only_second) / total, low, high, mid_p(only_first, only_second))


def differing_shares(only_first: float, only_second: float, total: float) -> tuple[float, float]:
    """Return the middle of a difference's 95 % interval, and half of its width.

    Source:
        Bonett & Price, "Adjusted Wald Confidence Interval for a Difference of Binomial Proportions Based on Paired
        Data", 2012: as if there were one more of each kind that they disagree on.

    Args:
        only_first: Examples on which the first model alone is right.
        only_second: Those on which the second one alone is.
        total: All examples.
    """
    a, b = (only_first + 1) / (total + 2), (only_second + 1) / (total + 2)
    return a - b, Z95 * math.sqrt(max(a + b - (a - b) ** 2, 0.0) / (total + 2))


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
