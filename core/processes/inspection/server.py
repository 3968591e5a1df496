"""The inspectors' fork server: loads code once, forks per request, monitors the processes.

It speaks to one dashboard over a socket that it was born with, and ends with it. Each question brings two sockets: one
for the inspector to answer on, one on which this process says how the inspector ended. When the asker closes the
latter, nobody wants the answer any more.

On macOS a forked process may not use the system's frameworks: there a spare process waits, loaded, for each question.
"""

import faulthandler
import gc
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

import psutil

from core.processes.inspection.inspector import Inspection, answer, inspections
from core.processes.inspection.messages import packed
from core.processes.limits import Limits, is_held

QUESTION = struct.Struct("!3d")  # memory in bytes, seconds of processor time, seconds
PATIENCE_S = 2.0  # an inspector that takes longer makes room for others; one that computes longer goes last
LOWEST_PRIORITY = 15
LAST_WORDS = 4_000  # bytes of stderr
_WATCHED_EVERY_S = 0.1


@dataclass
class _Inspector:
    pid: int
    process: "subprocess.Popen[bytes] | None"  # of a spawned one: whoever drops it would take the exit code along
    fate: socket.socket
    stderr: IO[bytes]
    limits: Limits
    born_at: float
    most_bytes: int  # resident
    killed_for: str = ""
    is_slow: bool = False

    def exit_code(self) -> int | None:
        """Return the exit code of this process, negative for signals; None while it runs."""
        if self.process is not None:
            return self.process.poll()
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:  # nobody can know any more
            return -signal.SIGKILL
        return os.waitstatus_to_exitcode(status) if pid else None


class Server:
    """Every inspector that lives now.

    Args:
        control: Where questions come from; its end is ours.
        module: That names what can be asked; see `inspector.inspections`.
        forks: Whether inspectors are forked; otherwise a spare process is kept for the next question.
    """

    def __init__(self, control: socket.socket, module: str, forks: bool) -> None:
        self._control, self._module, self._forks = control, module, forks
        self._known: Mapping[str, Inspection] = inspections(module) if forks else {}
        self._alive: dict[int, _Inspector] = {}
        self._own_bytes = int(psutil.Process().memory_info().rss)
        self._spare = None if forks else _start_spare(module)
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._woken, wake = socket.socketpair()
        for end in (self._woken, wake):
            end.setblocking(False)
        self._wake = wake
        self._selector.register(self._woken, selectors.EVENT_READ)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only wakes us

    def serve(self) -> None:
        """Answer until the dashboard is gone; no inspector outlives that."""
        gc.collect()
        gc.freeze()  # pages that the collector does not touch stay shared with every fork
        try:
            while self._round():
                pass
        finally:
            for inspector in self._alive.values():
                _kill(inspector.pid)

    def _round(self) -> bool:
        for key, _ in self._selector.select(_WATCHED_EVERY_S if self._alive else None):
            if key.fileobj is self._control:
                if not self._take():
                    return False
            elif key.fileobj is self._woken:
                with suppress(BlockingIOError):
                    self._woken.recv(4096)
            else:  # the asker never writes here: it has closed its end
                _kill(key.data)
                self._selector.unregister(key.fileobj)
        self._reap()
        for inspector in self._alive.values():
            self._watch(inspector)
        return True

    def _take(self) -> bool:
        """Take one question; return False where the dashboard is gone."""
        try:
            said, descriptors, _, _ = socket.recv_fds(self._control, QUESTION.size, 2)
        except ConnectionError:
            return False
        if not said or len(descriptors) != 2:
            return False
        memory, cpu_s, wall_s = QUESTION.unpack(said)
        talk, fate = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        limits = Limits(int(memory), cpu_s, wall_s)
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the inspector is buried
        process = None if self._forks else self._hand_over(talk, limits, stderr)
        pid = self._fork(talk, fate, limits, stderr) if process is None else process.pid
        talk.close()
        most = limits.memory_bytes + self._own_bytes
        self._alive[pid] = _Inspector(pid, process, fate, stderr, limits, time.monotonic(), most)
        self._selector.register(fate, selectors.EVENT_READ, pid)
        return True

    def _fork(self, talk: socket.socket, fate: socket.socket, limits: Limits, stderr: IO[bytes]) -> int:
        pid = os.fork()
        if pid:
            return pid
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for opened in (fate, self._control, self._woken, self._wake, *(one.fate for one in self._alive.values())):
            opened.close()
        for number in (1, 2):
            os.dup2(stderr.fileno(), number)
        faulthandler.enable()
        answer(talk, self._known, limits)
        return 0  # never: `answer` ends the process

    def _hand_over(self, talk: socket.socket, limits: Limits, stderr: IO[bytes]) -> "subprocess.Popen[bytes]":
        process, line = self._spare or _start_spare(self._module)
        said = QUESTION.pack(limits.memory_bytes, limits.cpu_s, limits.wall_s)
        socket.send_fds(line, [said], [talk.fileno(), stderr.fileno()])
        line.close()
        self._spare = _start_spare(self._module)
        return process

    def _reap(self) -> None:
        """Say how the inspectors ended that have ended."""
        for inspector in list(self._alive.values()):
            if (exit_code := inspector.exit_code()) is None:
                continue
            del self._alive[inspector.pid]
            with suppress(KeyError, ValueError):
                self._selector.unregister(inspector.fate)
            document = {
                "exit_code": exit_code,
                "killed_for": inspector.killed_for,
                "last_words": _end_of(inspector.stderr),
            }
            with suppress(OSError):
                inspector.fate.sendall(packed(document))
            inspector.fate.close()
            inspector.stderr.close()

    def _watch(self, inspector: _Inspector) -> None:
        """End an inspector over its time, or over memory the kernel doesn't limit."""
        lived_s = time.monotonic() - inspector.born_at
        if lived_s > inspector.limits.wall_s:
            inspector.killed_for = "time"
        elif lived_s > PATIENCE_S or not is_held():
            with suppress(psutil.Error, OSError):
                process = psutil.Process(inspector.pid)
                if process.memory_info().rss > inspector.most_bytes:
                    inspector.killed_for = "memory"
                # By what it computed, not by the clock: on a busy machine an honest one would only wait longer.
                if not inspector.is_slow and sum(process.cpu_times()[:2]) > PATIENCE_S:
                    inspector.is_slow = True
                    os.setpriority(os.PRIO_PROCESS, inspector.pid, LOWEST_PRIORITY)
        if inspector.killed_for:
            _kill(inspector.pid)


def _start_spare(module: str) -> "tuple[subprocess.Popen[bytes], socket.socket]":
    ours, its = socket.socketpair()
    with its:
        command = [sys.executable, "-m", "core.processes.inspection", "spare", str(its.fileno()), module]
        return subprocess.Popen(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL), ours


def be_spare(line: socket.socket, module: str) -> None:
    """Load the code, wait for one question, answer it and end."""
    known = inspections(module)
    said, descriptors, _, _ = socket.recv_fds(line, QUESTION.size, 2)
    if len(descriptors) != 2:  # the server is gone
        return
    line.close()
    for number in (1, 2):
        os.dup2(descriptors[1], number)
    faulthandler.enable()
    memory, cpu_s, wall_s = QUESTION.unpack(said)
    answer(socket.socket(fileno=descriptors[0]), known, Limits(int(memory), cpu_s, wall_s))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _end_of(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LAST_WORDS))
    return file.read().decode("utf-8", "replace")
