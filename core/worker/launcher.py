"""Starts the process of a run: forked from one that has torch loaded where the platform can, else spawned."""

import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from core.processes import is_alive, start_time
from core.worker import run_process
from core.worker.fork_server import begin_to_load, context


@dataclass(frozen=True, eq=False)
class Child:
    """A process that works on a run. `process` is None for one that an earlier supervisor started."""

    run_id: str
    pid: int
    created: float
    slot: int
    process: BaseProcess | None

    @property
    def alive(self) -> bool:
        """Whether it still lives."""
        if self.process is not None:
            return self.process.is_alive()
        return is_alive(self.pid, self.created)

    @property
    def exit_code(self) -> int | None:
        """How it ended: below zero is a signal; None where nobody can know."""
        return self.process.exitcode if self.process is not None else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal, to this process and not to a later one of the same pid."""
        if is_alive(self.pid, self.created):
            os.kill(self.pid, number)


class Launcher(Protocol):
    """Where runs are started; the seam for other machines."""

    def warm_up(self) -> dict[str, Any] | None:
        """Return what is known of the devices once a warm process stands ready; None before."""

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
        self._threads, self._head_start_s = threads, head_start_s
        self._context = context()
        self._devices: dict[str, Any] | None = None
        # The first process of a fork server waits until the server has loaded everything, and so does whoever
        # starts it: the supervisor has better things to do meanwhile.
        threading.Thread(target=self._look, name="warm-up", daemon=True).start()

    def warm_up(self) -> dict[str, Any] | None:
        """Return {"device": text, "count": GPUs} once known; None before."""
        return self._devices

    def _look(self) -> None:
        time.sleep(self._head_start_s)
        begin_to_load(self._threads)
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=run_process.describe_devices, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
        process.start()
        theirs.close()
        try:
            self._devices = ours.recv()
        except EOFError:  # it ended without an answer; its own log says why
            self._devices = {"device": "cpu", "count": 0}
        process.join()

    def start(self, run_id: str, slot: int, threads: int) -> Child:
        """Start the process of a run; see `Launcher.start`."""
        # Until the fork server has loaded everything, a process that loads only what it needs is there sooner.
        method = self._context if self._devices is not None else multiprocessing.get_context("spawn")
        process = method.Process(target=run_process.main, args=(run_id, slot, threads), name=run_id)  # type: ignore[attr-defined]
        process.start()
        return Child(run_id, process.pid, start_time(process.pid) or 0.0, slot, process)
