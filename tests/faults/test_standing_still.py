"""What lives is known, whoever looks: a fork server, a supervisor or a run that is gone or stands still."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from core.runs import Run, RunStatus
from core.services.run_service import Service
from core.worker.run_folder import take_folder
from tests.faults.test_real_runs import LONG, Start, is_training, start
from tests.live import eventually, has_ended, kill_supervisor, service

__all__ = ["service", "start"]  # fixtures
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks from a fork server")


def fork_server_of(service: Service, run: Run) -> int:
    eventually(lambda: service.worker.info().warm)
    pid = service.run(run.id).pid
    assert pid is not None
    return psutil.Process(pid).ppid()


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """Stop a process, and let it go on afterwards if it is still there."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:  # one that stands still holds up every test after this one, too
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def is_silent(service: Service, run: Run, pid: int) -> bool:
    """Return whether it is said to stand still."""
    # Stopped in the midst of a write it holds the database, so that it is let go on (`core/tracking/lock_holders.py`).
    if psutil.Process(pid).status() != psutil.STATUS_STOPPED:
        time.sleep(1)
        os.kill(pid, signal.SIGSTOP)
    return service.run(run.id).silent_s(datetime.now(UTC)) > 0


def training(service: Service, start: Start) -> Run:
    """Return a run that trains, forked from a warm server, whichever test was before."""
    service.worker.ensure()
    eventually(lambda: service.worker.info().warm)
    run = start(**LONG)
    eventually(lambda: is_training(service, run))
    return run


def test_a_run_goes_on_when_the_fork_server_dies_and_others_still_start(service: Service, start: Start) -> None:
    run = training(service, start)
    pid = service.run(run.id).pid
    os.kill(fork_server_of(service, run), signal.SIGKILL)
    steps = service.run(run.id).steps
    eventually(lambda: service.run(run.id).steps > steps + 50)
    assert (service.run(run.id).status, service.run(run.id).pid) == (RunStatus.RUNNING, pid)
    service.stop_run(run.id)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.STOPPED
    second = start(epochs=2)
    eventually(lambda: has_ended(service, second))
    assert service.run(second.id).status is RunStatus.SUCCEEDED


def test_a_fork_server_that_stands_still_holds_nobody_up(service: Service, start: Start) -> None:
    run = training(service, start)
    with standing_still(fork_server_of(service, run)):
        service.stop_run(run.id)
        eventually(lambda: has_ended(service, run))
        second = start(epochs=2)
        eventually(lambda: has_ended(service, second))
        assert service.run(second.id).status is RunStatus.SUCCEEDED


def test_a_run_that_stands_still_is_said_to_and_can_be_ended(service: Service, start: Start) -> None:
    run = training(service, start)
    pid = service.run(run.id).pid
    assert pid is not None
    assert service.run(run.id).silent_s(datetime.now(UTC)) == 0
    with standing_still(pid):
        eventually(lambda: is_silent(service, run, pid))
        assert service.run(run.id).status is RunStatus.RUNNING
        service.end_run(run.id)
        eventually(lambda: has_ended(service, run))
    ended = service.run(run.id)
    assert (ended.status, ended.can_resume) == (RunStatus.STOPPED, True)


def test_whoever_reads_a_run_without_a_supervisor_is_told_the_truth(service: Service, start: Start) -> None:
    run = training(service, start)
    pid = service.run(run.id).pid
    assert pid is not None
    kill_supervisor(service)
    assert service.runs()[0].status is RunStatus.RUNNING  # it needs no supervisor to train
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    found = next(one for one in service.runs() if one.id == run.id)
    assert (found.status, found.pid) == (RunStatus.INTERRUPTED, None)
    assert not service.worker.info().alive  # reading starts nothing


def test_a_supervisor_that_stands_still_is_replaced_and_its_run_goes_on(service: Service, start: Start) -> None:
    run = training(service, start)
    stuck = service.worker.info().pid
    assert stuck is not None
    with standing_still(stuck):
        eventually(lambda: not service.worker.info().alive)
        eventually(lambda: service.watch().alive and service.worker.info().pid != stuck)
        assert service.run(run.id).status is RunStatus.RUNNING
    eventually(lambda: not psutil.pid_exists(stuck) or psutil.Process(stuck).status() == psutil.STATUS_ZOMBIE)
    assert service.run(run.id).status is RunStatus.RUNNING
    service.stop_run(run.id)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.STOPPED


def test_a_second_process_never_writes_into_a_folder_that_is_taken(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from core.worker.run_folder import take_folder; "
    code += "lock = take_folder(Path(sys.argv[1])); print('taken', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"taken\n"
        assert take_folder(tmp_path) is None
        holder.kill()
    lock = take_folder(tmp_path)
    assert lock is not None
    lock.release()
