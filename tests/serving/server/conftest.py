"""A real server on a home of eight finished runs, in a process of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from core.processes.identity import thread_limits
from tests.golden.freeze import unpack

TOKEN = "a-token-of-the-tests-only"


@dataclass(frozen=True)
class Server:
    url: str
    home: Path
    sources: Path  # the files that its data sets were made from


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(*unpack(tmp_path_factory.mktemp("served"))) as running:
        yield running


@contextmanager
def served(home: Path, sources: Path) -> Iterator[Server]:
    """Serve a home as the command does."""
    environment = thread_limits(1, os.environ) | {
        **os.environ, "TOUCHSTONE_HOME": str(home), "TOUCHSTONE_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    command = [sys.executable, "-c", "from core.cli import main; main()", "serve", "--port", str(_free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = ""
        while "Try:" not in said:  # it says where it is, then an example, and listens
            line = process.stdout.readline()
            assert line, said
            said += line
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address is not None
        _await(address[0])
        yield Server(address[0], home, sources)
        process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(url: str) -> None:
    """Return when it answers; a loaded machine takes a minute to load the libraries."""
    for _ in range(600):
        try:
            httpx.get(f"{url}/health").raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError("the server never answered")
