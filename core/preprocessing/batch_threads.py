"""Batches through a frozen network, one a core."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MOST_THREADS = 16
THREADS_VARIABLE = "TOUCHSTONE_THREADS"  # no more than so many, where somebody said so
Batch = TypeVar("Batch")


def each_batch(read: Callable[[Batch], None], batches: Sequence[Batch], device: str) -> None:
    """Read each batch, on a processor several at once.

    Batches wait for each other at no point, so that a core which another program takes slows down its own batch alone;
    several threads in one operation would all wait for the slowest. An error of any is raised.
    """
    threads = _threads() if device == "cpu" else 1
    if threads < 2 or len(batches) < 2:
        for batch in batches:
            read(batch)
        return
    import torch

    with ThreadPoolExecutor(threads, "encoder", initializer=torch.set_num_threads, initargs=(1,)) as pool:
        list(pool.map(read, batches))


def _threads() -> int:
    """Return how many batches are read at once: one for each core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    chosen = os.environ.get(THREADS_VARIABLE, "")
    return min(cores, MOST_THREADS, int(chosen) if chosen.isdecimal() and int(chosen) else cores)
