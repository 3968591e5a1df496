"""A run page's numbers, its lead over the best baseline, and its usage costs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.specs import Score


@dataclass(frozen=True)
class Number:
    """One number behind the answer."""

    name: str
    value: str
    how: str  # where it comes from, in a sentence


@dataclass(frozen=True)
class Facts:
    """Numbers on one topic of a run's report, such as "fails" or "costs"."""

    topic: str
    numbers: tuple[Number, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries and lists."""
        return asdict(self)


@dataclass(frozen=True)
class Difference:
    """The lead over the best baseline on the primary metric; above 0 is better."""

    baseline: str
    value: float
    ci_low: float
    ci_high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.ci_low > 0 or self.ci_high < 0


@dataclass(frozen=True)
class Costs:
    """What it takes to use a model, as measured when it was ready.

    Args:
        ms_alone: Milliseconds for one example by itself.
        ms_together: Milliseconds for each of `together` at once.
        together: Examples at once.
        per: What one answer is: "example" or "character", or the piece of text that it writes.
        device: Where it was measured.
        bytes: Of the weights on disk.
        parameters: Numbers that it consists of.
        encoder_bytes: Of the weights of a frozen encoder that reads the examples for it; 0 where there is none.
        unmeasured: Why its speed is not known, in a sentence; then both times are None.
        threads: CPU threads that it was measured with; 0 where that is not known.
        ms_p95: What one of twenty examples by itself exceeds; None where that is not known.
    """

    ms_alone: float | None
    ms_together: float | None
    together: int
    per: str
    device: str
    bytes: int
    parameters: int
    encoder_bytes: int = 0
    unmeasured: str = ""
    threads: int = 0
    ms_p95: float | None = None


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the numbers on a model's weaknesses stand on."""

    test: Mapping[str, Score]
    labels: tuple[str, ...] = ()
    confusion: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    errors: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # (N,) answer minus truth
    target: str = ""  # name of the column of numbers
    # Shares of what was copied: "own" at "temperature", "most" at "most_at", "unseen".
    copied: Mapping[str, float] = field(default_factory=dict)
    folds: int = 0  # in which every row was judged; 0 where one split was kept apart


def short(number: float) -> str:
    """Return a number of any size with about three digits."""
    return f"{number:,.0f}" if 100 <= abs(number) < 1e12 else f"{number:.3g}"
