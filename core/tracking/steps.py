"""Steps of a logged run's points: an axis per curve, and no point overwritten."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from core.runs import Metric
from core.tracking.values import LAST_STEP


class Logged(NamedTuple):
    """What a curve has so far."""

    last_step: float
    length: int  # points


class Steps:
    """Counter of steps not given, and marks of points sharing curve and step.

    A call without a step takes the step after the last counted one, or after the last one of its own curves where that
    is larger. A step that is given moves only the curves that it is given for.
    """

    def __init__(self, logged: Mapping[str, Logged] | None = None) -> None:
        """Continue after these curves, counting from the most often logged one."""
        known = dict(logged or {})
        longest = max(known.values(), key=lambda curve: curve.length, default=Logged(-1, 0))
        self.highest: float = max((curve.last_step for curve in known.values()), default=-1)
        self._counted: float = math.floor(longest.last_step) if known else -1
        self._counts = False  # whether a step was counted in this session
        self._last: dict[str, float] = {key: curve.last_step for key, curve in known.items()}
        self._length: dict[str, int] = {key: curve.length for key, curve in known.items()}

    def next(self, keys: Iterable[str]) -> float:
        """Return the step of a call that gave none for these curves."""
        last = max((self._last[key] for key in keys if key in self._last), default=-1.0)
        self._counted, self._counts = min(LAST_STEP, 1 + max(self._counted, math.floor(last))), True
        return self._counted

    def point(self, key: str, step: float, value: float, time: float) -> Metric:
        """Return a point of a curve, which is now its newest."""
        last, length = self._last.get(key), self._length.get(key, 0)
        arrival = 0 if last is None or step > last else length
        if not arrival:
            self._last[key] = step
        self._length[key] = length + 1
        if step > self.highest:
            self.highest = step
        at = self._counted if self._counts else self.highest
        return Metric(key, step, value, time, arrival, None if at == step else at)
