"""Points, progress and stage of a running run: buffered, never lost, never blocking."""

import json
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from core.errors import DatabaseUnavailable, RunNotFound
from core.formatting import sentence_case
from core.runs import Metric, RunStatus, Stage
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from core.tracking.clock import Clock
from core.tracking.sparkline import Sparkline
from core.tracking.steps import Logged, Steps
from core.tracking.values import LAST_STEP, kept, numbers

FLUSH_S = 0.5
LAST_TRY_S = 60.0  # how long the end of a run waits for a database that does not answer
MOST_AT_ONCE = 50_000  # points of a transaction: others want to write too
MOST_REFUSALS = 20  # names of which is said that their values are no numbers
_log = logging.getLogger(__name__)


class Recorder:
    """Buffer in memory whose thread writes data at most every half second.

    The loop that logs only appends to a deque; the thread makes points of it. A database that is locked or full is
    tried again and reported; the points wait in memory meanwhile. After a SIGKILL at most the last half second is
    missing.
    """

    def __init__(
        self,
        run_id: str,
        runs: RunStore,
        metrics: MetricStore,
        folder: Path,
        *,
        when: Collection[RunStatus] = (RunStatus.RUNNING,),
        always: Mapping[str, Any] | None = None,
        idle_s: float = 0.0,
        logged: Mapping[str, Logged] | None = None,
    ) -> None:
        """Start recording.

        Args:
            run_id: The run.
            runs: Where progress goes.
            metrics: Where points go.
            folder: The run's folder; points that no database took at the end are left there.
            when: The states in which the run is ours; in another one `stop_requested` is set.
            always: Columns that are written with every progress; given for runs from elsewhere, of whose curves any
                may become the small one in tables, and whose steps are counted here.
            idle_s: How seldom the store hears of us while nothing is logged; 0 is every half second as well.
            logged: Of a run from elsewhere that goes on, what its curves have so far.
        """
        self.stop_requested = threading.Event()  # somebody asked, or the run is no longer ours
        self.finish_requested = threading.Event()  # somebody asked to judge and keep what was learnt so far
        self.points_written = 0
        self.live: Callable[[], Mapping[str, Any]] = dict  # columns that are asked for whenever something is written
        self._run_id, self._runs, self._metrics, self._folder = run_id, runs, metrics, folder
        self._when, self._idle_s, self._counts_steps = tuple(when), idle_s, always is not None
        self._entries: deque[tuple[Mapping[str, Any], float | None, float]] = deque()
        self._points: deque[Metric] = deque()
        self._changes: deque[Callable[[], object]] = deque()
        self._progress: dict[str, Any] = dict(always or {})
        self._steps, self._clock = Steps(logged), Clock()
        self._sparkline = Sparkline(any_curve=self._counts_steps)
        self._refused: set[str] = set()
        self._wake, self._closing, self._writing = threading.Event(), threading.Event(), threading.Lock()
        self._warned_at, self._flushed_at = -60.0, 0.0
        self._first = True
        self._abandoned: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def record(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Record metrics of this or the next step; takes a microsecond and never fails.

        Values that are no numbers are left out with a warning, once for each name.
        """
        self._entries.append((kept(metrics), step, self._clock.now()))
        if self._first:  # whoever watches sees the first point at once
            self._first = False
            self._wake.set()

    def progress(self, **values: Any) -> None:
        """Take the newest numbers of the run row: steps, steps_total, examples_seen, train_time_s, time_left_s."""
        self._progress.update(values)

    def stage(self, stage: Stage) -> None:
        """Say where the run is on its way, at once."""
        self._progress["stage"] = stage
        self.write(self._runs.add_event, self._run_id, "stage", sentence_case(stage))
        self._wake.set()

    def write(self, change: Callable[..., object], *arguments: Any, **named: Any) -> None:
        """Queue a change of the store, in order, retried while the database refuses it."""
        self._changes.append(partial(change, *arguments, **named))

    def warn(self, sentence: str) -> None:
        """Say something in the log and on the page of the run."""
        _log.warning("%s", sentence)
        self.write(self._runs.add_event, self._run_id, "warning", sentence)

    def flush(self, limit_s: float = 0.0) -> bool:
        """Write everything now, from whatever thread; say whether the database took it."""
        deadline = time.monotonic() + limit_s
        while not self._flush():
            if time.monotonic() >= deadline:
                return False
            time.sleep(FLUSH_S)
        return True

    def close(self) -> bool:
        """Write the rest; after a minute without success, leave it in the run's folder.

        Returns:
            Whether the database took everything.
        """
        self._closing.set()
        self._wake.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(LAST_TRY_S)
        if self.flush(LAST_TRY_S):
            return True
        self._leave_in_folder()
        return False

    def abandon(self, end: Callable[[], None]) -> None:
        """End the run from the recorder's thread within half a second; takes no lock."""
        self._abandoned = end

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(FLUSH_S)
            if self._abandoned is not None:
                return self._abandoned()
            waits = self._entries or self._points or self._changes or self._wake.is_set()
            self._wake.clear()
            if waits or time.monotonic() - self._flushed_at >= self._idle_s:
                self._flush()

    def _flush(self) -> bool:
        if not self._writing.acquire(timeout=LAST_TRY_S):  # another thread hangs in the database
            return False
        try:
            return self._write_all()
        finally:
            self._writing.release()

    def _write_all(self) -> bool:
        self._make_points()
        try:
            while self._points:
                written = list(islice(self._points, MOST_AT_ONCE))
                self._metrics.append(self._run_id, written)
                for _ in written:
                    self._points.popleft()
                self.points_written += len(written)
            while self._changes:
                self._changes[0]()
                self._changes.popleft()
            self._say_where_it_is()
        except DatabaseUnavailable:
            self._warn()
            return False
        except RunNotFound:  # removed for good meanwhile: nobody will ask for these points
            self._points.clear()
            self._changes.clear()
            self.stop_requested.set()
        self._flushed_at = time.monotonic()
        return True

    def _say_where_it_is(self) -> None:
        values = (
            dict(self._progress) | dict(self.live()) | {"heartbeat_at": now(), "sparkline": self._sparkline.values()}
        )
        if self._counts_steps:
            values["steps"] = max(0, math.floor(self._steps.highest))
        ours = self._runs.update(self._run_id, self._when, **values)
        run = self._runs.get(self._run_id)
        if not ours or run.stop_requested_at is not None:
            self.stop_requested.set()
        if run.finish_requested_at is not None:
            self.finish_requested.set()

    def _make_points(self) -> None:
        for _ in range(len(self._entries)):
            metrics, step, wall_time = self._entries.popleft()
            if step is not None and abs(step) > LAST_STEP:
                self._refuse("step", f"the largest is {LAST_STEP:,}")
                continue
            found: Iterable[tuple[str, float]] = numbers(metrics, self._refuse)
            if step is None:
                found = list(found)
                step = self._steps.next(key for key, _ in found)
            for key, value in found:
                if self._counts_steps:
                    self._points.append(self._steps.point(key, step, value, wall_time))
                else:  # the training loop knows its steps: what it repeats after a resume is the same point
                    self._points.append(Metric(key, step, value, wall_time))
                self._sparkline.add(key, value)

    def _refuse(self, name: str, why: str) -> None:
        if name in self._refused or len(self._refused) >= MOST_REFUSALS:
            return
        self._refused.add(name)
        self.warn(f"'{name}' is not recorded: {why}.")

    def _warn(self) -> None:
        if time.monotonic() - self._warned_at >= 60:
            self._warned_at = time.monotonic()
            _log.warning("The database does not take points now; %d wait in memory.", len(self._points), exc_info=True)

    def _leave_in_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "unsaved-metrics.jsonl"
        with file.open("a") as lines:
            for m in self._points:
                lines.write(json.dumps(m) + "\n")
        _log.error("The database took no more points; %d were left in %s.", len(self._points), file)
