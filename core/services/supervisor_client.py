"""The supervisor's client: finds it, or starts one that outlives this process."""

import hashlib
import subprocess
import threading
import time
from contextlib import suppress

from core.processes.identity import is_stopped, kill, start_apart, start_time
from core.runs import WorkerInfo
from core.settings import PROJECT, Settings
from core.store.database import Database
from core.store.job_queue import JobQueue, Lease
from core.tracking.lost_runs import is_held

_STOPPED_S = 10.0  # a supervisor that somebody stopped before it took the lease is replaced after so long
# On a machine that computes for many, a new supervisor may need minutes to take the lease; each further one that is
# started meanwhile takes processor time from all of them, until none gets there.
_STARTING_S = 300.0


def code_version() -> str:
    """Return a short hash of Touchstone's code on disk, for a new supervisor.

    Not remembered: a dashboard that was started before an update must not mistake the new supervisor for an old one.
    """
    digest = hashlib.sha256()
    for file in sorted((PROJECT / "core").rglob("*.py")):
        with suppress(FileNotFoundError):  # an update takes files away while we look
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


class SupervisorProcess:
    """The supervisor of one database, seen from a dashboard or a command."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._queue = settings, JobQueue(database)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0

    def ensure(self) -> None:
        """Start a supervisor unless one is running; ask an outdated one to hand over."""
        with self._lock:
            lease = self._queue.lease()
            if lease is not None and is_held(lease, self._settings.heartbeat_timeout_s):
                if lease.version == code_version() and not lease.retire:
                    return
                self._queue.ask_to_retire(lease.owner)
            if not self._is_starting(lease):
                self._start()

    def ensure_alive(self) -> None:
        """Start a supervisor unless any is running, without a look at its code."""
        if not self.info().alive:
            self.ensure()

    def info(self) -> WorkerInfo:
        """Return what the supervisor last said of itself."""
        lease = self._queue.lease()
        if lease is None:
            return WorkerInfo(False, None, "", 1, False)
        alive = is_held(lease, self._settings.heartbeat_timeout_s)
        return WorkerInfo(alive, lease.pid if alive else None, lease.device, lease.slots, alive and lease.warm)

    def _is_starting(self, lease: Lease | None) -> bool:
        """Return whether the last one started may yet take the lease; else end it."""
        child = self._child
        # One that had the lease and is dead now is not starting, though it may be too early to be waited for.
        if child is None or child.poll() is not None or (lease is not None and lease.pid == child.pid):
            return False
        created = start_time(child.pid)
        if created is None:
            return False
        if time.monotonic() - self._started_at < (_STOPPED_S if is_stopped(child.pid, created) else _STARTING_S):
            return True
        kill(child.pid, created)
        return False

    def _start(self) -> None:
        self._settings.prepare()
        threads = self._settings.threads_per_run(self._settings.slots or 1)
        log = self._settings.logs_folder / "supervisor.log"
        home = str(self._settings.home.resolve())
        self._child = start_apart("core.worker", log=log, threads=threads, TOUCHSTONE_HOME=home)
        self._started_at = time.monotonic()
