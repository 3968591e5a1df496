"""Duration of a step, estimated from past steps, robust to brief stalls."""

import heapq
from statistics import median_low

FEW = 10  # steps, below which the middle one is believed
ACCIDENTS = 3  # at most so many steps are left out; more of them are what this machine is like
TIMES_LONGER = 10.0  # than the others, from which on a step is taken for an accident


class Pace:
    """Seconds per step of this session, without evaluations and waiting for data.

    A disk that hangs for seconds, or a machine that was suspended, must not make a plan for the whole run.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._first: list[float] = []
        self._longest: list[float] = []  # a heap of the longest, one more than may be accidents
        self._total_s, self.steps = 0.0, 0

    def start(self, moment: float) -> None:
        """Begin to measure after the first step, whose warm-up is not representative."""
        self._since = moment

    def pause(self, seconds: float) -> None:
        """Leave out seconds that were no part of a step."""
        if self._since is not None:
            self._since += seconds

    def stepped(self, moment: float) -> None:
        """Note that a step has ended."""
        if self._since is None:
            return
        took_s, self._since = max(moment - self._since, 0.0), moment
        self._total_s, self.steps = self._total_s + took_s, self.steps + 1
        if len(self._first) < FEW:
            self._first.append(took_s)
        if len(self._longest) <= ACCIDENTS:
            heapq.heappush(self._longest, took_s)
        else:
            heapq.heappushpop(self._longest, took_s)

    @property
    def per_step_s(self) -> float | None:
        """Seconds of a step; None where nothing is known yet."""
        if not self.steps:
            return None
        if self.steps < FEW:
            return median_low(self._first)
        others_s = (self._total_s - sum(self._longest)) / (self.steps - len(self._longest))
        accidents = [took_s for took_s in self._longest if took_s > TIMES_LONGER * others_s]
        if len(accidents) > ACCIDENTS:
            accidents = []
        return (self._total_s - sum(accidents)) / (self.steps - len(accidents))
