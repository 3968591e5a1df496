"""How much visitors of demo pages may ask."""

import threading
import time
from collections import deque
from collections.abc import Callable

VISITOR_A_MINUTE = 30  # requests of one address
ALL_A_MINUTE = 240  # of everybody together, so that the owner's machine stays the owner's
MOST_VISITORS = 10_000  # that are remembered
MINUTE_S = 60.0


class Bounds:
    """Requests of the last minute, of each visitor and of all; safe among threads.

    Args:
        visitor: The most of one.
        everybody: The most of all together.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        visitor: int = VISITOR_A_MINUTE,
        everybody: int = ALL_A_MINUTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._everybody, self._clock = visitor, everybody, clock
        self._all = deque[float]()
        self._visitors: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def take(self, visitor: str) -> str:
        """Count a request; return why it is refused, a sentence, or nothing."""
        with self._lock:
            now = self._clock()
            own = self._visitors.setdefault(visitor, deque())
            for times in (own, self._all):
                while times and times[0] <= now - MINUTE_S:
                    times.popleft()
            if len(own) >= self._most:
                return f"You asked {self._most} times within a minute, which is the most. Wait a moment."
            if len(self._all) >= self._everybody:
                return "Too many people ask at the moment. Wait a moment and try again."
            own.append(now)
            self._all.append(now)
            if len(self._visitors) > MOST_VISITORS:
                recent = [
                    (name, times) for name, times in self._visitors.items() if times and times[-1] > now - MINUTE_S
                ]
                self._visitors = dict(recent)
            return ""
