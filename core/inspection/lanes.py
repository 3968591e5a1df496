"""Who may be inspected now: few at once, in the order in which they came, and nobody waits long for a slow one."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ASKED_AGAIN_S = 0.1


class Lanes:
    """Places for work: a few quick ones, and a few for what turns out to be slow.

    Args:
        quick: How many go on at once, as long as each is quick.
        slow: How many of those that are not may go on besides.
    """

    def __init__(self, quick: int, slow: int) -> None:
        self._quick, self._slow = quick, slow
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def place(self, meanwhile: Callable[[], None]) -> "Iterator[Place]":
        """Hold a place for the time of the block; wait for it in order.

        Args:
            meanwhile: Called several times a second while it waits; what it raises ends the waiting.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            while not self._is_my_turn(ticket):
                meanwhile()
        except BaseException:  # whatever it is, nobody may wait behind one who has left
            with self._changed:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    self._changed.notify_all()
            raise
        place = Place(self)
        try:
            yield place
        finally:
            place.leave()

    def _is_my_turn(self, ticket: object) -> bool:
        with self._changed:
            if self._quick <= 0 or self._waiting[0] is not ticket:
                self._changed.wait(_ASKED_AGAIN_S)
            if self._quick <= 0 or self._waiting[0] is not ticket:
                return False
            self._waiting.popleft()
            self._quick -= 1
            self._changed.notify_all()
            return True

    def _to_slow(self) -> bool:
        with self._changed:
            if self._slow <= 0:
                return False
            self._slow -= 1
            self._quick += 1
            self._changed.notify_all()
            return True

    def _free(self, *, slow: bool) -> None:
        with self._changed:
            if slow:
                self._slow += 1
            else:
                self._quick += 1
            self._changed.notify_all()


class Place:
    """A place that somebody holds."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes, self._is_slow, self._since = lanes, False, time.monotonic()

    def make_room(self, after_s: float) -> None:
        """Let the next one begin where this has taken so long already and there is a place among the slow ones."""
        if not self._is_slow and time.monotonic() - self._since > after_s:
            self._is_slow = self._lanes._to_slow()

    def leave(self) -> None:
        """Give the place back."""
        self._lanes._free(slow=self._is_slow)
