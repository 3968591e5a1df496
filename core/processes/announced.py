"""A server process that announces itself in a file of the home."""

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from core.files import write_text
from core.processes.identity import is_alive

LOOK_EVERY_S = 0.02


class Announcement(Protocol):
    """What a server says of itself: a frozen dataclass."""

    @property
    def pid(self) -> int:
        """Of its process."""

    @property
    def process_started_at(self) -> float:
        """Seconds since 1970, so that a reused pid is not mistaken for it."""


A = TypeVar("A", bound=Announcement)
T = TypeVar("T")


def announce(file: Path, said: Announcement) -> None:
    """Write what a server says of itself, readable only by the owner."""
    write_text(file, json.dumps(vars(said)), mode=0o600)


def last_announced(file: Path, kind: Callable[..., A]) -> A | None:
    """Return what a server last said, whether it runs or not."""
    try:
        said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return kind(**said)
    except (OSError, ValueError, TypeError):
        return None


def running(file: Path, kind: Callable[..., A]) -> A | None:
    """Return what the server that runs has said; None where none does."""
    said = last_announced(file, kind)
    return said if said is not None and is_alive(said.pid, said.process_started_at) else None


def await_announcement(child: "subprocess.Popen[bytes]", find: Callable[[], T | None], within_s: float) -> T | None:
    """Return what `find` finds of a process that starts; else end it."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and child.poll() is None:
        if (found := find()) is not None:
            return found
        time.sleep(LOOK_EVERY_S)
    with suppress(OSError):
        child.kill()
    return None
