"""The inference server of a home: found, or started when somebody asks first."""

import json
import os
import secrets
import subprocess
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from core.errors import InferenceUnavailable
from core.processes import announced
from core.processes.identity import DYING_S, kill, start_apart, start_time
from core.services.supervisor_client import code_version
from core.settings import Settings

REQUEST = "TOUCHSTONE_INFERENCE_START"  # an environment variable, which the server takes out of it
IDLE_S = 900.0
START_S = 180.0  # on a machine that is busy with trainings loading the libraries takes a minute
LAST_WORDS = 300  # characters of the log
_FILE, _LOG = "inference.json", "inference.log"


@dataclass(frozen=True)
class ServerStart:
    """What a server is started with.

    Args:
        token: That every request must have.
        client: The process that starts it, by pid and start time.
        idle_s: After so long without a request it ends.
    """

    token: str
    client: str
    idle_s: float = IDLE_S


@dataclass(frozen=True)
class RunningServer:
    """A home's server: its address, and how to get in."""

    url: str
    token: str
    pid: int
    process_started_at: float  # seconds since 1970, so that a reused pid is not mistaken for it
    version: str  # of the code, so that an update replaces it


def announce(home: Path, url: str, start: ServerStart) -> None:
    """Write this process's server into its home, readable only by the owner."""
    pid = os.getpid()
    announced.announce(home / _FILE, RunningServer(url, start.token, pid, start_time(pid) or 0.0, code_version()))


class ServerProcess:
    """Starts the server where none runs; any thread and any dashboard may ask.

    Args:
        settings: Where the home is.
    """

    def __init__(self, settings: Settings) -> None:
        self._home, self._logs, self._database = settings.home, settings.logs_folder, settings.database_url
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._known: RunningServer | None = None  # whose version was looked at

    def running(self) -> RunningServer | None:
        """Return the server that runs, None where none does."""
        if self._child is not None:
            self._child.poll()  # a dead child is a zombie until somebody asks for it
        return announced.running(self._home / _FILE, RunningServer)

    def has_ended(self, server: RunningServer) -> bool:
        """Return whether a server has ended, giving a dying one a moment."""
        deadline = time.monotonic() + DYING_S
        while time.monotonic() < deadline:
            if self.running() != server:
                return True
            time.sleep(0.05)
        return False

    def ensure(self) -> RunningServer:
        """Return the server; start it where none runs, or one of older code.

        Raises:
            InferenceUnavailable: It does not start.
        """
        found = self.running()
        if found is not None and found == self._known:
            return found
        with self._lock, FileLock(self._home / "inference.lock"):  # of the threads, then of the dashboards
            found = self.running()
            if found is not None and found.version != code_version():
                kill(found.pid, found.process_started_at)
                found = None
            self._known = found or self._start()
            return self._known

    def _start(self) -> RunningServer:
        start = ServerStart(secrets.token_urlsafe(32), own_identity())
        log = self._logs / _LOG
        environment = {REQUEST: json.dumps(asdict(start)), "TOUCHSTONE_HOME": str(self._home)}
        if self._database:
            environment["TOUCHSTONE_DATABASE_URL"] = self._database
        try:
            log.unlink(missing_ok=True)
            self._child = start_apart("core.serving.server", log=log, threads=0, **environment)
        except OSError as error:
            raise InferenceUnavailable(f"{error.strerror}.") from error

        def ours() -> RunningServer | None:
            found = self.running()
            return found if found is not None and found.token == start.token else None

        found = announced.await_announcement(self._child, ours, START_S)
        if found is None:
            raise InferenceUnavailable(_last_words(log))
        return found


def own_identity() -> str:
    """Return this process's pid and start time, as the server knows who asks."""
    pid = os.getpid()
    return f"{pid}:{start_time(pid) or 0.0}"


def _last_words(log: Path) -> str:
    try:
        words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        words = []
    return f"Its last words: {words[-1][:LAST_WORDS]}" if words else "It said nothing."
