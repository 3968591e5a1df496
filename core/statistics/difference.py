"""The difference of two scores on the same examples, and its interpretation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.statistics.normal import ALPHA, Z95, Z_POWER
from core.statistics.resampling import percentile_interval

# To find a difference with the power, and not only half of the time, takes so many times the examples.
MORE_FOR_POWER = ((Z95 + Z_POWER) / Z95) ** 2


@dataclass(frozen=True)
class Difference:
    """The first score minus the second one, with its 95 % interval.

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

    @property
    def is_clear(self) -> bool:
        """Whether test and interval both say that there is one."""
        return self.p < ALPHA and (self.low > 0 or self.high < 0)


def agreed(difference: Difference, p: float) -> Difference:
    """Return a difference with a corrected p-value and a consistent interval.

    An interval never leaves 0 out where the test finds no difference, so that whoever reads either says the same.

    Args:
        difference: As if it were the only one.
        p: Corrected for the number of comparisons.
    """
    found = replace(difference, p=p)
    if p < ALPHA:
        return found
    return replace(found, low=min(found.low, 0.0), high=max(found.high, 0.0))


def of_resamples(
    first: float, second: float, first_resampled: NDArray[np.float64], second_resampled: NDArray[np.float64]
) -> Difference:
    """Return the difference of any metric by the paired bootstrap.

    Efron & Tibshirani 1993, chapters 13 and 16; the p-value as in Davison & Hinkley 1997, section 4.2.

    Args:
        first: The first model's score.
        second: The second one's.
        first_resampled: (R,) its score on each resample of the examples.
        second_resampled: (R,) the second one's, on the same resamples.
    """
    resampled = first_resampled - second_resampled
    known = resampled[np.isfinite(resampled)]
    found = percentile_interval(first - second, known)
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


def examples_for(examples: int, value: float, low: float, high: float) -> float:
    """Return the examples needed to detect a difference with 80 % power.

    It is infinite where there is no difference.

    The width of an interval shrinks with the root of the number of examples. Where the interval would just end at 0,
    half of all attempts find it (Cohen, "Statistical Power Analysis", 1988, section 1.4).

    Args:
        examples: That were judged.
        value: The difference that was seen.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """
    if value == 0:
        return math.inf
    near = value - low if value > 0 else high - value
    return examples * (near / abs(value)) ** 2 * MORE_FOR_POWER
