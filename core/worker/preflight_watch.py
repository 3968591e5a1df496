"""The supervisor's watch over trials: one at a time, in an expendable process."""

import logging
import signal
import time
from collections.abc import Callable, Collection
from multiprocessing.process import BaseProcess

from core.processes.identity import start_time
from core.settings import Settings
from core.store.database import Database
from core.store.preflight_store import PreflightJob, PreflightStore
from core.worker import preflight_process
from core.worker.fork_server import context
from core.worker.launcher import DEADLINE_S, Child, within

POLL_S = 0.3
SILENT_S = 120.0  # a trial without a sign of life for so long is ended
LONGEST_S = 300.0  # one that keeps others waiting for longer, too
TIDY_S = 600.0
KEPT_S = 86_400.0
TOO_LONG = (
    "It took longer than five minutes while others waited, most likely to prepare the data. A run prepares it too, "
    "once: start it, and ask again afterwards."
)
Start = Callable[[str, int, int], BaseProcess]
_log = logging.getLogger(__name__)


def start_process(trial_id: str, slot: int, threads: int) -> BaseProcess:
    """Fork a trial's process, waiting until the fork server has loaded."""
    process = context().Process(target=preflight_process.main, args=(trial_id, slot, threads), name=f"trial-{trial_id}")  # type: ignore[attr-defined]
    if not within(process.start, DEADLINE_S):
        raise OSError("the fork server does not answer")
    return process  # type: ignore[no-any-return]


class PreflightWatch:
    """Watch that starts trials, follows their processes and explains failures."""

    def __init__(self, settings: Settings, database: Database, start: Start = start_process) -> None:
        self.settings, self.store, self._start = settings, PreflightStore(database), start
        self._child: Child | None = None
        self._since = 0.0  # when it was first seen
        self._looked_at = self._tidied_at = -TIDY_S

    def turn(self, slots: int, taken: Collection[int], *, may_start: bool) -> bool:
        """Look once at everything; return whether a trial works.

        Args:
            slots: Devices.
            taken: Those on which runs train.
            may_start: Whether the supervisor stays.
        """
        if time.monotonic() - self._looked_at < POLL_S:
            return self._child is not None
        self._looked_at = time.monotonic()
        if self._looked_at - self._tidied_at > TIDY_S:
            self._tidied_at = self._looked_at
            self.store.forget(KEPT_S)
        job = self.store.working()
        if job is not None:
            self._watch(job)
        elif self._child is not None:
            self._reap(self._child)
        elif may_start:
            self._start_next(slots, taken)
        return self._child is not None

    def _start_next(self, slots: int, taken: Collection[int]) -> None:
        trial_id = self.store.claim()
        if trial_id is None:
            return
        slot = next((i for i in range(slots) if i not in taken), 0)  # all taken: beside a run, with what is free there
        try:
            process = self._start(trial_id, slot, self.settings.threads_per_run(slots))
        except OSError:
            _log.exception("Trial %s could not be started.", trial_id)
            self.store.finish(trial_id, None, "No process could be started for it; is the memory full?")
            return
        pid = process.pid or 0
        self._since = time.monotonic()
        self._child = Child(trial_id, pid, start_time(pid) or 0.0, slot, process)
        self.store.set_process(trial_id, pid, self._child.created)
        _log.info("Trial %s started as pid %s.", trial_id, pid)

    def _watch(self, job: PreflightJob) -> None:
        """Check that a running trial has a living process and is still wanted."""
        child = self._child
        if child is None or child.run_id != job.trial_id:  # an earlier supervisor started it
            if job.pid is None:  # or was about to
                self.store.put_back(job.trial_id)
                return
            child = self._child = Child(job.trial_id, job.pid, job.pid_created or 0.0, 0, None)
            self._since = time.monotonic()
        if not child.alive:
            self.store.finish(job.trial_id, None, cause_of_end(child.exit_code))
            _log.warning("Trial %s ended with code %s and no word.", job.trial_id, child.exit_code)
        elif job.others_wait and not job.is_wanted and self.store.put_back(job.trial_id):
            _log.info("Trial %s is put back: nobody waits for it any more.", job.trial_id)
        elif job.silent_s > SILENT_S:
            self.store.finish(job.trial_id, None, "It was ended: its process gave no sign of life. Ask again.")
        elif job.others_wait and time.monotonic() - self._since > LONGEST_S:
            self.store.finish(job.trial_id, None, TOO_LONG)
        else:
            return
        self._reap(child)

    def _reap(self, child: Child) -> None:
        """Kill and release the process of an ended trial, which has nothing to add."""
        child.send(signal.SIGKILL)
        if child.process is not None:
            child.process.join(1.0)
        self._child = None


def cause_of_end(exit_code: int | None) -> str:
    """Return why a trial has no answer, given its exit code; None is unknown."""
    if exit_code == -signal.SIGKILL:
        return (
            "Its process was ended from outside (SIGKILL). If nobody did that, the machine ran out of memory: close "
            "other programs or choose a smaller batch size, then ask again."
        )
    return "Its process ended before it had an answer; the machine may have been restarted. Ask again."
