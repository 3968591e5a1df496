"""Launcher of run processes: forked with torch loaded where possible, else spawned."""

import logging
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from core.processes.identity import DYING_S, is_alive, is_stopped, kill, start_time, thread_limits
from core.worker import run_process
from core.worker.fork_server import begin_to_load, context, has_fork_server

DEADLINE_S = 15.0  # for a fork, which takes a few milliseconds
RETRY_S = 30.0  # to load a fork server where that failed
LOADED_WITHIN_S = 600.0  # by a fork server, on a machine however busy; until then runs are spawned
ASK_EVERY_S = 2.0  # whether the fork server still lives
# A fork server loads for about 7 s of one core. From here on it is there sooner than a process that would begin to load
# the same beside it; one that has not come by then is not waited for.
WORTH_WAITING_S = (2.0, 12.0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Child:
    """The process of a run; `process` is None if an earlier supervisor started it."""

    run_id: str
    pid: int
    created: float
    slot: int
    process: BaseProcess | None

    server: tuple[int, float] | None = None  # pid and creation time of the fork server that would say how it ended

    @property
    def alive(self) -> bool:
        """Return whether the system reports the process as alive.

        A fork server that is gone makes its children appear ended.
        """
        if is_alive(self.pid, self.created):
            return True
        if self.process is not None:
            self.process.join(0)  # a spawned one is ours to be waited for
        return False

    @property
    def exit_code(self) -> int | None:
        """The exit code of an ended process: negative for signals, None if unknown."""
        if self.process is None or (self.server is not None and not is_alive(*self.server)):
            return None
        self.process.join(DYING_S)  # the fork server says it a moment after the system shows it as dead
        return self.process.exitcode

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process, never to a later one of equal pid."""
        if is_alive(self.pid, self.created):
            os.kill(self.pid, number)


class Launcher(Protocol):
    """Where runs are started; the seam for other machines."""

    def warm_up(self) -> dict[str, Any] | None:
        """Return the device information once a warm process is ready; None before."""

    @property
    def almost_warm(self) -> bool:
        """Whether a warm process will be ready sooner than a new one could be."""

    def start(self, run_id: str, slot: int, threads: int) -> Child:
        """Start the process of a run.

        Args:
            run_id: The run.
            slot: Which of the devices, from 0.
            threads: CPU threads that it may use.
        """


class LocalLauncher:
    """Processes on this machine."""

    def __init__(self, threads: int, head_start_s: float = 0.0) -> None:
        """Begin to load torch in the background.

        Args:
            threads: CPU threads that numerical libraries may use in each run.
            head_start_s: Wait so long before: a run that starts meanwhile has the cores to itself.
        """
        self._head_start_s = head_start_s
        self._context = context()
        self._devices: dict[str, Any] | None = None
        self._server: tuple[int, float] | None = None
        self._asked_at, self._loading_at = 0.0, -math.inf
        os.environ.update(thread_limits(threads, os.environ))  # before anything loads a numerical library
        # The first process of a fork server waits until the server has loaded everything, and so does whoever
        # starts it: the supervisor has better things to do meanwhile.
        threading.Thread(target=self._poll, name="warm-up", daemon=True).start()

    def warm_up(self) -> dict[str, Any] | None:
        """Return {"device": text, "count": GPUs} once known; None while a fork server loads."""
        if self._server is not None and time.monotonic() - self._asked_at > ASK_EVERY_S:
            self._asked_at = time.monotonic()
            if not is_alive(*self._server) or is_stopped(*self._server):
                _log.warning("The fork server (pid %s) is gone or stands still; another one loads.", self._server[0])
                self._load_again()
        return self._devices

    @property
    def almost_warm(self) -> bool:
        """Whether the fork server has loaded for a while; see `Launcher.almost_warm`."""
        least_s, most_s = WORTH_WAITING_S
        return self._devices is None and least_s < time.monotonic() - self._loading_at < most_s

    def _poll(self, ended: tuple[int, float] | None = None) -> None:
        """Load a fork server and ask it for the devices.

        Args:
            ended: The one before, if any: as long as it is not gone, the platform takes it for the one to use.
        """
        time.sleep(0.0 if ended else self._head_start_s)
        while ended is not None and is_alive(*ended):
            time.sleep(0.05)
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=run_process.describe_devices, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
        self._loading_at = time.monotonic() if has_fork_server() else -math.inf
        try:
            begin_to_load()
            process.start()
        except (OSError, EOFError):
            _log.exception("No fork server could be loaded; runs are spawned until one is.")
            time.sleep(RETRY_S)
            self._poll()
            return
        theirs.close()
        try:
            if not ours.poll(LOADED_WITHIN_S):
                raise EOFError("no answer")
            devices = ours.recv()
            self._server = self._found_server(devices.pop("parent"))
            self._devices = devices
        except EOFError:  # it ended or hangs without an answer; its own log says why
            self._devices = {"device": "cpu", "count": 0}
        process.join(DEADLINE_S)

    def _found_server(self, pid: int) -> tuple[int, float] | None:
        """Return the fork server by pid and creation time; None where children are spawned."""
        created = start_time(pid)
        return (pid, created) if pid != os.getpid() and created is not None else None

    def start(self, run_id: str, slot: int, threads: int) -> Child:
        """Start the process of a run; see `Launcher.start`.

        Raises:
            OSError: No process could be started.
        """
        arguments = (run_id, slot, threads)
        if self._devices is not None and (forked := self._forked(arguments)) is not None:
            return forked
        # Until the fork server has loaded everything, a process that loads only what it needs is there sooner.
        process = multiprocessing.get_context("spawn").Process(target=run_process.main, args=arguments, name=run_id)
        process.start()
        return Child(run_id, process.pid or 0, start_time(process.pid or 0) or 0.0, slot, process)

    def _forked(self, arguments: tuple[str, int, int]) -> Child | None:
        """Return a process forked from the warm one; None after a deadline without answer.

        A fork server that is stopped, or gone, must not hold up whoever watches over all runs.
        """
        process = self._context.Process(target=run_process.main, args=arguments, name=arguments[0])  # type: ignore[attr-defined]
        if self._server is None and not has_fork_server():
            process.start()
            return Child(arguments[0], process.pid, start_time(process.pid) or 0.0, arguments[1], process)
        if not within(process.start, DEADLINE_S):
            _log.warning("The fork server %s does not answer; another one loads.", self._server or "")
            self._load_again()
            return None
        return Child(arguments[0], process.pid, start_time(process.pid) or 0.0, arguments[1], process, self._server)

    def _load_again(self) -> None:
        """End the fork server, so that it starts nothing later, and load another."""
        ended, self._devices, self._server = self._server, None, None
        if ended is not None:
            kill(*ended)
        threading.Thread(target=self._poll, args=(ended,), name="warm-up", daemon=True).start()


def within(work: Callable[[], object], limit_s: float) -> bool:
    """Run work that may hang; return whether it succeeded in time, without error."""
    done = threading.Event()

    def attempt() -> None:
        try:
            work()
        except (OSError, EOFError):
            _log.warning("A process could not be forked.", exc_info=True)
            return
        done.set()

    thread = threading.Thread(target=attempt, name="fork", daemon=True)
    thread.start()
    deadline = time.monotonic() + limit_s
    while thread.is_alive() and time.monotonic() < deadline:
        done.wait(0.05)
    return done.is_set()
