"""The process that serves demo pages: found, or started."""

import json
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from core.errors import TouchstoneError
from core.files import write_text
from core.processes.identity import is_alive, start_apart
from core.settings import Settings

START_S = 120.0  # a loaded machine takes long to load its libraries
MODULE = "core.serving.demo"
_FILE = "server.state"


class DemoServerFailed(TouchstoneError):
    """The demo server did not start; its log says why."""


@dataclass(frozen=True)
class ServerState:
    """A demo server that runs.

    Args:
        pid: Of its process.
        process_started_at: So that a reused pid is not mistaken for it.
        port: On which it listens.
        room_address: Of this machine in its network, on which it listens too; empty where it does not.
        problem: Why it does not although a page asks for it.
    """

    pid: int
    process_started_at: float
    port: int
    room_address: str = ""
    problem: str = ""


def write_state(home: Path, state: ServerState) -> None:
    """Write where the server is; its own process does."""
    write_text(home / "demos" / _FILE, json.dumps(asdict(state)), mode=0o600)


def last_state(home: Path) -> ServerState | None:
    """Return what a server last wrote, whether it runs or not."""
    try:
        return ServerState(**json.loads((home / "demos" / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


class DemoServer:
    """The demo server of a home, seen from a dashboard or a command."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None

    def state(self) -> ServerState | None:
        """Return the server that runs; None where none does."""
        found = last_state(self._settings.home)
        return found if found is not None and is_alive(found.pid, found.process_started_at) else None

    def ensure(self) -> ServerState:
        """Return the server, started where it does not run.

        Raises:
            DemoServerFailed: It does not start.
        """
        if (found := self.state()) is not None:
            return found
        home = self._settings.home
        (home / "demos").mkdir(mode=0o700, exist_ok=True)
        with FileLock(home / "demos" / "starting.lock"):
            deadline = time.monotonic() + START_S
            if self.state() is None:
                log = self._settings.logs_folder / "demo.log"
                self._child = start_apart(MODULE, log=log, threads=1, TOUCHSTONE_HOME=str(home.resolve()))
            while time.monotonic() < deadline:
                if (found := self.state()) is not None:
                    return found
                if self._child is not None and self._child.poll() is not None:
                    break
                time.sleep(0.05)
        self._end()
        raise DemoServerFailed("The server of demo pages did not start. Its log says why: logs/demo.log in your home.")

    def _end(self) -> None:
        if self._child is not None:
            with suppress(OSError):
                self._child.kill()
