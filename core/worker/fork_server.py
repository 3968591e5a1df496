"""The fork server of run processes, with slow imports preloaded; imports nothing itself."""

import multiprocessing
import sys
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

PRELOAD = "core.worker.preload"


def begin_to_load() -> None:
    """Start the fork server where the platform has one."""
    if has_fork_server():
        forkserver.set_forkserver_preload([PRELOAD])
        forkserver.ensure_running()


def has_fork_server() -> bool:
    """Return whether processes are forked here from one that stands ready."""
    return isinstance(context(), multiprocessing.context.ForkServerContext)


def context() -> BaseContext:
    """Return how processes are started here.

    On macOS a forked process may not use the system's frameworks, so there every run pays for its own imports.
    """
    return multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
