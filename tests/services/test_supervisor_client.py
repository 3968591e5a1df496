import os
import signal
import socket
from collections.abc import Iterator

import psutil
import pytest

from core.services.supervisor_client import SupervisorProcess, code_version
from core.settings import Settings
from core.store.database import Database
from core.store.job_queue import JobQueue, Lease
from core.tracking.lost_runs import is_held
from tests.live import eventually


def lease(pid: int, created: float, host: str = "", age_s: float = 0.0, version: str = "") -> Lease:
    host, version = host or socket.gethostname(), version or code_version()
    return Lease("owner", host, pid, created, version, age_s, False, "cpu", 1, True)


@pytest.fixture
def outside(settings: Settings, database: Database) -> Iterator[SupervisorProcess]:
    process = SupervisorProcess(settings, database)
    yield process
    if process._child is not None:  # it may not have begun yet
        process._child.kill()
    if (pid := process.info().pid) not in (None, os.getpid()):
        psutil.Process(pid).kill()
        eventually(lambda: not process.info().alive)


def test_a_lease_is_held_as_long_as_its_process_lives() -> None:
    created = psutil.Process().create_time()
    assert is_held(lease(os.getpid(), created), elsewhere_s=15)
    assert not is_held(lease(os.getpid(), created - 3600), elsewhere_s=15)
    assert not is_held(None, elsewhere_s=15)


def test_on_another_machine_only_the_age_of_a_lease_can_tell() -> None:
    assert is_held(lease(1, 1.0, host="elsewhere", age_s=14), elsewhere_s=15)
    assert not is_held(lease(1, 1.0, host="elsewhere", age_s=16), elsewhere_s=15)


def test_no_second_supervisor_is_started_beside_a_living_one(outside: SupervisorProcess, database: Database) -> None:
    JobQueue(database).take_lease(lease(os.getpid(), psutil.Process().create_time()), None)
    outside.ensure()
    assert outside.info().pid == os.getpid()
    assert outside._child is None


def test_a_supervisor_of_an_older_touchstone_is_asked_to_hand_over(
    outside: SupervisorProcess, database: Database
) -> None:
    queue = JobQueue(database)
    queue.take_lease(lease(os.getpid(), psutil.Process().create_time(), version="older"), None)
    outside.ensure()
    found = queue.lease()
    assert found is not None
    assert found.retire
    queue.drop_lease("owner")  # it hands over
    eventually(lambda: outside.info().alive)
    assert outside.info().pid != os.getpid()


def test_the_supervisor_outlives_who_started_it(outside: SupervisorProcess) -> None:
    outside.ensure()
    eventually(lambda: outside.info().alive)
    pid = outside.info().pid
    assert pid is not None
    assert os.getsid(pid) != os.getsid(0)
    eventually(lambda: outside.info().warm)
    assert outside.info().device.startswith(("cpu (", "cuda:0 (", "mps ("))


def test_a_supervisor_that_is_slow_to_begin_is_waited_for(outside: SupervisorProcess) -> None:
    outside.ensure()
    first = outside._child
    outside._started_at -= 60  # on a machine that computes for many
    outside.ensure()
    assert outside._child is first


def test_a_supervisor_that_was_stopped_before_it_began_is_replaced(outside: SupervisorProcess) -> None:
    outside.ensure()
    first = outside._child
    assert first is not None
    first.send_signal(signal.SIGSTOP)
    eventually(lambda: psutil.Process(first.pid).status() == psutil.STATUS_STOPPED)
    outside._started_at -= 60
    outside.ensure()
    assert outside._child is not first
    assert first.wait(60) == -signal.SIGKILL
    eventually(lambda: outside.info().alive)
