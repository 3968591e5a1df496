"""Live curves for any number of viewers: one mirror per run, read from the store at most four times a second.

A run that has ended and is packed has no mirror of its points: its previews are shown, and its details read when asked.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs import Run, Stage
from core.service import Service
from core.store.curve import POINTS_PER_LINE, Curve, downsample
from core.store.metric_store import MetricStore

__all__ = ["POINTS_PER_LINE", "Curve", "CurveCache", "Snapshot", "curves_of", "downsample"]

REFRESH_S = 0.25  # the store is asked no more often than this, however many watch
RUNS_IN_MEMORY = 64
_EARLY = (Stage.WAITING, Stage.STARTING, Stage.LOADING_DATA)  # a resumed run has not gone back to its checkpoint yet


@dataclass(frozen=True)
class Snapshot:
    """What a viewer needs to go on drawing."""

    run: Run
    generation: str  # changes when what was shown before is no longer true
    complete: bool  # whether the curves begin at the beginning, or after what the viewer knows
    curves: Mapping[str, Curve]


class _Line:
    """A curve that grows. What was handed out stays as it was: points are only added behind it."""

    def __init__(self, curve: Curve) -> None:
        self.length, self.is_thinned = len(curve), curve.is_thinned
        self._steps, self._values, self._times = curve.steps, curve.values, curve.times

    @property
    def last_step(self) -> int:
        return int(self._steps[self.length - 1])

    def append(self, curve: Curve) -> None:
        end = self.length + len(curve)
        if end > len(self._steps):
            self._steps, self._values, self._times = (
                _with_room(old, 2 * end) for old in (self._steps, self._values, self._times)
            )
        part = slice(self.length, end)
        self._steps[part], self._values[part], self._times[part] = curve.steps, curve.values, curve.times
        self.length = end

    def curve(self) -> Curve:
        part = slice(0, self.length)
        return Curve(self._steps[part], self._values[part], self._times[part], self.is_thinned)


def _with_room(old: NDArray[Any], size: int) -> NDArray[Any]:
    new = np.empty(size, old.dtype)
    new[: len(old)] = old
    return new


class _Mirror:
    """The points of one run, appended to and never read twice."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.run: Run | None = None
        self.refreshed_at = -REFRESH_S
        self.version = 0  # rises with whatever a viewer may see
        self._reset()

    def _reset(self) -> None:
        self.lines: dict[str, _Line] = {}
        self.version += 1
        self.generation = secrets.token_hex(4)
        self.is_preview = False  # the run has ended: what is here is what a chart shows at first

    def refresh(self, service: Service, store: MetricStore, run_id: str) -> Run:
        """Bring the mirror up to date (the lock is held) and return the run as it was before its points were read."""
        if self.run is not None and time.monotonic() - self.refreshed_at < REFRESH_S:
            return self.run
        run = service.run(run_id)
        before, self.run = self.run, run
        self.version += before != run
        if before is not None and _identity(before) != _identity(run):
            self._reset()
        if not self._settle(store, run) and not self._append(store, run):
            self._reset()  # points have vanished: what is shown is no longer true
            self._append(store, run)
        self.refreshed_at = time.monotonic()
        return run

    def _settle(self, store: MetricStore, run: Run) -> bool:
        """Keep of a run that is packed what a chart shows at first; say whether it is packed.

        Whoever watched it to its end has the same points, or more, and asks for none after them.
        """
        if run.status.is_active or (previews := store.preview(run.id)) is None:
            return False
        self.version += not self.is_preview
        self.lines = {key: _Line(curve) for key, curve in previews.items()}
        self.is_preview = True
        return True

    def _append(self, store: MetricStore, run: Run) -> bool:
        """Read what is new, the last known point included; say whether that one is still there."""
        if self.is_preview:  # a point came after the end
            return False
        known = {key: line.last_step for key, line in self.lines.items()}
        fresh = store.curves(run.id, {key: step - 1 for key, step in known.items()})
        if any(key not in fresh or fresh[key].steps[0] != step for key, step in known.items()):
            return False
        for key, curve in fresh.items():
            self.version += key not in known or len(curve) > 1
            if key in known:
                self.lines[key].append(curve.at(slice(1, None)))
            else:
                self.lines[key] = _Line(curve)
        return True


class CurveCache:
    """Mirrors of the runs that are being watched; the one looked at longest ago makes room."""

    def __init__(self, service: Service, capacity: int = RUNS_IN_MEMORY) -> None:
        """Read from this service, and keep at most so many runs in memory."""
        self._service, self._capacity = service, capacity
        self._store = MetricStore(service.database)
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
            run = mirror.refresh(self._service, self._store, run_id)
            complete = generation != mirror.generation
            known = {} if complete else dict(after or {})
            curves = {key: line.curve().after(known.get(key)) for key, line in mirror.lines.items()}
            name = mirror.generation
        return Snapshot(run, name, complete, {k: _thin(c) for k, c in curves.items() if len(c)})

    def version(self, run_id: str) -> int:
        """Return a number that rises whenever `read` may answer otherwise than before.

        Raises:
            RunNotFound: There is none of this id.
        """
        mirror = self._mirror(run_id)
        with mirror.lock:
            mirror.refresh(self._service, self._store, run_id)
            return mirror.version

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
        return {key: downsample(part) for key, curve in whole.items() if len(part := _part(curve, low, high))}

    def read_whole(self, run_id: str, keys: Sequence[str]) -> Mapping[str, Curve]:
        """Return every point of some curves.

        Raises:
            RunNotFound: There is none of this id.
        """
        mirror = self._mirror(run_id)
        with mirror.lock:
            mirror.refresh(self._service, self._store, run_id)
            if not mirror.is_preview:
                return {key: mirror.lines[key].curve() for key in keys if key in mirror.lines}
        found = self._store.curves(run_id, keys=keys) if keys else {}
        return {key: found[key] for key in keys if key in found}

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
    return curve.at(slice(start, int(np.searchsorted(curve.steps, high, side="right")) + 1))


def _thin(curve: Curve) -> Curve:
    return curve if curve.is_thinned else downsample(curve)  # a preview is thin enough already


@lru_cache(maxsize=4)  # one in a dashboard; tests open more
def curves_of(service: Service) -> CurveCache:
    """Return the mirrors of this service, which everybody in the process shares."""
    return CurveCache(service)
