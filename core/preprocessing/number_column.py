"""A column of numbers as one feature of mean 0 and spread 1, that no absurd cell can bend."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST, SMALLEST = 1e30, 1e-30  # beyond them, squares or their parts leave the range of 32-bit numbers
FLATTEST = 1e-9  # of a column's own size: what varies less is constant, and must not be divided by its deviation
FURTHEST = 10.0  # times as far outside of the known numbers as they lie apart
GAP = 10.0  # times as far from the median as the number before it, in order: from there on, numbers are absurd
USUAL = 0.95  # quantile of the distances from the median: what lies within is never absurd
MOST_ABSURD = 0.01  # share of the numbers; more are a kind of their own
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class NumberColumn:
    """What is known of a column of numbers."""

    name: str
    median: float  # stands in for what is missing
    mean: float  # after that
    std: float
    marks_missing: bool  # whether a column of its own says where a number was missing
    low: float = -LARGEST  # what lies further out than these means nothing to the model
    high: float = LARGEST
    beyond_is_missing: bool = False  # and counts as missing; else (as once) as lying there
    known_low: float = -LARGEST  # the smallest number that it was fitted on
    known_high: float = LARGEST

    @property
    def features(self) -> tuple[str, ...]:
        """What each of its features stands for."""
        return (self.name, *[f"{self.name} is missing"] * self.marks_missing)

    def write(self, rows: NDArray[np.float32], at: int, values: Numbers) -> int:
        """Write the features, beginning at `at`; return where the next ones begin."""
        if self.beyond_is_missing:
            values = np.where(self.is_beyond(values), np.nan, values)
        missing = np.isnan(values)
        filled = np.where(missing, self.median, values.clip(self.low, self.high))
        rows[:, at] = (filled - self.mean) / self.std
        if self.marks_missing:
            rows[:, at + 1] = missing
        return at + len(self.features)

    def is_beyond(self, values: Numbers) -> NDArray[np.bool_]:
        """Return which numbers lie so far outside of those learnt from that they mean nothing, (N,)."""
        return (values < self.low) | (values > self.high)


def fit_numbers(name: str, values: Numbers) -> NumberColumn:
    """Return what a column of numbers is like, without its absurd cells, which count as missing.

    Args:
        name: Of the column.
        values: (N,), NaN where there is none.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return NumberColumn(name, 0.0, 0.0, 1.0, marks_missing=False)
    least, most = _plausible(known)
    values = np.where((values < least) | (values > most), np.nan, values)
    known = values[~np.isnan(values)]
    median, missing = float(np.median(known)), len(known) < len(values)
    filled = np.where(np.isnan(values), median, values) if missing else values
    mean, std = float(filled.mean()), float(filled.std())
    flat = std <= FLATTEST * max(abs(mean), float(np.finfo(np.float64).tiny))
    low, high = float(known.min()), float(known.max())
    beyond = FURTHEST * (high - low)
    return NumberColumn(
        name, median, mean, 1.0 if flat else std, missing, low - beyond, high + beyond, not flat, low, high
    )


def _plausible(known: Numbers) -> tuple[float, float]:
    """Return between which numbers a column lies, without the few that are out of all proportion to the others.

    In the order of their distance from the median, they are those after a gap: ten times as far out as the number
    before them, and as nearly all others. Long tails have no such gap.
    """
    median = np.median(known)
    distance = np.sort(np.abs(known - median))
    apart = distance[distance > 0]
    if len(apart) < 2:
        return float(known.min()), float(known.max())
    usual = float(np.quantile(apart, USUAL, method="lower"))
    first = max(int(np.searchsorted(apart, usual, side="right")), len(apart) - max(1, int(MOST_ABSURD * len(known))))
    for place in range(max(first, 1), len(apart)):
        if apart[place] > GAP * max(apart[place - 1], usual):
            return float(median - apart[place - 1]), float(median + apart[place - 1])
    return float(known.min()), float(known.max())
