"""How often and after which waits a request is tried again."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.contest.client import LabelAnswer
from core.contest.connection import TryAgain
from core.errors import StopRequested


@dataclass(frozen=True)
class Patience:
    """Waits that double, with chance in them so that requests spread out.

    Args:
        tries: In all.
        first_wait_s: After the first failure, unless the endpoint says how long.
        longest_wait_s: Of one wait that it did not ask for.
        stop: Ends every wait at once.
    """

    tries: int = 7
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    stop: threading.Event = field(default_factory=threading.Event)

    def wait_s(self, failures: int, asked_s: float) -> float:
        """Return how long to wait after so many failures."""
        if asked_s > 0:
            return asked_s
        return min(self.longest_wait_s, self.first_wait_s * float(2 ** (failures - 1))) * (0.5 + random.random() / 2)


def patiently(ask: Callable[[], LabelAnswer], patience: Patience) -> LabelAnswer:
    """Return an answer, tried again where that may help.

    Raises:
        TryAgain: It failed as often as there are tries.
        StopRequested: Somebody asked to end meanwhile.
    """
    for failures in range(patience.tries):
        if patience.stop.is_set():
            raise StopRequested
        try:
            return replace(ask(), retries=failures)
        except TryAgain as error:
            if failures + 1 == patience.tries:
                raise
            patience.stop.wait(patience.wait_s(failures + 1, error.wait_s))
    raise StopRequested
