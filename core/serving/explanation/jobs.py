"""Work that takes longer than a request: one piece after another, in the background."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import DataError, TouchstoneError

Progress = Callable[[int, int], None]  # (done, of); raises where nobody waits any more
_log = logging.getLogger("touchstone.explanation")


@dataclass
class _Job:
    done: int = 0
    of: int = 0
    failed: str = ""


class _Ended(Exception):
    """The server ends."""


class Jobs:
    """Does one piece of work at a time.

    Args:
        what: The work, as a sentence about its failure begins.
    """

    def __init__(self, what: str) -> None:
        self._what, self._jobs = what, dict[str, _Job]()
        self._turn, self._lock, self._ended = threading.Lock(), threading.Lock(), threading.Event()

    def ask(self, name: str, work: Callable[[Progress], None]) -> dict[str, Any]:
        """Return how far a piece of work is; the first who asks starts it.

        Raises:
            DataError: It failed; who asks again starts it again.
        """
        with self._lock:
            job = self._jobs.get(name)
            if job is not None and job.failed:
                raise DataError(self._jobs.pop(name).failed)
            if job is None:
                job = self._jobs[name] = _Job()
                threading.Thread(target=self._work, args=(name, job, work), daemon=True).start()
        return {"ready": False, "done": job.done, "of": job.of}

    def close(self) -> None:
        """Let all of it end."""
        self._ended.set()

    def _work(self, name: str, job: _Job, work: Callable[[Progress], None]) -> None:
        def progress(done: int, of: int) -> None:
            if self._ended.is_set():
                raise _Ended
            job.done, job.of = done, of

        try:
            with self._turn:
                work(progress)
            with self._lock:
                self._jobs.pop(name, None)
        except _Ended:
            return
        except (TouchstoneError, RuntimeError, ValueError, OSError) as error:
            _log.error("%s.", self._what, exc_info=error)
            job.failed = (
                str(error) if isinstance(error, TouchstoneError) else f"{self._what}: the server's log says why."
            )
