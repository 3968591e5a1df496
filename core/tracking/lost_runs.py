"""Runs whose process is gone: detected by any reader, even without a supervisor."""

import socket
from collections.abc import Sequence

from core.processes.identity import is_alive
from core.runs import Run, RunStatus
from core.store.database import Database
from core.store.external_runs import ExternalRuns, Logging
from core.store.job_queue import JobQueue, Lease
from core.store.run_store import RunStore
from core.tracking.exit_reason import describe_exit

# Whoever logs is heard of every two seconds. One that still is may live where its pid means nothing here: a container.
SILENT_HERE_S = 4.0
STALE_S = 30.0  # a supervisor renews its lease every two seconds; one that has not for so long stands still
SILENT_ELSEWHERE_S = 60.0  # another machine's processes cannot be seen; its disk may hang for a while
_REASON = (
    "The process that logged it is gone: it was killed, or the machine restarted. Everything up to its last second "
    "is kept."
)
_REASON_ELSEWHERE = (
    "Nothing was heard for a minute of the process that logged it on another machine ({host}). Everything up to then "
    "is kept; if it speaks again, the run goes on."
)


def is_held(lease: Lease | None, elsewhere_s: float) -> bool:
    """Return whether the lease's owner is alive and has renewed the lease.

    On another machine, only the age of the lease counts.

    Args:
        lease: Who may start runs; None if nobody ever could.
        elsewhere_s: How old a lease of another machine may be.
    """
    if lease is None:
        return False
    if lease.host != socket.gethostname():
        return lease.age_s < elsewhere_s
    return lease.age_s < STALE_S and is_alive(lease.pid, lease.pid_created)


class LostRunDetector:
    """Detector of lost runs logged from elsewhere, and of own ones without supervisor."""

    def __init__(self, database: Database) -> None:
        self._runs, self._external, self._host = RunStore(database), ExternalRuns(database), socket.gethostname()
        self._queue = JobQueue(database)

    def check(self) -> set[str]:
        """End the logged runs whose process has vanished; return their ids."""
        return {one.run_id for one in self._external.being_logged() if self._is_lost(one) and self._end(one)}

    def look_at_own(self) -> set[str]:
        """End unsupervised own runs whose process is gone; return their ids."""
        lease = self._queue.lease()
        if is_held(lease, SILENT_ELSEWHERE_S) or (lease is not None and lease.host != self._host):
            return set()
        gone = [j for j in self._queue.running() if j.pid is not None and not is_alive(j.pid, j.pid_created)]
        return {job.run_id for job in gone if self._end_own(job.run_id)}

    def checked(self, runs: Sequence[Run]) -> list[Run]:
        """Return these runs in their present state, after a check for lost ones."""
        working = [run for run in runs if run.status is RunStatus.RUNNING]
        if not working:
            return list(runs)
        ended = self.check() if any(not run.is_own for run in working) else set()
        if any(run.is_own for run in working):
            ended |= self.look_at_own()
        return [self._runs.get(run.id) if run.id in ended else run for run in runs]

    def still_active(self, runs: Sequence[Run]) -> list[Run]:
        """Return those of these runs that are active after a look."""
        return [run for run in self.checked(runs) if run.status.is_active]

    def _is_lost(self, one: Logging) -> bool:
        if one.source.host != self._host:
            return one.silent_s > SILENT_ELSEWHERE_S
        return one.silent_s > SILENT_HERE_S and not is_alive(one.source.pid, one.source.pid_created)

    def _end_own(self, run_id: str) -> bool:
        run = self._runs.get(run_id)
        status, reason = describe_exit(None, run.stop_requested_at is not None, run.paused)
        ended = self._runs.finish(run_id, status, reason)
        if ended:
            self._runs.add_event(run_id, "note" if status is RunStatus.STOPPED else "error", reason)
        self._queue.set_process(run_id, None, None)
        return ended

    def _end(self, one: Logging) -> bool:
        reason = _REASON if one.source.host == self._host else _REASON_ELSEWHERE.format(host=one.source.host)
        if not self._runs.finish(one.run_id, RunStatus.INTERRUPTED, reason):
            return False
        self._runs.add_event(one.run_id, "error", reason)
        return True
