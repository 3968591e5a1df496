"""Suspended Touchstone processes, possibly inside a transaction: they are resumed or ended.

A process that is stopped (SIGSTOP, Ctrl-Z) while it writes holds SQLite's lock until it goes on or is gone, and nobody
else can write: no wish to stop, no lease, no queue. Who they are can still be read.
"""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.errors import DatabaseUnavailable, RunNotFound
from core.processes.identity import is_stopped, kill, let_go_on
from core.store.database import Database
from core.store.job_queue import JobQueue
from core.store.preflight_store import PreflightStore
from core.store.run_store import RunStore

HELD_S = 3.0  # a database that is busy for so long, while a process of ours stands still, is held by that one
_FREED_S = 10.0  # for so long after a look those who waited meanwhile are told that it is worth another try
_LET_GO_ON = (
    "Its process had been stopped from outside (SIGSTOP or Ctrl-Z) while the database was busy, so that nothing else "
    "could be written; it was let go on. To free its processor, pause it here instead."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stopped:
    """A process of ours that somebody stopped."""

    kind: Literal["run", "trial", "supervisor"]
    id: str  # of the run or trial
    pid: int
    created: float


class LockHolders:
    """Frees a database from those of its own processes that stand still."""

    def __init__(self, database: Database) -> None:
        self._database, self._queue, self._preflights = database, JobQueue(database), PreflightStore(database)
        self._runs, self._one_at_a_time = RunStore(database), threading.RLock()
        self._freed_at, self._tells = -_FREED_S, False

    def check(self) -> None:
        """Free the database if it is busy for seconds while a process is suspended.

        Raises:
            DatabaseUnavailable: It cannot be read.
        """
        if self._stopped() and self._database.is_busy_for(HELD_S):
            self.free()

    def free(self) -> bool:
        """Resume or end suspended processes on a busy database; return whether to retry.

        A run or trial goes on, since that loses nothing; a supervisor is ended, since another one takes its place and
        adopts its runs.
        """
        with self._one_at_a_time:
            found = self._stopped()
            for one in found:
                self._free_from(one)
            if found:
                self._freed_at = time.monotonic()
            if found and not self._tells:  # telling is writing, which may find the database busy still
                self._tells = True
                self._tell(found)
                self._tells = False
            return time.monotonic() - self._freed_at < _FREED_S

    def _free_from(self, one: Stopped) -> None:
        if one.kind == "supervisor":
            kill(one.pid, one.created)
            _log.warning("The supervisor (pid %s) stood still while the database was busy; it was ended.", one.pid)
        else:
            let_go_on(one.pid, one.created)
            _log.warning("The %s %s (pid %s) stood still while the database was busy; it was let go on.", one.kind,
                         one.id, one.pid)  # fmt: skip

    def _tell(self, found: list[Stopped]) -> None:
        for one in found:
            try:
                if one.kind == "run":
                    self._runs.add_event(one.id, "warning", _LET_GO_ON)
            except (DatabaseUnavailable, RunNotFound) as error:
                _log.warning("What happened to run %s could not be noted: %s", one.id, error)

    def _stopped(self) -> list[Stopped]:
        return [one for one in self._ours() if is_stopped(one.pid, one.created)]

    def _ours(self) -> Iterator[Stopped]:
        lease = self._queue.lease()
        if lease is not None and lease.host != socket.gethostname():
            return  # their pids mean nothing here
        if lease is not None:
            yield Stopped("supervisor", "", lease.pid, lease.pid_created)
        for job in self._queue.running():
            if job.pid is not None and job.pid_created is not None:
                yield Stopped("run", job.run_id, job.pid, job.pid_created)
        if (
            (preflight := self._preflights.working()) is not None
            and preflight.pid is not None
            and preflight.pid_created is not None
        ):
            yield Stopped("trial", preflight.trial_id, preflight.pid, preflight.pid_created)
