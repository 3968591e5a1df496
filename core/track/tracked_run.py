"""A run that is logged from a script or a notebook."""

import atexit
import builtins
import logging
import os
import platform
import socket
import sys
import threading
import weakref
from collections.abc import Callable, Collection, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.bootstrap import open_database
from core.errors import DatabaseUnavailable, RunNotFound
from core.notifying.telling import announce
from core.processes import start_time
from core.recorder.recorder import Recorder
from core.recorder.steps import Logged
from core.recorder.values import step_of
from core.runs import Run, RunStatus
from core.settings import Settings
from core.store.database import Database
from core.store.foreign_runs import TRACKED, ForeignRuns, Source
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.track.settings_given import settings_given

DASHBOARD = "http://127.0.0.1:8501"  # where `touchstone ui` answers unless it is told otherwise
MANY = 100_000  # points, whose curves are packed at once: below, reading them as rows takes a moment
IDLE_S = 2.0  # how often a run says that it lives while nothing is logged
LONGEST_NAME, LONGEST_REASON = 80, 500  # characters
_LIBRARIES = ("torch", "tensorflow", "jax", "keras", "transformers", "lightning", "scikit-learn", "xgboost", "numpy")
_MODULES = {"scikit-learn": "sklearn"}
_log = logging.getLogger(__name__)
_living: "weakref.WeakSet[TrackedRun]" = weakref.WeakSet()
_of_parents: "list[TrackedRun]" = []  # never let go of: a forked process must not even close its parent's connections


def init(
    project: str = "",
    config: Any = None,
    name: str | None = None,
    *,
    resume: str | None = None,
    tags: Collection[str] = (),
) -> "TrackedRun":
    """Begin a run, or go on with one, and print where it can be watched.

    Args:
        project: What the run belongs to.
        config: Its settings: a dictionary, a dataclass, an `argparse.Namespace` or a pydantic model.
        name: What people call it; without one it is named after its project and number.
        resume: The id of a run that was logged before and has ended: goes on with that one, after its last step.
        tags: Words to find it by.

    Raises:
        UserError: The configuration is none, the store cannot be written, or the run cannot be logged on.
        DatabaseUnavailable: The store does not answer.
    """
    settings = Settings()
    given = settings_given(config)
    database = open_database(settings)
    foreign, process = ForeignRuns(database), _this_process()
    if resume is not None:
        run = foreign.reopen(resume.strip().lower(), process)
        logged = _logged(MetricStore(database), run.id)
    else:
        run, logged = foreign.create(TRACKED, _clean(name or ""), _clean(project), given, process=process), {}
    tracked = TrackedRun(run, settings, database, logged)
    tracked.describe(tags)
    print(f"Touchstone: '{run.name}' is run {run.id}. Watch it with `touchstone ui`: {tracked.url}", file=sys.stderr)
    return tracked


class TrackedRun:
    """Takes numbers from any thread of the process that began it; `init` makes it.

    A run that nobody finished is finished when the program ends; an exception that ended the program makes it a failed
    one. (`sys.exit(1)` cannot be told from a normal end: use `with`, which can.) Where the process is killed, whoever
    looks sees the run interrupted a few seconds later. A process that is forked from this one logs nothing here.
    """

    def __init__(self, run: Run, settings: Settings, database: Database, logged: Mapping[str, Logged]) -> None:
        """Log this run, which exists and is marked as this process's own.

        Args:
            run: The run.
            settings: Where its folder is.
            database: Where it is written; closed with the run.
            logged: What its curves have so far: steps that are not given are counted on from there.
        """
        self.id, self.name, self.project = run.id, run.name, run.project
        self._settings, self._database, self._runs = settings, database, RunStore(database)
        self._recorder = Recorder(
            run.id, self._runs, MetricStore(database), settings.runs_folder / run.id,
            # Somebody may have thought it dead, such as another machine while this one slept.
            when=(RunStatus.RUNNING, RunStatus.INTERRUPTED), idle_s=IDLE_S, logged=logged,
            always={"status": RunStatus.RUNNING, "reason": "", "finished_at": None},
        )  # fmt: skip
        self._record: Callable[[Mapping[str, Any], float | None], None] = self._recorder.record
        self._lock, self._ended = threading.RLock(), False
        self._said: set[str] = set()
        _living.add(self)
        atexit.register(self._at_exit)

    @property
    def url(self) -> str:
        """Where the dashboard shows it, if it runs at its usual address."""
        return f"{DASHBOARD}/run?run={self.id}"

    @property
    def should_stop(self) -> bool:
        """Whether somebody pressed Stop on its page; your loop decides. Nothing here ends your program."""
        return self._recorder.stop_requested.is_set()

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Take these numbers; about two microseconds, never an exception, and nothing waits for a disk or a GPU.

        The dictionary and its arrays may be used again at once. Dictionaries in it become names such as `train/loss`.
        What is no number (a text, an array of several) is left out, and said once.

        Args:
            metrics: Names and numbers; those of NumPy and PyTorch too. NaN and infinity are kept.
            step: A number, whole or not, such as 2.5 epochs; without one, the step after the last. It is the place of
                these metrics alone: others go on from where they are. Any order; the same step again is one more point.
        """
        if step is not None and type(step) is not int and (step := step_of(step)) is None:
            self._say_once("A step must be a number; the steps are counted instead.")
        self._record(metrics, step)

    def finish(self) -> None:
        """Write what is left, and end the run: as done, or as stopped where somebody had asked for that."""
        self._end(RunStatus.SUCCEEDED)

    def describe(self, tags: Collection[str]) -> None:
        """Note what logs the run, and its tags."""
        found = {"python": platform.python_version(), **_versions()}
        words = [clean for tag in ([tags] if isinstance(tags, str) else tags) if (clean := _clean(str(tag)))]
        self._runs.update(self.id, versions=found)
        if words:
            self._runs.update(self.id, tags=list(dict.fromkeys(words)))
        what = "a notebook" if _is_interactive() else Path(sys.argv[0] or "python").name
        self._runs.add_event(self.id, "note", f"Logged by {what} (process {os.getpid()} on {socket.gethostname()}).")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._end(*_how_it_ended(error))

    def _at_exit(self) -> None:
        # What Python printed last is what ended a script; a notebook goes on after it.
        error = None if _is_interactive() else getattr(sys, "last_value", None)
        self._end(*_how_it_ended(error))

    def _end(self, status: RunStatus, reason: str = "") -> None:
        with self._lock:
            if not self._ended:
                self._say_the_last_word(status, reason)
                self._ended = True  # not before: whoever presses Ctrl-C meanwhile lets the end of the program do it
        atexit.unregister(self._at_exit)
        _living.discard(self)

    def _say_the_last_word(self, status: RunStatus, reason: str) -> None:
        self._record = self._too_late
        self._recorder.close()
        if status is RunStatus.SUCCEEDED and self.should_stop:
            status, reason = RunStatus.STOPPED, "Stopped because somebody asked. What was logged is kept."
        try:
            ended = self._runs.finish(self.id, status, reason)
            if ended and reason:
                self._runs.add_event(self.id, "error" if status is RunStatus.FAILED else "note", reason)
            ForeignRuns(self._database).left(self.id)
            self._database.settle()
            if self._recorder.points_written > MANY:  # few of them the supervisor packs, when it has time
                MetricStore(self._database).pack(self.id)
            if ended:
                announce(self._settings, self.id)
        except (DatabaseUnavailable, RunNotFound) as error:
            _log.error("How run %s ended could not be written. %s", self.id, error)
        self._database.dispose()

    def _too_late(self, metrics: Mapping[str, Any], step: float | None) -> None:
        self._say_once("It has ended, so nothing more is logged. Begin another one with track.init.")

    def _not_here(self, metrics: Mapping[str, Any], step: float | None) -> None:
        self._say_once("It belongs to the process that this one was forked from; only that one logs it.")

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            _log.warning("Run %s: %s", self.id, sentence)

    def _after_fork(self) -> None:
        """Leave the run to the parent: its thread is not here, and its connections must not be touched."""
        self._ended, self._record = True, self._not_here
        atexit.unregister(self._at_exit)
        _of_parents.append(self)


def _in_forked_child() -> None:
    for run in list(_living):
        run._after_fork()
    _living.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_in_forked_child)


def _how_it_ended(error: BaseException | None) -> tuple[RunStatus, str]:
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return RunStatus.SUCCEEDED, ""
    if isinstance(error, KeyboardInterrupt):
        return RunStatus.STOPPED, "Stopped from its keyboard (Ctrl-C). What was logged is kept."
    if isinstance(error, SystemExit):
        return RunStatus.FAILED, f"The program that logged it ended itself ({error.code})."[:LONGEST_REASON]
    return RunStatus.FAILED, f"The program that logged it failed. {type(error).__name__}: {error}"[:LONGEST_REASON]


def _logged(metrics: MetricStore, run_id: str) -> dict[str, Logged]:
    lengths = metrics.counts(run_id)
    return {key: Logged(point[0], lengths[key]) for key, point in metrics.latest(run_id).items()}


def _this_process() -> Source:
    pid = os.getpid()
    return Source(socket.gethostname(), pid, start_time(pid) or 0.0)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        if _MODULES.get(name, name) in sys.modules:
            try:
                found[name] = version(name)
            except PackageNotFoundError:  # a copy that nobody installed
                continue
    return found


def _is_interactive() -> bool:
    return hasattr(builtins, "__IPYTHON__")


def _clean(text: str) -> str:
    return " ".join(str(text).replace("\x00", " ").split())[:LONGEST_NAME]
