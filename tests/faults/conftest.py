"""A real supervisor with its fork server, started once; every test's runs really train."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from core.bootstrap import open_service
from core.runs import Run
from core.service import Service
from core.settings import Settings

LIMIT_S = 120.0


def eventually(done: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def kill_supervisor(service: Service) -> None:
    """End the supervisor as a power cut would."""
    pid = service.worker.info().pid
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not service.worker.info().alive)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    os.environ |= {"TOUCHSTONE_HOME": str(home), "TOUCHSTONE_THREADS": "1"}
    opened = open_service(Settings())
    yield opened
    for run in opened.active_runs():
        opened.stop_run(run.id)
    eventually(lambda: not opened.active_runs())
    kill_supervisor(opened)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def start(service: Service) -> Callable[..., Run]:
    """Start a run on digits; keyword arguments change settings. `model` may be given."""

    def begin(model: str = "logistic-regression", **changes: object) -> Run:
        config = service.make_config("image-classification", "digits", model, "quick", changes)
        return service.start_run(config)

    return begin
