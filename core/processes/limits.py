"""Memory and CPU time limits of a process that reads user data.

The kernel holds the limits, also against compiled code that never comes back. macOS takes `RLIMIT_AS` and does not obey
it: there whoever watches the process must look at its memory too (`is_held`).
"""

import math
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

Cause = Literal["memory", "processor", "stalled", "time", "crash", "outside", "answer", "error"]
GIB = 2**30
LEAST_FOR_IMPORT = 2 * GIB
STALLED_CPU_S = 300.0  # of all threads together
WATCHED_EVERY_S = 0.3
_CGROUP = Path("/sys/fs/cgroup/memory.max")
_OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "memoryerror", "out of memory", "cannot allocate memory")
_CRASHES = ("SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP")


@dataclass(frozen=True)
class Limits:
    """What one process may take."""

    memory_bytes: int  # beside what it has when the limit is set
    cpu_s: float  # of all its threads together
    wall_s: float


def machine_memory() -> int:
    """Return the memory bytes of this machine or its container."""
    total = int(psutil.virtual_memory().total)
    try:
        return min(total, int(_CGROUP.read_text()))
    except (OSError, ValueError):  # no container, or one without a limit
        return total


def is_held() -> bool:
    """Return whether the kernel of this machine holds a limit of memory by itself."""
    return sys.platform == "linux"


def limit_memory(memory_bytes: int, mapped_bytes: int | None = None) -> None:
    """Limit this process to additional memory; beyond it, allocations fail.

    Args:
        memory_bytes: Of memory that it writes to.
        mapped_bytes: Of files that it may map besides; None for any.
    """
    import resource

    has = psutil.Process().memory_info()
    written = getattr(has, "data", has.vms)
    _set(resource.RLIMIT_DATA, written + memory_bytes)
    if mapped_bytes is not None:
        _set(resource.RLIMIT_AS, has.vms + memory_bytes + mapped_bytes)
    _set(resource.RLIMIT_CORE, 0)  # nobody reads a core dump, and it is as large as the memory


def limit_import() -> Limits:
    """Set the limits of a process that takes in what somebody brought; return them.

    Its processor time is counted since `go_on` was last called: long work may be long, but not without getting further.
    """
    limits = import_limits()
    limit_memory(limits.memory_bytes)
    limit_cpu(limits.cpu_s)
    if not is_held():
        watch_memory(limits.memory_bytes)
    return limits


def import_limits() -> Limits:
    """Return an import's limits: two imports leave a third of the memory."""
    return Limits(max(LEAST_FOR_IMPORT, machine_memory() // 3), STALLED_CPU_S, math.inf)


def go_on() -> None:
    """Say that the work got further: its processor time is counted anew."""
    limit_cpu(STALLED_CPU_S)


def watch_memory(memory_bytes: int) -> None:
    """End this process above additional memory, where the kernel does not limit it."""
    process = psutil.Process()
    most = process.memory_info().rss + memory_bytes

    def watch() -> None:
        while process.memory_info().rss <= most:
            time.sleep(WATCHED_EVERY_S)
        os.write(2, b"out of memory: more than this process may take\n")
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="memory", daemon=True).start()


def limit_cpu(seconds: float) -> None:
    """Limit this process's further CPU seconds; then SIGXCPU ends it."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):  # somebody set a lower limit before us
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _set(kind: int, most: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, hard))


def cause_of_end(exit_code: int, last_words: str) -> Cause:
    """Return why a process ended that gave no answer.

    Args:
        exit_code: Below zero is a signal.
        last_words: The end of what it wrote to stderr; libraries say there what they could not get.
    """
    if any(word in last_words.lower() for word in _OUT_OF_MEMORY):
        return "memory"
    if exit_code >= 0:
        return "error"
    name = _signal_name(-exit_code)
    if name == "SIGXCPU":
        return "processor"
    return "crash" if name in _CRASHES else "outside"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def end_with_parent() -> None:
    """Let the kernel end this process with its parent (Linux only)."""
    if sys.platform != "linux":
        return
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # it ended between the two lines
        os._exit(1)
