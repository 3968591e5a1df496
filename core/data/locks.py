"""Locks: one process at a time changes a dataset, and concurrent imports are limited."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.data.staging import Progress

SIMULTANEOUS = 2  # imports and fixes of the dashboard: each may take a core and 1.5 GB
_POLL_S = 0.2


@contextmanager
def changing(locks: Path, name: str, progress: Progress) -> Iterator[None]:
    """Change a data set while nobody else does.

    Args:
        locks: The folder of the locks; made where it is not there.
        name: The data set.
        progress: Told while this waits; may cancel.
    """
    with _first_free([locks / f"{name}.lock"], progress, "Waiting for another change of this data set to end"):
        yield


@contextmanager
def turn(locks: Path, progress: Progress) -> Iterator[None]:
    """Import while not too many others do.

    Args:
        locks: The folder of the locks; made where it is not there.
        progress: Told while this waits; may cancel.
    """
    places = [locks / f".import-{number}" for number in range(SIMULTANEOUS)]
    with _first_free(places, progress, "Waiting for other imports to end"):
        yield


@contextmanager
def _first_free(places: Sequence[Path], progress: Progress, stage: str) -> Iterator[None]:
    """Hold the first lock that can be had."""
    lock, waits = _free(places), False
    while lock is None:
        if not waits:
            progress.stage(stage, 0, "rows")
            waits = True
        time.sleep(_POLL_S)
        progress.advance(0)
        lock = _free(places)
    try:
        yield
    finally:
        lock.release()


def _free(places: Sequence[Path]) -> FileLock | None:
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        return lock
    return None
