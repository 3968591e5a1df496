"""The process that serves demo pages: found, or started."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from core.errors import TouchstoneError
from core.processes.announced import announce, await_announcement, last_announced, running
from core.processes.identity import start_apart
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
    announce(home / "demos" / _FILE, state)


def last_state(home: Path) -> ServerState | None:
    """Return what a server last wrote, whether it runs or not."""
    return last_announced(home / "demos" / _FILE, ServerState)


class DemoServer:
    """The demo server of a home, seen from a dashboard or a command."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None  # asked how it ended when its place is taken

    def state(self) -> ServerState | None:
        """Return the server that runs; None where none does."""
        return running(self._settings.home / "demos" / _FILE, ServerState)

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
            if (found := self.state()) is not None:  # another process has started it meanwhile
                return found
            log = self._settings.logs_folder / "demo.log"
            self._child = start_apart(MODULE, log=log, threads=1, TOUCHSTONE_HOME=str(home.resolve()))
            found = await_announcement(self._child, self.state, START_S)
        if found is None:
            raise DemoServerFailed(
                "The server of demo pages did not start. Its log says why: logs/demo.log in your home."
            )
        return found
