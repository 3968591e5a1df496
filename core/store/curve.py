"""A curve as arrays, and its downsampled version for a screen."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

POINTS_PER_LINE = 1_000
_SMALLEST = float(np.finfo(np.float64).tiny)
_NEAREST = 1e-12  # of the whole length: steps that lie closer cannot be told apart by bins
_SAMPLER: Any = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve: (N,) non-decreasing steps, values (NaN and infinity included) and wall times.

    Wall times are in seconds since 1970.

    Several points may have one step: they stand in the order in which they came.
    """

    steps: NDArray[np.float64]
    values: NDArray[np.float64]
    times: NDArray[np.float64]
    is_thinned: bool = False  # points that nobody would see in the whole are left out
    global_steps: NDArray[np.float64] | None = None  # (N,) where the run was at each point; None where that is `steps`

    def __post_init__(self) -> None:
        """Convert the steps to floats, which hold every whole number up to 2**53."""
        object.__setattr__(self, "steps", np.asarray(self.steps, np.float64))

    def __len__(self) -> int:
        return len(self.steps)

    def at(self, chosen: slice | NDArray[np.intp] | NDArray[np.bool_]) -> "Curve":
        """Return some of the points."""
        elsewhere = None if self.global_steps is None else self.global_steps[chosen]
        return Curve(self.steps[chosen], self.values[chosen], self.times[chosen], self.is_thinned, elsewhere)

    def after(self, step: float | None) -> "Curve":
        """Return the points after a step; None is all of them. Nothing is copied."""
        start = 0 if step is None else int(np.searchsorted(self.steps, step, side="right"))
        return self.at(slice(start, None))

    def in_order(self) -> "Curve":
        """Return the points sorted by step; points of one step keep their order."""
        if (self.steps[1:] >= self.steps[:-1]).all():
            return self
        return self.at(np.argsort(self.steps, kind="stable"))

    def points(self) -> list[tuple[float, float, float]]:
        """Return (step, value, wall time) of every point."""
        return list(zip(plain_steps(self.steps), self.values.tolist(), self.times.tolist(), strict=True))


def plain_steps(steps: NDArray[np.float64]) -> list[float]:
    """Return steps as Python's numbers: whole ones where all of them are."""
    numbers: list[float] = (steps.astype(np.int64) if (steps == np.floor(steps)).all() else steps).tolist()
    return numbers


def merge(older: Curve, newer: Curve, replaces: NDArray[np.bool_] | None = None) -> Curve:
    """Return the points of both; at one step those of `older` come first.

    Args:
        older: What was there.
        newer: What comes to it.
        replaces: (N,) which points of `newer` take the place of all that `older` has at their step; None is all.
    """
    if not len(older) or not len(newer):
        return newer if len(newer) else older
    kept = older
    if newer.steps[0] <= older.steps[-1]:
        kept = older.at(~np.isin(older.steps, newer.steps if replaces is None else newer.steps[replaces]))
    return joined(kept, newer).in_order()


def joined(first: Curve, second: Curve) -> Curve:
    """Return the points of one curve and then those of another."""
    pairs = [(first.steps, second.steps), (first.values, second.values), (first.times, second.times)]
    steps, values, times = (np.concatenate(pair) for pair in pairs)
    elsewhere = None
    if first.global_steps is not None or second.global_steps is not None:
        elsewhere = np.concatenate([c.steps if c.global_steps is None else c.global_steps for c in (first, second)])
    return Curve(steps, values, times, global_steps=elsewhere)


def downsample(curve: Curve, points: int = POINTS_PER_LINE) -> Curve:
    """Return about this many points that draw the same curve.

    The first and last point, every spike and every gap are kept.

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
        kept.append(finite if fits else finite[_sampled(steps, values, points)])
    return replace(curve.at(np.unique(np.concatenate(kept))), is_thinned=True)


def _sampled(steps: NDArray[np.float64], values: NDArray[np.float64], points: int) -> NDArray[np.int64]:
    """Return the indices of the points to show, evenly spaced along the steps.

    Where several points share a step, or nearly do, they are spaced by number.
    """
    span = steps[-1] - steps[0]
    places = (
        (steps,) if np.diff(steps).min() > max(_NEAREST * span, _SMALLEST) else ()
    )  # the sampler needs bins that differ
    found: NDArray[np.int64] = _SAMPLER.downsample(*places, values, n_out=points)
    return found.astype(np.int64)


def _edges(mask: NDArray[np.bool_], at_most: int) -> NDArray[np.int64]:
    """Return where runs of True begin and end, at most the first `at_most`."""
    padded = np.concatenate([[False], mask, [False]]).astype(np.int8)
    change = np.diff(padded)
    return np.sort(np.concatenate([np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1]))[:at_most]
