"""Slow arrays, made in parts by a thread in the needed order.

Each part is saved to disk at once.

A process that is stopped loses the part that it works on and no more. Two that need the same arrays share them: one
holds a lock and makes them, the other sees its parts and takes over where it ends. What an encoder says of the examples
is kept by itself, so that whatever stands beside it in a row may change.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from core.data.array_parts import ArrayParts
from core.errors import StopRequested
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor
from core.specs import Examples, SplitName

STALLED_S = 60.0  # another process that makes no part for so long is not waited for
POLL_S = 0.2  # how often whoever waits looks again: at another process's parts, and at the wish to stop
_log = logging.getLogger(__name__)


class GradualArrays:
    """The arrays of a slow preprocessor, on their way.

    Args:
        parts: Where they are kept.
        examples: By split.
        preprocessor: Makes the rows.
        described: Where what the encoder says is kept, for a preprocessor that puts something beside it.
    """

    def __init__(
        self,
        parts: ArrayParts,
        examples: Mapping[SplitName, Examples],
        preprocessor: SlowPreprocessor,
        described: ArrayParts | None = None,
    ) -> None:
        self.parts, self._described = parts, described
        self._examples, self._preprocessor = examples, preprocessor
        self.doing, self.total = preprocessor.doing, parts.total
        self._order: dict[SplitName, NDArray[np.int64]] = {n: np.arange(len(examples[n])) for n in parts.splits}
        self._first_rows = preprocessor.part
        self._wanted: SplitName | None = None
        self._reached = 0  # of the training order: so many first rows are there
        self._stopped, self._news = threading.Event(), threading.Condition()
        self._error: Exception | None = None
        self._thread: threading.Thread | None = None
        self.stop_asked: Callable[[], bool] = lambda: False
        self.on_part: Callable[[int, int], None] = lambda done, total: None

    # --- for who needs them ---

    @property
    def done(self) -> int:
        """How many examples are there."""
        return self.parts.done

    def start(self, order: NDArray[np.int64] | None = None, first_rows: int = 0) -> None:
        """Begin to make what is missing.

        Args:
            order: (N,) of the training split, in which training will ask for them; as they stand if not given.
            first_rows: So many of them are made before anything else, then the validation split.
        """
        if order is not None:
            self._order["train"] = np.asarray(order, dtype=np.int64)
        self._first_rows = first_rows or self._first_rows
        self._thread = threading.Thread(target=self._work, name="encoding", daemon=True)
        self._thread.start()

    def train(self, rows: int) -> float:
        """Wait for the first training rows in order; return the seconds it took.

        Raises:
            StopRequested: Somebody asked to stop meanwhile.
        """
        return 0.0 if rows <= self._reached else self._wait(lambda: self._reach(rows))

    def whole(self, *splits: SplitName) -> float:
        """Wait until splits are wholly there; return the seconds that it took.

        Raises:
            StopRequested: Somebody asked to stop meanwhile.
        """
        seconds = 0.0
        for name in splits:
            self._wanted = name
            seconds += self._wait(lambda name=name: self.parts.is_whole(name))  # type: ignore[misc]
            self._wanted = None
        return seconds

    def finish(self) -> None:
        """Wait until everything is there and kept.

        Raises:
            StopRequested: Somebody asked to stop meanwhile.
        """
        self._wait(lambda: self._thread is None or not self._thread.is_alive())
        if not all(self.parts.is_whole(name) for name in self.parts.splits):
            raise self._error or StopRequested

    def close(self, wait_s: float = 5.0) -> None:
        """Begin no other part; the one at hand is waited for so long."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _wait(self, is_there: Callable[[], bool]) -> float:
        began = time.perf_counter()
        with self._news:
            while not is_there():
                if self._error is not None:
                    raise self._error
                if self.stop_asked():
                    raise StopRequested
                self._news.wait(POLL_S)
        return time.perf_counter() - began

    def _reach(self, rows: int) -> bool:
        missing = self.parts.missing("train", self._order["train"][self._reached : rows])
        self._reached = self._reached + int(missing[0]) if len(missing) else max(rows, self._reached)
        return not len(missing)

    # --- the thread that makes them ---

    def _work(self) -> None:
        try:
            if not self.parts.on_disk:
                self._make_all()
                return
            seen, since = -1, time.monotonic()
            folder = self.parts.folder
            lock = FileLock(str(folder.with_name(f".{folder.name}.lock")))
            while not self._stopped.is_set():
                try:
                    with lock.acquire(timeout=0):
                        self._make_all()
                        return
                except Timeout:  # another process makes them, and this one sees its parts
                    if self.done > seen:
                        seen, since = self.done, time.monotonic()
                        self._say()
                    if seen == self.total:
                        return
                    if time.monotonic() - since > STALLED_S:  # both write the same numbers to the same places
                        self._make_all()
                        return
                    self._stopped.wait(POLL_S)
        except Exception as error:  # the border of the thread: whoever waits raises it
            _log.exception("The arrays could not be made.")
            self._error = error
        finally:
            with self._news:
                self._news.notify_all()

    def _make_all(self) -> None:
        self._say()
        while not self._stopped.is_set() and (part := self._next_part()) is not None:
            name, rows = part
            self.parts.put(name, rows, self._rows(name, rows))
            self._say()
        if not self._stopped.is_set():
            for each in (self._described, self.parts):
                if each is not None and all(map(each.is_whole, each.splits)):
                    each.keep()

    def _rows(self, name: SplitName, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Return some rows of a split, reusing encoder output that is already there."""
        inputs = self._examples[name].select(rows).inputs
        if self._described is None or not isinstance(self._preprocessor, DescribingPreprocessor):
            return self._preprocessor.transform(inputs)
        unread = self._described.missing(name, rows)
        if len(unread):
            texts = self._examples[name].select(rows[unread]).inputs
            self._described.put(name, rows[unread], self._preprocessor.encoder.transform(texts))
        return self._preprocessor.beside(self._described.arrays[f"{name}-inputs"][rows], inputs)

    def _say(self) -> None:
        self.on_part(self.done, self.total)
        with self._news:
            self._news.notify_all()

    def _next_part(self) -> tuple[SplitName, NDArray[np.int64]] | None:
        """Return what to make next.

        What is waited for comes first, then the first training rows, validation, the other training rows, and test.
        """
        size, train = self._preprocessor.part, self._order["train"]
        wanted = [(self._wanted, self._order[self._wanted])] if self._wanted else []
        usual: list[tuple[SplitName, NDArray[np.int64]]] = [("train", train[: self._first_rows])]
        usual += [(n, self._order[n]) for n in ("validation", "train", "test") if n in self._order]
        for name, order in (*wanted, *usual):
            missing = np.zeros(0) if self.parts.is_whole(name) else self.parts.missing(name, order)
            if len(missing):
                start = int(missing[0]) // size * size  # parts are the same whenever they are made: so are the numbers
                part = order[start : start + size]
                return name, part[self.parts.missing(name, part)]
        return None
