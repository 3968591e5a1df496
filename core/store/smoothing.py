"""Smoothing over all points of a curve, always before downsampling.

What thinning keeps are the extremes, so a mean of what it kept is no mean of the data: of 200,000 noisy values about
1.65 it said 10.1.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.store.curve import POINTS_PER_LINE, Curve

SMOOTHEST = 0.999
_NOTHING = 1e-18  # of a value, after which nothing is left of it in a mean


@dataclass(frozen=True, eq=False)
class Line:
    """What a chart draws of a curve, or of a part of it."""

    points: Curve  # thinned, where there are many
    count: int  # points of the whole curve
    numbers: int  # of them, how many are finite
    smooth: Curve | None = None  # thinned, too; None where none was asked for
    keep: float = 0.0  # see `kept_share`: whoever has the end of the smooth line can go on with it
    middle: tuple[float, float] | None = None  # between which eight tenths of all numbers lie
    axis: str = ""  # what its steps count, where that is not the run's own step


def smooth(curve: Curve, weight: float) -> Curve:
    """Return the moving average of a curve at each point; non-finite values stay NaN.

    Exponential and debiased: Kingma and Ba, "Adam", 2014, section 3.

    Args:
        curve: All of its points.
        weight: 0 to 0.999: how much of the mean before is kept at each number; see `kept_share`.
    """
    is_number = np.isfinite(curve.values)
    keep = kept_share(int(is_number.sum()), weight)
    values = np.full(len(curve), np.nan)
    values[is_number] = _moving_average(curve.values[is_number], keep)
    return replace(curve, values=values)


def kept_share(numbers: int, weight: float) -> float:
    """Return how much of the mean before is kept at each number.

    A curve of more points than a chart can show is smoothed by the thousandth of its length as a short one is by the
    point. So one setting looks the same on every curve, and the line is the same at any zoom.

    Args:
        numbers: In the whole curve.
        weight: Of a curve of at most 1,000 numbers.
    """
    weight = min(max(weight, 0.0), SMOOTHEST)
    return float(weight ** min(1.0, POINTS_PER_LINE / max(numbers, 1)))


def _moving_average(values: NDArray[np.float64], keep: float) -> NDArray[np.float64]:
    """Return the debiased moving average, from sums of 1, 2, 4, 8 ... values."""
    largest = float(np.abs(values).max(initial=0.0))
    scale = largest if largest > 1e150 else 1.0  # so that no sum overflows
    means = values / scale
    reach, share = 1, keep
    while reach < len(means) and share > _NOTHING:
        means[reach:] += share * means[:-reach]  # NumPy copies where both overlap
        reach, share = 2 * reach, share * share
    counts = np.arange(1, len(means) + 1)
    weights = -np.expm1(counts * np.log(keep)) / (1 - keep) if keep else 1.0
    return np.asarray(means / weights * scale)
