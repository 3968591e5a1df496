"""Whose turn it is: one process at a time changes a data set, and only so many imports go on at once."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import DataError
from core.intake.draft import Progress

SIMULTANEOUS = 2  # imports and fixes of the dashboard: each may take a core and 1.5 GB
_LOOK_EVERY_S = 0.2


@contextmanager
def changing(locks: Path, name: str, progress: Progress, patience_s: float = math.inf) -> Iterator[None]:
    """Change a data set while nobody else does.

    Args:
        locks: The folder of the locks; made where it is not there.
        name: The data set.
        progress: Told while this waits; may cancel.
        patience_s: How long to wait.

    Raises:
        DataError: Somebody else is changing it, and goes on for longer than the patience.
    """
    lock = _first_free(
        [locks / f"{name}.lock"], progress, "Waiting for another change of this data set to end", patience_s
    )
    if lock is None:
        raise DataError(
            f"'{name}' is being changed by another import or fix just now. Nothing of yours was changed: wait until "
            "that has ended, then try again."
        )
    with lock:
        yield


@contextmanager
def turn(locks: Path, progress: Progress) -> Iterator[None]:
    """Import while not too many others do.

    Args:
        locks: The folder of the locks; made where it is not there.
        progress: Told while this waits; may cancel.
    """
    places = [locks / f".import-{number}" for number in range(SIMULTANEOUS)]
    lock = _first_free(places, progress, "Waiting for other imports to end", math.inf)
    assert lock is not None  # its patience has no end
    with lock:
        yield


def _first_free(places: Sequence[Path], progress: Progress, stage: str, patience_s: float) -> FileLock | None:
    """Return the first lock that could be had, held once; None where the patience ended."""
    began, waits = time.monotonic(), False
    while True:
        for place in places:
            place.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(place)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            return lock
        if time.monotonic() - began >= patience_s:
            return None
        if not waits:
            progress.stage(stage, 0, "rows")
            waits = True
        time.sleep(_LOOK_EVERY_S)
        progress.advance(0)
