"""The supervisor, one per database: starts and watches run processes, records their ends."""

import logging
import os
import signal
import socket
import time
from uuid import uuid4

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnavailable, RunNotFound
from core.notifications.notify import announce
from core.processes.identity import is_alive, kill, start_time
from core.runs import RunStatus, Stage
from core.services.supervisor_client import code_version
from core.settings import Settings
from core.store.database import Database
from core.store.job_queue import JobQueue, Lease
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from core.tracking.exit_reason import describe_exit
from core.tracking.lost_runs import STALE_S, LostRunDetector, is_held
from core.worker.launcher import Child, Launcher
from core.worker.preflight_watch import PreflightWatch
from core.worker.run_folder import TAKEN, holder_of

POLL_S = 0.15
RENEW_S = 2.0
PACK_EVERY_S = 10.0  # how often somebody with nothing to do looks for a run whose curves are not packed
WEDGED_S = 10.0  # a process that lives so long after its run has ended is ended too
_log = logging.getLogger(__name__)


class Supervisor:
    """Watches over all runs of one database while it holds the lease."""

    def __init__(self, settings: Settings, database: Database, launcher: Launcher) -> None:
        """Wire it; `run` does the work."""
        self.settings, self.launcher = settings, launcher
        self.runs, self.queue, self.metrics = RunStore(database), JobQueue(database), MetricStore(database)
        self.owner, self.version = uuid4().hex, code_version()
        self.children: dict[str, Child] = {}
        self._told: dict[str, tuple[signal.Signals, float]] = {}  # the last signal sent to a child, and when
        self._ended_at: dict[str, float] = {}  # when a run was first seen to have ended before its process
        self._slots, self._device, self._warm = settings.slots or 1, "", False
        self._renewed_at, self._busy_at, self._packed_at = 0.0, time.monotonic(), -PACK_EVERY_S
        self.leaving = False
        self.preflights, self.lost_runs = PreflightWatch(settings, database), LostRunDetector(database)

    def run(self) -> None:
        """Work until idle for long, the lease is lost, or a request to leave."""
        if not self.begin():
            _log.info("Another supervisor lives; nothing to do.")
            return
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "leaving", True))
        while not self.leaving:
            try:
                self.turn()
            except DatabaseDamaged as error:  # nothing to supervise by; who repairs it needs the file to itself
                _log.error("%s", error)
                return
            except DatabaseUnavailable:
                _log.warning("The database does not answer; trying again.", exc_info=True)
                time.sleep(1)
            time.sleep(POLL_S)
        self.queue.drop_lease(self.owner)

    def begin(self) -> bool:
        """Take the lease and adopt running processes; return whether the lease was free."""
        if not self._take_lease():
            return False
        self._adopt()
        return True

    def turn(self) -> None:
        """Look once at everything: devices, children, lease, queue, trials."""
        self._look_at_devices()
        for child in list(self.children.values()):
            self._watch(child)
        if time.monotonic() - self._renewed_at > RENEW_S:
            self._renew()
            self.lost_runs.check()
        may_start = not (self.leaving or self.launcher.almost_warm)
        while may_start and len(self.children) < self._slots and self._start_next():
            pass
        taken = {child.slot for child in self.children.values()}
        tries = self._warm and self.preflights.turn(self._slots, taken, may_start=not self.leaving)
        # Who still loads what runs need has not been idle: it would leave before it was of use, and be started again.
        if self.children or tries or not self._warm or self._pack_one():
            self._busy_at = time.monotonic()
        elif time.monotonic() - self._busy_at > self.settings.worker_idle_s:
            _log.info("Nothing to do for long; leaving.")
            self.leaving = True

    def _pack_one(self) -> bool:
        """Pack the curves of an ended, unpacked run; return whether there was one."""
        if time.monotonic() - self._packed_at < PACK_EVERY_S:
            return False
        self._packed_at = time.monotonic()
        if (run_id := self.metrics.unpacked()) is None:
            return False
        try:
            self.metrics.pack(run_id)
        except RunNotFound:  # removed for good in this moment
            return False
        self._packed_at -= PACK_EVERY_S  # there may be another one
        return True

    # --- the lease ---

    def _take_lease(self) -> bool:
        held = self.queue.lease()
        deadline = time.monotonic() + self.settings.heartbeat_timeout_s
        while held is not None and held.retire and is_held(held, self.settings.heartbeat_timeout_s):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)  # an older Touchstone is about to hand over
            held = self.queue.lease()
        if held is not None and is_held(held, self.settings.heartbeat_timeout_s):
            return False
        pid = os.getpid()
        mine = Lease(
            self.owner, socket.gethostname(), pid, start_time(pid) or 0.0, self.version, 0.0, False,
            self._device, self._slots, self._warm,
        )  # fmt: skip
        # One that lives but stands still may go on in this very moment: then it keeps the lease.
        stale_s = STALE_S if held is not None and is_alive(held.pid, held.pid_created) else 0.0
        owner = held.owner if held else None
        try:
            return self.queue.take_lease(mine, owner, stale_s)
        except DatabaseBusy:
            if held is None or not stale_s or held.host != mine.host:
                raise
            _log.warning("The supervisor before (pid %s) hangs and may hold the database: it is ended.", held.pid)
            kill(held.pid, held.pid_created)
            return self.queue.take_lease(mine, owner)

    def _renew(self) -> None:
        values: dict[str, str | int | bool] = {"device": self._device, "slots": self._slots, "warm": self._warm}
        lease = self.queue.lease()
        if not self.queue.renew_lease(self.owner, **values):
            _log.warning("The lease was taken by somebody else; leaving the runs to them.")
            self.leaving = True
        elif lease is not None and lease.retire:
            _log.info("Asked to hand over to a newer Touchstone.")
            self.leaving = True
        self._renewed_at = time.monotonic()

    def _look_at_devices(self) -> None:
        if (devices := self.launcher.warm_up()) is None:
            self._warm = False
            return
        if self._warm:
            return
        self._device, self._warm = devices["device"], True
        self._slots = self.settings.slots or max(1, devices["count"])
        self._renew()

    # --- the runs ---

    def _adopt(self) -> None:
        for job in self.queue.running():
            # A supervisor that died between two lines may not have written down whom it started.
            pid, created = (job.pid, job.pid_created) if job.pid else holder_of(self.settings, job.run_id)
            child = Child(job.run_id, pid or 0, created or 0.0, len(self.children), None)
            if child.alive:
                self.queue.set_process(job.run_id, pid, created)
                _log.info("Run %s still lives (pid %s): adopted.", job.run_id, job.pid)
                self.children[job.run_id] = child
            else:
                self._reap(child)

    def _start_next(self) -> bool:
        job = self.queue.claim(self.owner)
        if job is None:
            return False
        taken = {child.slot for child in self.children.values()}
        slot = next(i for i in range(self._slots) if i not in taken)
        try:
            child = self.launcher.start(job.run_id, slot, self.settings.threads_per_run(self._slots))
        except OSError:
            _log.exception("Run %s could not be started.", job.run_id)
            self.runs.finish(job.run_id, RunStatus.FAILED, "No process could be started for it; is the memory full?")
            announce(self.settings, job.run_id)
            return True
        _log.info("Run %s started as pid %s.", job.run_id, child.pid)
        self.children[job.run_id] = child
        self.queue.set_process(job.run_id, child.pid, child.created)
        return True

    def _watch(self, child: Child) -> None:
        try:
            if child.alive:
                self._look_after(child)
            else:
                self._reap(child)
        except RunNotFound:  # it ended and was removed for good before its process had gone, or was looked at
            if not child.alive:
                self._forget(child)

    def _look_after(self, child: Child) -> None:
        run = self.runs.get(child.run_id)
        if run.status is not RunStatus.RUNNING:  # its last word was said, so whatever it still does is of no use
            ended = self._ended_at.setdefault(child.run_id, time.monotonic())
            if time.monotonic() - ended > WEDGED_S:
                self._enforce(child, 0.0)
        elif run.stop_requested_at is not None:  # a wish to finish is not enforced: evaluating may take its time
            waited = (now() - run.stop_requested_at).total_seconds()
            # The evaluation of what was learnt belongs to stopping; it is bounded, and may take its time.
            grace = self.settings.stop_grace_s * (1 if run.stage is Stage.TRAINING else 6)
            if waited > grace:
                self._enforce(child, self.settings.kill_grace_s)

    def _enforce(self, child: Child, grace_s: float) -> None:
        """Send SIGTERM; when it was sent long enough ago, SIGKILL."""
        last, sent_at = self._told.get(child.run_id, (None, 0.0))
        if last is None:
            wanted = signal.SIGTERM
        elif last is signal.SIGTERM and time.monotonic() - sent_at > max(grace_s, 2.0):
            wanted = signal.SIGKILL
        else:
            return
        _log.warning("Run %s did not end by itself: %s.", child.run_id, wanted.name)
        child.send(wanted)
        self._told[child.run_id] = (wanted, time.monotonic())

    def _adopt_holder(self, child: Child) -> bool:
        """Adopt a run's other process, to which the child gave way, if any."""
        pid, created = holder_of(self.settings, child.run_id)
        holder = Child(child.run_id, pid or 0, created or 0.0, child.slot, None)
        if not holder.alive:
            return False
        _log.warning("Run %s is worked on by pid %s already: adopted.", child.run_id, pid)
        self.children[child.run_id] = holder
        self.queue.set_process(child.run_id, pid, created)
        return True

    def _reap(self, child: Child) -> None:
        """Record a process's end, and the run's end if the run has not."""
        run, code = self.runs.get(child.run_id), child.exit_code
        if code == TAKEN and self._adopt_holder(child):
            return
        if run.status is RunStatus.RUNNING:
            status, reason = describe_exit(code, run.stop_requested_at is not None, run.paused)
            if self.runs.finish(child.run_id, status, reason):
                kind = "note" if status is RunStatus.STOPPED else "error"
                announce(self.settings, child.run_id)
                self.runs.add_event(child.run_id, kind, reason)
            _log.info("Run %s ended with code %s: %s.", child.run_id, code, status)
        self.queue.set_process(child.run_id, None, None)
        self._forget(child)

    def _forget(self, child: Child) -> None:
        self.children.pop(child.run_id, None)
        self._told.pop(child.run_id, None)
        self._ended_at.pop(child.run_id, None)
