"""The dashboard's client for inspectors: asks, waits, and returns answer or error."""

import logging
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import DataError, TouchstoneError, UserError
from core.processes.identity import thread_limits
from core.processes.inspection.ends import stopped
from core.processes.inspection.lanes import Lanes, Place
from core.processes.inspection.messages import CHUNK, packed, unpacked
from core.processes.inspection.server import PATIENCE_S, QUESTION
from core.processes.limits import Cause, Limits, cause_of_end

MOST_ANSWERED = 8 * 2**20  # bytes; an inspector that says more is not believed, and does not fill our memory
SLOW_AT_ONCE = 4
_WAITED_S = 0.1
_FAREWELL_S = 5.0  # the server ends its inspectors itself
GRACE_S = 120.0  # beyond an inspector's own limit, for a server that loads on a busy machine: then it stands still
SERVER = (sys.executable, "-m", "core.processes.inspection", "server")
_PROJECT = Path(__file__).resolve().parents[3]
# One thread an inspector and one heap: what the address space is limited to shall be used for the file.
_ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
_KINDS = {"data": DataError, "user": UserError, "other": TouchstoneError}
Meanwhile = Callable[[float], None]
log = logging.getLogger("touchstone")


class Inspectors:
    """Inspectors of one kind; any thread may ask.

    Args:
        module: That names what can be asked; see `core.processes.inspection.inspector`.
        forks: Whether the machine's processes may be forked; None for what is right on it.
    """

    def __init__(self, module: str, forks: bool | None = None) -> None:
        self._module = module
        self._forks = sys.platform == "linux" if forks is None else forks
        self._lanes = Lanes(max(2, os.cpu_count() or 2) + 1, SLOW_AT_ONCE)  # one of them for who holds none
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        """Start the fork server, where it does not go on already; returns at once."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """End the fork server with every inspector; the next question starts another one."""
        with self._lock:
            self._close()

    def ask(
        self,
        name: str,
        arguments: Mapping[str, Any],
        content: bytes = b"",
        *,
        subject: str,
        limits: Limits,
        mapped_bytes: int = 0,
        most_bytes: int = MOST_ANSWERED,
        meanwhile: Meanwhile | None = None,
        visitor: str = "",
    ) -> tuple[Any, bytes]:
        """Return what an inspector answers: a JSON document, and bytes.

        Args:
            name: Of what is asked.
            arguments: Of it, as JSON.
            content: Bytes that it is about.
            subject: What the bytes are called, for a sentence: "sales.xlsx".
            limits: Of its process.
            mapped_bytes: Of files that it may map into its memory.
            most_bytes: Of the answer.
            meanwhile: Called several times a second with the seconds since the question; what it raises ends the work.
            visitor: Who asks, so that one who asks much does not hold up the others; "" is nobody known.

        Raises:
            TouchstoneError: What the inspector raised, or why it was stopped.
        """
        asked = packed({"name": name, "arguments": dict(arguments), "mapped_bytes": mapped_bytes}, content)
        begun = time.monotonic()

        def tick() -> None:
            if meanwhile is not None:
                meanwhile(time.monotonic() - begun)

        with self._lanes.place(tick, visitor) as place:
            for _ in range(2):  # where the server dies without a word on this inspector, another one may do better
                talk, fate, server = self._begin(limits)
                with talk, fate:
                    said = _Conversation(talk, fate, limits, most_bytes).wait(asked, place, tick)
                if said is not None:
                    return _opened(said, subject, limits)
                self._drop(server)
        raise stopped(subject, "outside", limits)

    def _drop(self, server: "subprocess.Popen[bytes] | None") -> None:
        """Close a dead or hung server, unless another request already did."""
        with self._lock:
            if server is not None and self._server is server:
                server.kill()
                self._close()

    def _begin(self, limits: Limits) -> "tuple[socket.socket, socket.socket, subprocess.Popen[bytes] | None]":
        """Return our ends of a new inspector's sockets, and its server."""
        (talk, its_talk), (fate, its_fate) = socket.socketpair(), socket.socketpair()
        question = QUESTION.pack(limits.memory_bytes, limits.cpu_s, limits.wall_s)
        with its_talk, its_fate, self._lock:
            for _ in range(2):
                with suppress(OSError):
                    socket.send_fds(self._started(), [question], [its_talk.fileno(), its_fate.fileno()])
                    break
                self._close()
            return talk, fate, self._server

    def _started(self) -> socket.socket:
        if self._control is not None and self._server is not None and self._server.poll() is None:
            return self._control
        self._close()
        ours, its = socket.socketpair()
        how = [] if self._forks else ["spawn"]
        with its:
            # Not a child by `multiprocessing`: that would run the page's script again. It ends when our socket closes.
            self._server = subprocess.Popen(
                [*SERVER, str(its.fileno()), self._module, *how],
                pass_fds=[its.fileno()],
                cwd=_PROJECT,
                env={**os.environ, **thread_limits(1, {}), **_ENVIRONMENT},
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours
        return ours

    def _close(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            try:
                self._server.wait(_FAREWELL_S)
            except subprocess.TimeoutExpired:
                self._server.kill()
                with suppress(subprocess.TimeoutExpired):
                    self._server.wait(_FAREWELL_S)
        self._control = self._server = None


class _Conversation:
    """One request, up to its answer or to the inspector's known end."""

    def __init__(self, talk: socket.socket, fate: socket.socket, limits: Limits, most_bytes: int) -> None:
        self._talk, self._fate, self._most_bytes = talk, fate, most_bytes
        self._said, self._ended = bytearray(), bytearray()
        self._until = time.monotonic() + limits.wall_s + GRACE_S
        talk.settimeout(limits.wall_s)

    def wait(self, asked: bytes, place: Place, tick: Callable[[], None]) -> tuple[Any, bytes] | None:
        """Return the answer or the inspector's exit; None if neither is known."""
        with suppress(OSError):  # it died before it had heard all: how is told
            self._talk.sendall(asked)
        with selectors.DefaultSelector() as selector:
            for connection in (self._talk, self._fate):
                selector.register(connection, selectors.EVENT_READ)
            while time.monotonic() < self._until:
                ready = {key.fileobj for key, _ in selector.select(_WAITED_S)}
                tick()
                place.make_room(PATIENCE_S)
                if self._talk in ready:
                    if not self._hear():
                        selector.unregister(self._talk)
                    if (found := self._answer()) is not None:
                        return found
                if self._fate in ready:
                    chunk = self._fate.recv(CHUNK)
                    self._ended += chunk
                    if (end := unpacked(self._ended)) is not None or not chunk:
                        while self._hear():  # what it said at last
                            pass
                        return self._answer() or end
        return None

    def _hear(self) -> bool:
        """Take what it says; return whether more may come."""
        try:
            chunk = self._talk.recv(CHUNK)
        except OSError:
            return False
        self._said += chunk
        return bool(chunk) and len(self._said) <= self._most_bytes

    def _answer(self) -> tuple[Any, bytes] | None:
        if len(self._said) > self._most_bytes:
            return {"stopped": "answer"}, b""
        try:
            return unpacked(self._said)
        except (ValueError, RecursionError):
            return {"stopped": "crash"}, b""


def _opened(said: tuple[Any, bytes], subject: str, limits: Limits) -> tuple[Any, bytes]:
    """Return an answer; raise what it says else."""
    document, content = said
    if "answer" in document:
        return document["answer"], content
    if "refused" in document:
        raise _KINDS[document["kind"]](document["refused"])
    cause: Cause = (
        document.get("stopped") or document["killed_for"] or cause_of_end(document["exit_code"], document["last_words"])
    )
    log.error("Reading %s was ended (%s).\n%s", subject, cause, document.get("last_words", ""))
    raise stopped(subject, cause, limits)
