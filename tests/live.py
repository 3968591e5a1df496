"""A real supervisor with its fork server, started once a file of tests; every run really trains."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from core.runs import Run
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings

LIMIT_S = 300.0  # eight busy processes may run beside a test


def eventually(done: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def collected(pid: int) -> int:
    """Return how a forked child ended, as `os.waitpid` does; one that does not end in time is ended."""
    deadline = time.monotonic() + LIMIT_S
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def kill_supervisor(service: Service) -> None:
    """End the supervisor as a power cut would."""
    pid = service.worker.info().pid
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not service.worker.info().alive)


def has_ended(service: Service, run: Run) -> bool:
    """Return whether the run is over."""
    return not service.run(run.id).status.is_active


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose supervisor is real; ended with everything that it started."""
    home = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    os.environ |= {"TOUCHSTONE_HOME": str(home), "TOUCHSTONE_THREADS": "1"}
    try:
        opened = open_service(Settings())
        yield opened
        for run in opened.active_runs():
            opened.stop_run(run.id)
        eventually(lambda: not opened.active_runs())
        kill_supervisor(opened)
    finally:  # whatever goes wrong, no other test gets this home
        os.environ.clear()
        os.environ.update(before)
