"""A number column as one standardised feature, robust against absurd cells."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

LARGEST, SMALLEST = 1e30, 1e-30  # beyond them, squares or their parts leave the range of 32-bit numbers
FLATTEST = 1e-9  # of a column's own size: what varies less is constant, and must not be divided by its deviation
FURTHEST = 10.0  # times as far outside of the known numbers as they lie apart
GAP = 10.0  # times as far from the median as the number before it, in order: from there on, numbers are absurd
USUAL = 0.95  # quantile of the distances from the median: what lies within is never absurd
FAR_FROM_ZERO = 0.5  # of their range, that numbers keep from 0, so that a 0 among them is no number
SPREADS_FROM_ZERO = 4.0  # and standard deviations, that they do on average
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
    log_shift: float = 0.0  # added before the logarithm is taken
    log_floor: float = 0.0  # what is smaller counts as this
    log_mean: float = 0.0
    log_std: float = 0.0  # of the logarithms; 0 where they are no feature
    zero_is_missing: bool = False  # where all others lie far from 0, it stands for what nobody has measured

    @property
    def features(self) -> tuple[str, ...]:
        """What each of its features stands for."""
        logarithm = [f"logarithm of {self.name}"] * (self.log_std > 0)
        return (self.name, *[f"{self.name} is missing"] * self.marks_missing, *logarithm)

    def write(self, rows: NDArray[np.float32], at: int, values: Numbers) -> int:
        """Write the features, beginning at `at`; return where the next ones begin."""
        if self.beyond_is_missing:
            values = np.where(self.is_beyond(values), np.nan, values)
        missing = np.isnan(values)
        filled = np.where(missing, self.median, values.clip(self.low, self.high))
        rows[:, at] = (filled - self.mean) / self.std
        if self.marks_missing:
            rows[:, at + 1] = missing
        if self.log_std:
            logs = np.log(np.maximum(filled + self.log_shift, self.log_floor))
            rows[:, at + 1 + self.marks_missing] = (logs - self.log_mean) / self.log_std
        return at + len(self.features)

    def is_beyond(self, values: Numbers) -> NDArray[np.bool_]:
        """Return which numbers are far outside the training range, (N,), thus meaningless."""
        return np.asarray((values < self.low) | (values > self.high) | (self.zero_is_missing & (values == 0)))


def with_logarithm(column: NumberColumn, values: Numbers) -> NumberColumn:
    """Return a column with its logarithm as another feature, if none is negative.

    Args:
        column: Fitted on the values.
        values: (N,), NaN where there is none.
    """
    if column.known_low < 0 or column.known_high <= 0:
        return column
    shift = 0.0 if column.known_low > 0 else 1.0
    floor = column.known_low / 2 if column.known_low > 0 else 1.0
    known = values[(values >= column.known_low) & (values <= column.known_high)]
    logs = np.log(np.maximum(known + shift, floor)) if len(known) else np.zeros(1)
    std = float(logs.std())
    if std <= FLATTEST:
        return column
    return replace(column, log_shift=shift, log_floor=floor, log_mean=float(logs.mean()), log_std=std)


def fit_numbers(name: str, values: Numbers) -> NumberColumn:
    """Return the fitted number column; absurd cells count as missing.

    Args:
        name: Of the column.
        values: (N,), NaN where there is none.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return NumberColumn(name, 0.0, 0.0, 1.0, marks_missing=False)
    zero_is_missing = _zero_is_missing(known)
    least, most = _plausible(known)
    values = np.where((values < least) | (values > most) | (zero_is_missing & (values == 0)), np.nan, values)
    known = values[~np.isnan(values)]
    median, missing = float(np.median(known)), len(known) < len(values)
    filled = np.where(np.isnan(values), median, values) if missing else values
    mean, std = float(filled.mean()), float(filled.std())
    flat = std <= FLATTEST * max(abs(mean), float(np.finfo(np.float64).tiny))
    low, high = float(known.min()), float(known.max())
    beyond = FURTHEST * (high - low)
    return NumberColumn(
        name,
        median,
        mean,
        1.0 if flat else std,
        missing,
        low - beyond,
        high + beyond,
        beyond_is_missing=not flat,
        known_low=low,
        known_high=high,
        zero_is_missing=zero_is_missing,
    )


def _zero_is_missing(known: Numbers) -> bool:
    """Check whether 0 means missing, as for a diamond 0 mm high."""
    others = np.abs(known[known != 0])
    if not len(others) or len(known) - len(others) > MOST_ABSURD * len(known):
        return False
    is_far = others.mean() > SPREADS_FROM_ZERO * others.std() > 0  # one room more or less is no such case
    return bool(is_far and others.min() >= FAR_FROM_ZERO * (others.max() - others.min()))


def _plausible(known: Numbers) -> tuple[float, float]:
    """Return the plausible range of a column, without extreme outliers.

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
