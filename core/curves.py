"""Live curves for any number of viewers: one mirror per run, read from the store at most four times a second."""

import secrets
import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

from core.runs import Run, Stage
from core.service import Service

REFRESH_S = 0.25  # the store is asked no more often than this, however many watch
POINTS_PER_LINE = 1_000
RUNS_IN_MEMORY = 64
_SAMPLER: Any = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
_EARLY = (Stage.WAITING, Stage.STARTING, Stage.LOADING_DATA)  # a resumed run has not gone back to its checkpoint yet


@dataclass(frozen=True, eq=False)
class Curve:
    """One line: (N,) steps, values (NaN and infinity included) and wall times in seconds since 1970."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    times: NDArray[np.float64]
    is_thinned: bool = False  # points that nobody would see in the whole are left out


@dataclass(frozen=True)
class Snapshot:
    """What a viewer needs to go on drawing."""

    run: Run
    generation: str  # changes when what was shown before is no longer true
    complete: bool  # whether the curves begin at the beginning, or after what the viewer knows
    curves: Mapping[str, Curve]


@dataclass
class _Line:
    steps: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    times: "array[float]" = field(default_factory=lambda: array("d"))

    def after(self, step: int | None) -> Curve:
        steps = np.array(self.steps, dtype=np.int64)
        start = 0 if step is None else int(np.searchsorted(steps, step, side="right"))
        return Curve(steps[start:], np.array(self.values[start:]), np.array(self.times[start:]))


class _Mirror:
    """The points of one run, appended to and never read twice."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.run: Run | None = None
        self.refreshed_at = -REFRESH_S
        self._reset()

    def _reset(self) -> None:
        self.lines: dict[str, _Line] = {}
        self.generation = secrets.token_hex(4)

    def refresh(self, service: Service, run_id: str) -> Run:
        """Bring the mirror up to date (the lock is held) and return the run as it was before its points were read."""
        if self.run is not None and time.monotonic() - self.refreshed_at < REFRESH_S:
            return self.run
        run = service.run(run_id)
        before, self.run = self.run, run
        if before is not None and _identity(before) != _identity(run):
            self._reset()
        if not self._append(service, run):  # points have vanished: what is shown is no longer true
            self._reset()
            self._append(service, run)
        self.refreshed_at = time.monotonic()
        return run

    def _append(self, service: Service, run: Run) -> bool:
        """Read what is new, the last known point included; say whether that one is still there."""
        known = {key: line.steps[-1] for key, line in self.lines.items()}
        fresh = service.metrics(run.id, {key: step - 1 for key, step in known.items()})
        if any(key not in fresh or fresh[key][0][0] != step for key, step in known.items()):
            return False
        for key, points in fresh.items():
            line = self.lines.setdefault(key, _Line())
            for step, value, wall_time in points[1 if key in known else 0 :]:
                line.steps.append(step)
                line.values.append(value)
                line.times.append(wall_time)
        return True


class CurveCache:
    """Mirrors of the runs that are being watched; the one looked at longest ago makes room."""

    def __init__(self, service: Service, capacity: int = RUNS_IN_MEMORY) -> None:
        """Read from this service, and keep at most so many runs in memory."""
        self._service, self._capacity = service, capacity
        self._mirrors: OrderedDict[str, _Mirror] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, run_id: str, after: Mapping[str, int] | None = None, generation: str = "") -> Snapshot:
        """Return a run and its curves: all of them, or what came after the steps that the viewer knows.

        Args:
            run_id: The run.
            after: By key, the last step known.
            generation: What the last answer was called; after another one, everything is sent again.

        Raises:
            RunNotFound: There is none of this id.
        """
        mirror = self._mirror(run_id)
        with mirror.lock:
            run = mirror.refresh(self._service, run_id)
            complete = generation != mirror.generation
            known = {} if complete else dict(after or {})
            curves = {key: line.after(known.get(key)) for key, line in mirror.lines.items()}
            name = mirror.generation
        return Snapshot(run, name, complete, {k: downsample(c) for k, c in curves.items() if len(c.steps)})

    def read_part(self, run_id: str, keys: Sequence[str], low: int, high: int) -> Mapping[str, Curve]:
        """Return a part of some curves in as much detail as a chart can show.

        Args:
            run_id: The run.
            keys: Of the curves.
            low: The first step.
            high: The last one; the points beside the part come too, so that lines lead out of it.

        Raises:
            RunNotFound: There is none of this id.
        """
        whole = self.read_whole(run_id, keys)
        return {key: downsample(_part(curve, low, high)) for key, curve in whole.items()}

    def read_whole(self, run_id: str, keys: Sequence[str]) -> Mapping[str, Curve]:
        """Return every point of some curves.

        Raises:
            RunNotFound: There is none of this id.
        """
        mirror = self._mirror(run_id)
        with mirror.lock:
            mirror.refresh(self._service, run_id)
            return {key: mirror.lines[key].after(None) for key in keys if key in mirror.lines}

    def _mirror(self, run_id: str) -> _Mirror:
        with self._lock:
            if run_id not in self._mirrors:
                self._service.run(run_id)  # a name that nobody has takes no room
            mirror = self._mirrors.setdefault(run_id, _Mirror())
            self._mirrors.move_to_end(run_id)
            while len(self._mirrors) > self._capacity:
                self._mirrors.popitem(last=False)
            return mirror


def _identity(run: Run) -> tuple[int, bool, bool]:
    # Who logs from elsewhere may go back to an earlier step, which nobody who asks for what is new would see: when such
    # a run has ended, it is read again as a whole.
    return run.attempt, run.stage in _EARLY, run.is_own or run.status.is_active


def _part(curve: Curve, low: int, high: int) -> Curve:
    start = max(int(np.searchsorted(curve.steps, low)) - 1, 0)
    end = int(np.searchsorted(curve.steps, high, side="right")) + 1
    return Curve(curve.steps[start:end], curve.values[start:end], curve.times[start:end])


def downsample(curve: Curve, points: int = POINTS_PER_LINE) -> Curve:
    """Return about so many points that look the same: first, last, every spike and every gap stay.

    Steinarsson, "Downsampling Time Series for Visual Representation", 2013; Van Der Donckt et al., "MinMaxLTTB", 2023.
    """
    if len(curve.steps) <= points:
        return curve
    finite = np.flatnonzero(np.isfinite(curve.values))
    kept = [np.array([0, len(curve.steps) - 1]), _edges(~np.isfinite(curve.values), points // 4)]
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
