"""A curve as arrays, and the same curve in as many points as a screen can show."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

POINTS_PER_LINE = 1_000
_SAMPLER: Any = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, eq=False)
class Curve:
    """One line: (N,) rising steps, values (NaN and infinity included) and wall times in seconds since 1970."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    times: NDArray[np.float64]
    is_thinned: bool = False  # points that nobody would see in the whole are left out

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.steps)

    def at(self, chosen: slice | NDArray[np.intp] | NDArray[np.bool_]) -> "Curve":
        """Return some of the points."""
        return Curve(self.steps[chosen], self.values[chosen], self.times[chosen], self.is_thinned)

    def after(self, step: int | None) -> "Curve":
        """Return the points after a step; None is all of them. Nothing is copied."""
        start = 0 if step is None else int(np.searchsorted(self.steps, step, side="right"))
        return self.at(slice(start, None))

    def points(self) -> list[tuple[int, float, float]]:
        """Return (step, value, wall time) of every point."""
        return list(zip(self.steps.tolist(), self.values.tolist(), self.times.tolist(), strict=True))


def merge(older: Curve, newer: Curve) -> Curve:
    """Return the points of both; where both have a step, the newer one counts."""
    if not len(older) or not len(newer):
        return newer if len(newer) else older
    kept = older if newer.steps[0] > older.steps[-1] else older.at(~np.isin(older.steps, newer.steps))
    steps = np.concatenate([kept.steps, newer.steps])
    values, times = np.concatenate([kept.values, newer.values]), np.concatenate([kept.times, newer.times])
    return Curve(steps, values, times).at(np.argsort(steps, kind="stable"))


def downsample(curve: Curve, points: int = POINTS_PER_LINE) -> Curve:
    """Return about so many points that look the same: first, last, every spike and every gap stay.

    Steinarsson, "Downsampling Time Series for Visual Representation", 2013; Van Der Donckt et al., "MinMaxLTTB", 2023.
    """
    if len(curve) <= points:
        return curve
    finite = np.flatnonzero(np.isfinite(curve.values))
    kept = [np.array([0, len(curve) - 1]), _edges(~np.isfinite(curve.values), points // 4)]
    if len(finite):
        steps, values = curve.steps[finite], curve.values[finite]
        kept.append(finite[[values.argmin(), values.argmax()]])
        fits = len(finite) <= points
        kept.append(finite if fits else finite[_SAMPLER.downsample(steps, values, n_out=points)])
    at = np.unique(np.concatenate(kept))
    return Curve(curve.steps[at], curve.values[at], curve.times[at], is_thinned=True)


def _edges(mask: NDArray[np.bool_], at_most: int) -> NDArray[np.int64]:
    """Return where runs of True begin and end, the first ones where there are very many."""
    padded = np.concatenate([[False], mask, [False]]).astype(np.int8)
    change = np.diff(padded)
    return np.sort(np.concatenate([np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1]))[:at_most]
