"""Live curves for many viewers: one mirror per run, read rarely from the store.

The store is read at most four times a second.

A run that has ended and is packed has no mirror of its points: its previews are shown, and its details read when asked.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.runs import Run, Stage
from core.services.run_service import Service
from core.store.curve import POINTS_PER_LINE, Curve, downsample, plain_steps
from core.store.curve_rows import NO_POINTS, Known
from core.store.metric_store import MetricStore, News
from core.store.smoothing import SMOOTHEST, Line, kept_share, smooth

__all__ = [
    "POINTS_PER_LINE", "SMOOTHEST", "Curve", "CurveCache", "Line", "Snapshot", "curves_of", "downsample", "plain_steps",
]  # fmt: skip

REFRESH_S = 0.25  # the store is asked no more often than this, however many watch
RUNS_IN_MEMORY = 64
_EARLY = (
    Stage.WAITING,
    Stage.STARTING,
    Stage.LOADING_DATA,
    Stage.ENCODING,
)  # a resumed run has not gone back to its checkpoint yet


@dataclass(frozen=True)
class Snapshot:
    """What a viewer needs to go on drawing."""

    run: Run
    generation: str  # changes when what was shown before is no longer true
    complete: bool  # whether the curves begin at the beginning, or after what the viewer knows
    curves: Mapping[str, Curve]
    lengths: Mapping[str, int] = field(default_factory=dict)  # of the whole curves: what a viewer knows then
    axes: Mapping[str, str] = field(default_factory=dict)  # what steps count where they are not the run's own


class _Line:
    """A growing curve in arrival order, whose handed-out points stay the same."""

    def __init__(self, curve: Curve, length: int | None = None) -> None:
        """Begin with these points, which may stand for so many."""
        self.length, self.is_thinned = len(curve) if length is None else length, curve.is_thinned
        self._steps, self._values, self._times, self._elsewhere = _columns(curve)
        self._is_rising, self._last = True, Known(float(curve.steps[-1]), 0, self.length)

    @property
    def known(self) -> Known:
        """What there is, as the store is asked for what came since."""
        return self._last

    def is_same(self, other: "_Line") -> bool:
        pairs = ((self._steps, other._steps), (self._values, other._values), (self._times, other._times))
        return self.length == other.length and all(np.array_equal(*pair, equal_nan=True) for pair in pairs)

    def append(self, news: News) -> None:
        fresh = news.curve
        end = self.length + len(fresh)
        if end > len(self._steps):
            self._steps, self._values, self._times, self._elsewhere = (
                _with_room(old, 2 * end) for old in (self._steps, self._values, self._times, self._elsewhere)
            )
        part = slice(self.length, end)
        self._steps[part], self._values[part], self._times[part], self._elsewhere[part] = _columns(fresh)
        self._is_rising = self._is_rising and bool(fresh.steps[0] >= self._last.step)
        self.length = end
        self.mark(news)

    def mark(self, news: News) -> None:
        """Note which point is the last one now."""
        is_beyond = news.curve.steps[-1] >= self._last.step
        place = (float(news.curve.steps[-1]), news.arrival) if is_beyond else self._last[:2]
        self._last = Known(*place, self.length)

    def curve(self, after: int = 0) -> Curve:
        """Return the points, or those after a count, ordered by step."""
        if self.is_thinned and after:  # what is here stands for more: who knows all of them has the rest
            return NO_POINTS
        part = slice(after, self.length)
        steps, elsewhere = self._steps[part], self._elsewhere[part]
        is_own = np.array_equal(steps, elsewhere)
        found = Curve(steps, self._values[part], self._times[part], self.is_thinned, None if is_own else elsewhere)
        return found if self._is_rising else found.in_order()


def _columns(curve: Curve) -> tuple[NDArray[np.float64], ...]:
    elsewhere = curve.steps if curve.global_steps is None else curve.global_steps
    return curve.steps, curve.values, curve.times, elsewhere


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
        self.axes: Mapping[str, str] = {}
        self.version += 1
        self.generation = secrets.token_hex(4)
        self.is_preview = False  # the run has ended: what is here is what a chart shows at first

    def refresh(self, service: Service, store: MetricStore, run_id: str) -> Run:
        """Update the mirror under its lock; return the run from before the read."""
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

    def is_behind(self, known: Mapping[str, int]) -> bool:
        """Check whether a viewer lacks points of a thinned line, and needs all."""
        return any(0 < known.get(key, 0) < line.length for key, line in self.lines.items() if line.is_thinned)

    def _settle(self, store: MetricStore, run: Run) -> bool:
        """Keep only a packed run's chart preview, and return whether it is packed.

        Whoever watched it to its end has the same points, or more, and asks for none after them.
        """
        if run.status.is_active or (previews := store.preview(run.id)) is None:
            return False
        lengths = store.counts(run.id)
        lines = {key: _Line(curve, lengths[key]) for key, curve in previews.items()}
        if self.is_preview and not _are_same(self.lines, lines):
            self._reset()  # it was imported once more, with other numbers
        self.version += not self.is_preview
        self.lines, self.axes, self.is_preview = lines, store.axes(run.id), True
        return True

    def _append(self, store: MetricStore, run: Run) -> bool:
        """Read what came, at whatever step; say whether what is known is still there."""
        if self.is_preview:  # a point came after the end
            return False
        news = store.news(run.id, {key: line.known for key, line in self.lines.items()})
        if news is None:
            return False
        has_new_lines = False
        for key, fresh in news.items():
            if key in self.lines:
                self.lines[key].append(fresh)
            else:
                self.lines[key] = _Line(fresh.curve)
                self.lines[key].mark(fresh)
                has_new_lines = True
        if has_new_lines:
            self.axes = store.axes(run.id)
        self.version += bool(news)
        return True


class CurveCache:
    """Mirrors of the runs being watched, with the least recently used evicted."""

    def __init__(self, service: Service, capacity: int = RUNS_IN_MEMORY) -> None:
        """Read from this service, and keep at most so many runs in memory."""
        self._service, self._capacity = service, capacity
        self._store = MetricStore(service.database)
        self._mirrors: OrderedDict[str, _Mirror] = OrderedDict()
        self._lock = threading.Lock()

    def read(
        self, run_id: str, after: Mapping[str, int] | None = None, generation: str = "", keys: Sequence[str] = ()
    ) -> Snapshot:
        """Return a run and its curves: all, or points new to the viewer.

        New points may be at any step.

        Args:
            run_id: The run.
            after: By key, how many points the viewer knows of it: `Snapshot.lengths` of the last answer.
            generation: What the last answer was called; after another one, everything is sent again.
            keys: Only these curves; empty is all.

        Raises:
            RunNotFound: There is none of this id.
        """
        mirror = self._mirror(run_id)
        with mirror.lock:
            run = mirror.refresh(self._service, self._store, run_id)
            known = dict(after or {}) if generation == mirror.generation else {}
            complete = generation != mirror.generation or mirror.is_behind(known)
            known = {} if complete else known
            wanted = [key for key in keys if key in mirror.lines] if keys else mirror.lines
            curves = {key: mirror.lines[key].curve(known.get(key, 0)) for key in wanted}
            fresh = {key: _thin(curve) for key, curve in curves.items() if len(curve)}
            lengths = {key: mirror.lines[key].length for key in fresh}
            return Snapshot(run, mirror.generation, complete, fresh, lengths, mirror.axes)

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
        """Return a part of some curves, as detailed as a chart can show.

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

    def read_lines(self, run_id: str, keys: Sequence[str], low: int, high: int, weight: float) -> Mapping[str, Line]:
        """Return `read_part` results with a smoothed line and the number of points.

        The line is smoothed over all points.

        Args:
            run_id: The run.
            keys: Of the curves.
            low: The first step.
            high: The last one.
            weight: Of the smooth line, from 0, which is none, to 0.999.

        Raises:
            RunNotFound: There is none of this id.
        """
        whole = self.read_whole(run_id, keys)
        axes = self._mirror(run_id).axes
        lines = {key: _line(curve, low, high, weight) for key, curve in whole.items()}
        return {key: replace(line, axis=axes.get(key, "")) for key, line in lines.items() if len(line.points)}

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


def _are_same(some: Mapping[str, _Line], others: Mapping[str, _Line]) -> bool:
    return some.keys() == others.keys() and all(line.is_same(others[key]) for key, line in some.items())


def _identity(run: Run) -> tuple[int, bool, bool]:
    # Who logs from elsewhere may go back to an earlier step. When such a run has ended, its points are packed in the
    # order of their steps, and no number of points says any more what somebody knows: it is sent again as a whole.
    return run.attempt, run.stage in _EARLY, run.is_own or run.status.is_active


def _part(curve: Curve, low: int, high: int) -> Curve:
    start = max(int(np.searchsorted(curve.steps, low)) - 1, 0)
    return curve.at(slice(start, int(np.searchsorted(curve.steps, high, side="right")) + 1))


def _line(curve: Curve, low: int, high: int, weight: float) -> Line:
    numbers = int(np.isfinite(curve.values).sum())
    points = downsample(_part(curve, low, high))
    if not weight:
        return Line(points, len(curve), numbers)
    smoothed = downsample(_part(smooth(curve, weight), low, high))
    finite = curve.values[np.isfinite(curve.values)]
    low_end, high_end = np.quantile(finite, (0.1, 0.9)).tolist() if numbers else (0.0, 0.0)
    return Line(points, len(curve), numbers, smoothed, kept_share(numbers, weight), (low_end, high_end))


def _thin(curve: Curve) -> Curve:
    return curve if curve.is_thinned else downsample(curve)  # a preview is thin enough already


@lru_cache(maxsize=4)  # one in a dashboard; tests open more
def curves_of(service: Service) -> CurveCache:
    """Return the mirrors of this service, which everybody in the process shares."""
    return CurveCache(service)
