"""A few threads that process many images in order, within a memory bound."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

WORKERS = min(8, os.cpu_count() or 1)  # Pillow lets go of Python's lock while it decodes; more would cost memory
MOST_AHEAD = 16 * WORKERS  # pictures
MOST_BYTES_AHEAD = 64 * 1024**2

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_order(
    make: Callable[[Given], Made], given: Iterable[Given], weigh: Callable[[Given], int] = lambda _: 0
) -> Iterator[Made]:
    """Yield `make(x)` for each x, in order.

    Args:
        make: Runs in another thread; what it raises is raised here.
        given: Taken from in this thread, only a little ahead.
        weigh: Bytes that an x keeps in memory until its turn; all of them together stay below a bound, unless a
            single one is above it.
    """
    ahead: deque[tuple[Future[Made], int]] = deque()
    bytes_ahead = 0
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="pictures") as pool:
        try:
            for x in given:
                weight = weigh(x)
                while ahead and (len(ahead) >= MOST_AHEAD or bytes_ahead + weight > MOST_BYTES_AHEAD):
                    first, its_weight = ahead.popleft()
                    bytes_ahead -= its_weight
                    yield first.result()
                ahead.append((pool.submit(make, x), weight))
                bytes_ahead += weight
            while ahead:
                yield ahead.popleft()[0].result()
        finally:
            for waiting, _ in ahead:
                waiting.cancel()


class Budget:
    """A bound on what threads use together; the largest item waits to be alone.

    Threads go on as long as the sum stays below a total.
    """

    def __init__(self, total: int) -> None:
        self._total, self._taken, self._changed = total, 0, Condition()

    @contextmanager
    def take(self, amount: int) -> Iterator[None]:
        """Wait until there is room, and give it back at the end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + amount <= self._total)
            self._taken += amount
        try:
            yield
        finally:
            with self._changed:
                self._taken -= amount
                self._changed.notify_all()
