"""Writing to the disk while the next steps are computed."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class BackgroundWriter:
    """Writer of one item at a time in a background thread.

    A failed write raises its error in the next call of a method.

    A process that ends, for whatever reason but a kill, waits for what is being written.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "writer")
        self._pending: Future[None] | None = None
        self.last_s = 0.0  # how long the last thing took to be written

    def write(self, write: Callable[[], None]) -> None:
        """Begin to write, once what was begun before is written.

        Raises:
            OSError: What was begun before could not be written.
        """
        self.finish()
        self._pending = self._thread.submit(self._timed, write)

    def finish(self) -> None:
        """Wait until everything is written.

        Raises:
            OSError: It could not be.
        """
        if self._pending is not None:
            pending, self._pending = self._pending, None
            pending.result()

    def _timed(self, write: Callable[[], None]) -> None:
        began = time.perf_counter()
        write()
        self.last_s = time.perf_counter() - began
