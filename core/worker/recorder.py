"""What a run says of itself while it works: points, progress, stage. Buffered, never lost, never in the way."""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import DatabaseUnavailable
from core.runs import Metric, RunStatus, Stage
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now

FLUSH_S = 0.5
LAST_TRY_S = 60.0  # how long the end of a run waits for a database that does not answer
SPARKLINE_POINTS = 40
_RUNNING = (RunStatus.RUNNING,)
_log = logging.getLogger(__name__)


class Recorder:
    """Collects in memory and writes from a thread of its own, at most every half second.

    The training loop only appends to a deque. A database that is locked or full is tried again and reported; the
    points wait in memory meanwhile. After a SIGKILL at most the last half second is missing.
    """

    def __init__(self, run_id: str, runs: RunStore, metrics: MetricStore, folder: Path) -> None:
        """Start recording.

        Args:
            run_id: The run.
            runs: Where progress goes.
            metrics: Where points go.
            folder: The run's folder; points that no database took at the end are left there.
        """
        self.stop_requested = threading.Event()  # somebody asked, or the run is no longer ours
        self.finish_requested = threading.Event()  # somebody asked to judge and keep what was learnt so far
        self._run_id, self._runs, self._metrics, self._folder = run_id, runs, metrics, folder
        self._points: deque[Metric] = deque()
        self._changes: deque[Callable[[], object]] = deque()
        self._progress: dict[str, Any] = {}
        self._losses: list[float] = []
        self._wake, self._closing = threading.Event(), threading.Event()
        self._warned_at = -60.0
        self._first = True
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def record(self, metrics: Mapping[str, float], step: int) -> None:
        """Take these values of this step; costs microseconds."""
        wall_time = time.time()
        for key, value in metrics.items():
            self._points.append(Metric(key, step, value, wall_time))
        if "train/loss" in metrics:
            self._losses.append(metrics["train/loss"])
        if self._first:  # whoever watches sees the first point at once
            self._first = False
            self._wake.set()

    def progress(self, **values: Any) -> None:
        """Take the newest numbers of the run row: steps, steps_total, examples_seen, train_time_s, time_left_s."""
        self._progress.update(values)

    def stage(self, stage: Stage) -> None:
        """Say where the run is on its way, at once."""
        self._progress["stage"] = stage
        self.write(self._runs.add_event, self._run_id, "stage", f"{stage[:1].upper()}{stage[1:]}")
        self._wake.set()

    def write(self, change: Callable[..., object], *arguments: Any, **named: Any) -> None:
        """Let a change of the store happen soon, after those before it, and again where the database refuses.

        Args:
            change: A method of `RunStore`.
            arguments: What to call it with.
            named: Likewise.
        """
        self._changes.append(partial(change, *arguments, **named))

    def close(self) -> None:
        """Write what is left; where no database takes it within a minute, leave it in the run's folder."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        deadline = time.monotonic() + LAST_TRY_S
        while not self._flush():
            if time.monotonic() > deadline:
                self._leave_in_folder()
                return
            time.sleep(FLUSH_S)

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(FLUSH_S)
            self._wake.clear()
            self._flush()

    def _flush(self) -> bool:
        points = [self._points.popleft() for _ in range(len(self._points))]
        values = dict(self._progress) | {"heartbeat_at": now(), "sparkline": thin(self._losses)}
        try:
            if points:
                self._metrics.append(self._run_id, points)
                points = []
            while self._changes:
                self._changes[0]()
                self._changes.popleft()
            ours = self._runs.update(self._run_id, _RUNNING, **values)
            run = self._runs.get(self._run_id)
            if not ours or run.stop_requested_at is not None:
                self.stop_requested.set()
            if run.finish_requested_at is not None:
                self.finish_requested.set()
        except DatabaseUnavailable:
            self._points.extendleft(reversed(points))
            self._warn()
            return False
        return True

    def _warn(self) -> None:
        if time.monotonic() - self._warned_at >= 60:
            self._warned_at = time.monotonic()
            _log.warning("The database does not take points now; %d wait in memory.", len(self._points), exc_info=True)

    def _leave_in_folder(self) -> None:
        file = self._folder / "unsaved-metrics.jsonl"
        with file.open("a") as lines:
            for m in self._points:
                lines.write(json.dumps([m.key, m.step, m.value, m.wall_time]) + "\n")
        _log.error("The database took no more points; %d were left in %s.", len(self._points), file)


def thin(values: list[float], points: int = SPARKLINE_POINTS) -> list[float | None]:
    """Return at most so many of the values, evenly spaced, first and last included; NaN as None for JSON."""
    if len(values) > points:
        values = [values[round(i * (len(values) - 1) / (points - 1))] for i in range(points)]
    return [v if v - v == 0 else None for v in values]
