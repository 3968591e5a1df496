"""A process of ours that was stopped in the middle of a transaction keeps nobody from writing for ever."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psutil
import pytest
from sqlalchemy import update

from core.errors import DatabaseBusy
from core.processes.identity import is_alive, start_time
from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.job_queue import JobQueue, Lease
from core.store.run_store import now
from core.store.tables import LeaseRow
from core.tracking.lost_runs import STALE_S
from core.worker.supervisor import Supervisor
from tests.live import eventually
from tests.worker.test_supervisor import ScriptLauncher

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")
HOLDS = """
import os, signal, sqlite3, sys, time
sys.stdin.readline()
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
if sys.argv[2] == "stopped":
    os.kill(os.getpid(), signal.SIGSTOP)
    held.execute("COMMIT")
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a database that is held all the time."""
    monkeypatch.setattr("core.store.database.BUSY_TIMEOUT_S", 0.5)
    monkeypatch.setattr("core.tracking.lock_holders.HELD_S", 0.5)


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service that starts no supervisor."""
    opened = open_service(settings)
    monkeypatch.setattr(opened.worker, "ensure", lambda: None)
    return opened


@contextmanager
def process(settings: Settings, how: str = "stopped") -> Iterator["subprocess.Popen[bytes]"]:
    """A process that will wait in the middle of a transaction: stopped, or hanging."""
    arguments = [sys.executable, "-c", HOLDS, str(settings.home / "touchstone.db"), how]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        try:
            yield started
        finally:
            started.kill()


def hold(holder: "subprocess.Popen[bytes]", service: Service) -> None:
    """Let a process take the database, and wait until it has."""
    assert holder.stdin is not None
    holder.stdin.write(b"now\n")
    holder.stdin.flush()
    eventually(lambda: service.database.is_busy_for(0.0))
    if holder.args[-1] == "stopped":  # type: ignore[index]
        eventually(lambda: psutil.Process(holder.pid).status() == psutil.STATUS_STOPPED)


@pytest.fixture
def working(service: Service, quick_config: Callable[..., TrainConfig]) -> Callable[[int], Run]:
    """Return a run that is worked on by a process."""

    def begin(pid: int) -> Run:
        run, queue = service.start_run(quick_config()), JobQueue(service.database)
        queue.claim("somebody")
        queue.set_process(run.id, pid, start_time(pid))
        return run

    return begin


def supervised_by(service: Service, pid: int, age_s: float = 0.0) -> None:
    """Give the lease to a process."""
    lease = Lease("stuck", socket.gethostname(), pid, start_time(pid) or 0.0, "", 0.0, False, "", 1, True)
    JobQueue(service.database).take_lease(lease, None)
    if age_s:
        with service.database.write() as session:
            session.execute(update(LeaseRow).values(renewed_at=now() - timedelta(seconds=age_s)))


def test_a_run_that_is_stopped_while_it_writes_is_let_go_on_by_whoever_writes(
    service: Service, working: Callable[[int], Run]
) -> None:
    with process(service.settings) as holder:
        run = working(holder.pid)
        hold(holder, service)
        service.rename(run.id, "written after all")
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n", "it was let go on, not ended"
    assert service.run(run.id).name == "written after all"
    assert any("was let go on" in event.message for event in service.events(run.id, "warning"))


def test_a_run_that_is_stopped_while_it_writes_is_let_go_on_by_the_watcher(
    service: Service, working: Callable[[int], Run]
) -> None:
    with process(service.settings) as holder:
        working(holder.pid)
        hold(holder, service)
        service.watch()
        assert not service.database.is_busy_for(0.0)


def test_a_run_that_is_stopped_while_nobody_waits_stays_so(service: Service, working: Callable[[int], Run]) -> None:
    with process(service.settings) as holder:
        run = working(holder.pid)
        psutil.Process(holder.pid).suspend()
        eventually(lambda: psutil.Process(holder.pid).status() == psutil.STATUS_STOPPED)
        service.watch()
        service.rename(run.id, "written at once")
        assert psutil.Process(holder.pid).status() == psutil.STATUS_STOPPED


@pytest.mark.parametrize("how", ["stopped", "hanging"])
def test_a_run_that_holds_the_database_can_be_ended(service: Service, working: Callable[[int], Run], how: str) -> None:
    with process(service.settings, how) as holder:
        run = working(holder.pid)
        hold(holder, service)
        service.end_run(run.id)
        eventually(lambda: not is_alive(holder.pid, start_time(holder.pid)))
        ended = service.run(run.id)
    assert (ended.status, ended.can_resume) == (RunStatus.STOPPED, True)


def test_a_supervisor_that_is_stopped_while_it_writes_is_ended_and_replaced(service: Service) -> None:
    with process(service.settings) as holder:
        supervised_by(service, holder.pid)
        hold(holder, service)
        service.watch()
        eventually(lambda: not is_alive(holder.pid, start_time(holder.pid)))
        assert Supervisor(service.settings, service.database, ScriptLauncher(service.settings)).begin()


def test_a_supervisor_that_hangs_while_it_writes_is_ended_by_its_successor(service: Service) -> None:
    with process(service.settings, "hanging") as holder:
        supervised_by(service, holder.pid, 2 * STALE_S)
        hold(holder, service)
        assert Supervisor(service.settings, service.database, ScriptLauncher(service.settings)).begin()
        assert not is_alive(holder.pid, start_time(holder.pid))


def test_a_stranger_who_holds_the_database_is_left_alone(
    service: Service, quick_config: Callable[..., TrainConfig]
) -> None:
    with process(service.settings) as holder:
        run = service.start_run(quick_config())
        hold(holder, service)
        with pytest.raises(DatabaseBusy):
            service.rename(run.id, "not now")
        assert psutil.Process(holder.pid).status() == psutil.STATUS_STOPPED
