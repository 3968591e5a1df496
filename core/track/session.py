"""A run logged by this process: its recorder, and its explicit or implicit end."""

import atexit
import logging
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any

from core.errors import DatabaseUnavailable, RunNotFound
from core.notifications.notify import announce
from core.runs import Run, RunStatus
from core.settings import Settings
from core.store.database import Database
from core.store.external_runs import ExternalRuns
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.track.cells import Cell, is_interactive
from core.tracking.recorder import Recorder
from core.tracking.steps import Logged

MANY = 100_000  # points, whose curves are packed at once: below, reading them as rows takes a moment
IDLE_S = 2.0  # how often a run says that it lives while nothing is logged
LONGEST_REASON = 500  # characters
_log = logging.getLogger(__name__)
living: "set[Session]" = set()
_of_parents: "list[Session]" = []  # never let go of: a forked process must not even close its parent's connections


class Session:
    """A logging session that ends once: by call, last reference, or with the program."""

    def __init__(self, run: Run, settings: Settings, database: Database, logged: Mapping[str, Logged]) -> None:
        """Log this run, which exists and is marked as this process's own.

        Args:
            run: The run.
            settings: Where its folder is.
            database: Where it is written; closed with the run.
            logged: What its curves have so far: steps that are not given are counted on from there.
        """
        self.run_id, self.runs = run.id, RunStore(database)
        self.cell: Cell | None = None  # of a notebook, that began it
        self._settings, self._database = settings, database
        self.recorder = Recorder(
            run.id, self.runs, MetricStore(database), settings.runs_folder / run.id,
            # Somebody may have thought it dead, such as another machine while this one slept.
            when=(RunStatus.RUNNING, RunStatus.INTERRUPTED), idle_s=IDLE_S, logged=logged,
            always={"status": RunStatus.RUNNING, "reason": "", "finished_at": None},
        )  # fmt: skip
        self.record = self.recorder.record
        self._lock, self._has_ended = threading.RLock(), False
        self._said: set[str] = set()
        living.add(self)

    @property
    def should_stop(self) -> bool:
        """Whether somebody pressed Stop on its page."""
        return self.recorder.stop_requested.is_set()

    def end(self, status: RunStatus, reason: str = "", note: str = "") -> None:
        """Write what is left, and how it ended.

        Args:
            status: How.
            reason: Why, where it did not succeed.
            note: What else is to be said, among the events of the run.
        """
        with self._lock:
            if not self._has_ended:
                self._say_the_last_word(status, reason, note)
                self._has_ended = True  # not before: who presses Ctrl-C meanwhile lets the end of the program do it
        living.discard(self)

    def abandon(self) -> None:
        """Request the end from the recorder's thread; lock-free, as garbage collection calls it.

        The run ends soon, not at once.
        """
        self.recorder.abandon(self._end_abandoned)

    def say_once(self, sentence: str) -> None:
        """Warn, once for each sentence."""
        if sentence not in self._said:
            self._said.add(sentence)
            _log.warning("Run %s: %s", self.run_id, sentence)

    def _end_abandoned(self) -> None:
        self.end(RunStatus.SUCCEEDED, note="Ended by itself: nothing in the program that logged it held it any more.")

    def _say_the_last_word(self, status: RunStatus, reason: str, note: str) -> None:
        self.record = self._too_late
        self.recorder.close()
        if status is RunStatus.SUCCEEDED and self.should_stop:
            status, reason = RunStatus.STOPPED, "Stopped because somebody asked. What was logged is kept."
        try:
            ended = self.runs.finish(self.run_id, status, reason)
            if ended and (said := reason or note):
                self.runs.add_event(self.run_id, "error" if status is RunStatus.FAILED else "note", said)
            ExternalRuns(self._database).left(self.run_id)
            self._database.settle()
            if self.recorder.points_written > MANY:  # few of them the supervisor packs, when it has time
                MetricStore(self._database).pack(self.run_id)
            if ended:
                announce(self._settings, self.run_id)
        except (DatabaseUnavailable, RunNotFound) as error:
            _log.error("How run %s ended could not be written. %s", self.run_id, error)
        self._database.dispose()

    def _too_late(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        self.say_once("It has ended, so nothing more is logged. Begin another one with track.init.")

    def _not_here(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        self.say_once("It belongs to the process that this one was forked from; only that one logs it.")

    def _after_fork(self) -> None:
        """Leave the run to the parent process after a fork.

        The thread does not exist here, and the connections must not be used.
        """
        self._has_ended, self.record = True, self._not_here
        _of_parents.append(self)


def how_it_ended(error: BaseException | None) -> tuple[RunStatus, str]:
    """Return status and reason for the exception that ended a program, None for none."""
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return RunStatus.SUCCEEDED, ""
    if isinstance(error, KeyboardInterrupt):
        return RunStatus.STOPPED, "Stopped from its keyboard (Ctrl-C). What was logged is kept."
    if isinstance(error, SystemExit):
        return RunStatus.FAILED, f"The program that logged it ended itself ({error.code})."[:LONGEST_REASON]
    return RunStatus.FAILED, f"The program that logged it failed. {type(error).__name__}: {error}"[:LONGEST_REASON]


def end_those_of(cell: Cell) -> None:
    """End the runs of this cell's earlier execution, as nothing logs them any more."""
    for session in list(living):
        if session.cell and session.cell.name == cell.name and session.cell.execution != cell.execution:
            session.end(RunStatus.SUCCEEDED, note="Ended because the cell that began it was run again.")


def _end_with_the_program() -> None:
    # What Python printed last is what ended a script; a notebook goes on after it.
    error = None if is_interactive() else getattr(sys, "last_value", None)
    for session in list(living):
        session.end(*how_it_ended(error))


def _in_forked_child() -> None:
    for session in list(living):
        session._after_fork()
    living.clear()


atexit.register(_end_with_the_program)
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_in_forked_child)
