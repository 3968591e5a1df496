"""Identity of a started process, since pids are reused."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from core.settings import PROJECT

DYING_S = 5.0  # a process is seen as dead before all of its threads are, and says how it ended only then
_SAME_START_S = 2.0  # the clock may be set between two looks; a pid is never reused so soon
_THREAD_LIMITS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS", "RAYON_NUM_THREADS",
)  # fmt: skip


def start_time(pid: int) -> float | None:
    """Return a process's creation time, in seconds since 1970; None if not found."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def is_alive(pid: int | None, created: float | None) -> bool:
    """Return whether the process that had this pid and creation time still lives."""
    if pid is None or created is None:
        return False
    found = start_time(pid)
    return found is not None and abs(found - created) < _SAME_START_S


def is_stopped(pid: int, created: float) -> bool:
    """Return whether a living process stands still because somebody stopped it (SIGSTOP, a debugger)."""
    try:
        return is_alive(pid, created) and psutil.Process(pid).status() in (
            psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP,
        )  # fmt: skip
    except psutil.Error:
        return False


def let_go_on(pid: int, created: float) -> None:
    """Resume a stopped process, but never a later one with the same pid."""
    with suppress(psutil.Error):
        if is_stopped(pid, created):
            psutil.Process(pid).resume()


def kill(pid: int, created: float) -> None:
    """End a process at once, and no later one of the same pid."""
    with suppress(psutil.Error):
        if is_alive(pid, created):
            psutil.Process(pid).kill()


def thread_limits(threads: int, known: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables that limit numerical libraries' threads, read at their load.

    Args:
        threads: CPU threads of each library.
        known: The environment; what it says already stays.
    """
    return {name: str(threads) for name in _THREAD_LIMITS if name not in known}


def limited_environment(threads: int = 0, **more: str) -> dict[str, str]:
    """Return this environment with limited threads, for a computing child process.

    The limit must be set before the first import in the child.

    Args:
        threads: CPU threads of each library; 0 leaves one core to the dashboard, as runs do.
        more: Further variables.
    """
    count = threads or max(1, (os.cpu_count() or 1) - 1)
    return {**os.environ, **thread_limits(count, os.environ), **more}


def start_apart(
    module: str, *arguments: str, log: Path, threads: int = 0, **environment: str
) -> "subprocess.Popen[bytes]":
    """Start a module with `python -m` in a process that outlives its parent.

    Args:
        module: Its name.
        arguments: For it.
        log: The file that what it writes is appended to: nobody may be left to drain a pipe.
        threads: CPU threads of each numerical library; see `limited_environment`.
        environment: Further variables.

    Raises:
        OSError: The log or the process cannot be made.
    """
    with log.open("ab") as written:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT,
            env=limited_environment(threads, **environment),
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a session of its own
        )


def ended_with(child: "subprocess.Popen[bytes]", wait_s: float) -> int | None:
    """Return a child's exit code, negative for signals; None if running after `wait_s`."""
    try:
        return child.wait(wait_s) if wait_s else child.poll()
    except subprocess.TimeoutExpired:
        return None
