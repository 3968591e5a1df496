"""Scheduling of inspections: few at once, in order, quick ones not behind slow ones.

One place of each kind is for those who hold none: whatever one visitor brings, the next one begins at once.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_ASKED_AGAIN_S = 0.1


@dataclass(eq=False)
class _Ticket:
    visitor: str


class Lanes:
    """Places for inspections: a few quick ones, and a few slow ones."""

    def __init__(self, quick: int, slow: int) -> None:
        self._quick, self._slow = quick, slow
        self._held: Counter[str] = Counter()  # places of both kinds, by visitor
        self._held_slow: Counter[str] = Counter()
        self._waiting: deque[_Ticket] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def place(self, meanwhile: Callable[[], None], visitor: str = "") -> "Iterator[Place]":
        """Hold a place for the time of the block; wait for it in order.

        Args:
            meanwhile: Called several times a second while it waits; what it raises ends the waiting.
            visitor: Who asks; "" is somebody who was never seen before.
        """
        ticket = _Ticket(visitor)
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
        place = Place(self, visitor)
        try:
            yield place
        finally:
            place.leave()

    def _is_my_turn(self, ticket: _Ticket) -> bool:
        with self._changed:
            if self._next() is not ticket:
                self._changed.wait(_ASKED_AGAIN_S)
            if self._next() is not ticket:
                return False
            self._waiting.remove(ticket)
            self._quick -= 1
            self._held[ticket.visitor] += 1
            self._changed.notify_all()
            return True

    def _next(self) -> _Ticket | None:
        """Return the next waiting request.

        The last free place is not for a visitor who holds one already.
        """
        if self._quick <= 0:
            return None
        may = (one for one in self._waiting if self._quick > 1 or not one.visitor or not self._held[one.visitor])
        return next(may, None)

    def _to_slow(self, visitor: str) -> bool:
        with self._changed:
            if self._slow <= (1 if visitor and self._held_slow[visitor] else 0):
                return False
            self._slow -= 1
            self._quick += 1
            self._held_slow[visitor] += 1
            self._changed.notify_all()
            return True

    def _free(self, visitor: str, *, slow: bool) -> None:
        with self._changed:
            if slow:
                self._slow += 1
            else:
                self._quick += 1
            for held in (self._held, self._held_slow) if slow else (self._held,):
                held[visitor] -= 1
                if not held[visitor]:
                    del held[visitor]
            self._changed.notify_all()


class Place:
    """A place that somebody holds."""

    def __init__(self, lanes: Lanes, visitor: str) -> None:
        self._lanes, self._visitor, self._is_slow, self._since = lanes, visitor, False, time.monotonic()

    def make_room(self, after_s: float) -> None:
        """Let the next request begin if this one is slow.

        It is slow after the given time, and takes one of the free places for slow ones.
        """
        if not self._is_slow and time.monotonic() - self._since > after_s:
            self._is_slow = self._lanes._to_slow(self._visitor)

    def leave(self) -> None:
        """Give the place back."""
        self._lanes._free(self._visitor, slow=self._is_slow)
