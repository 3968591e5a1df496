"""The process from which runs are forked: it has loaded what takes seconds to import. Imports nothing itself."""

import multiprocessing
import os
import sys
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

PRELOAD = "core.worker.preload"


def begin_to_load(threads: int) -> None:
    """Start the fork server where the platform has one.

    Args:
        threads: CPU threads of numerical libraries, which they read when they are loaded.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, str(threads))
    if isinstance(context(), multiprocessing.context.ForkServerContext):
        forkserver.set_forkserver_preload([PRELOAD])
        forkserver.ensure_running()


def context() -> BaseContext:
    """Return how processes are started here.

    On macOS a forked process may not use the system's frameworks, so there every run pays for its own imports.
    """
    return multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
