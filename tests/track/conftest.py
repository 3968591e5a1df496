"""Scripts that log: real processes, on a store of the test's own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.services.run_service import Service
from core.services.supervisor_client import SupervisorProcess
from core.settings import Settings
from core.store.database import Database

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def service(settings: Settings, database: Database) -> Service:
    return Service(settings, database, SupervisorProcess(settings, database))


@pytest.fixture
def start(home: Path, database: Database) -> Iterator[Start]:
    """Start a script that has `track`; what it prints can be read."""
    started = []

    def start(script: str) -> "subprocess.Popen[str]":
        listens = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # who runs tests aside may ignore it
        text = f"import os, signal, sys, time\nfrom core import track\n{listens}\n{script}"
        process = subprocess.Popen([sys.executable, "-c", text], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=60)
