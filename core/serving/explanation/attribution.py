"""An answer divided among what the model read; the sum is always stated."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """What one word, column or region adds to the answer."""

    name: str
    value: float


@dataclass(frozen=True)
class Attribution:
    """Contributions that add up from what the model says of nothing to its answer.

    Args:
        start: The answer where nothing is known of the input: `start_is` says what stands in its place.
        answer: The answer itself.
        parts: What each word or column adds; of an image, its regions row by row.
        start_is: What the input is compared with, as it stands within a sentence.
        rest_is: What is left of `answer - start`, likewise.
        shape: Rows and columns of the regions; () where the parts are words or columns.
    """

    start: float
    answer: float
    parts: tuple[Part, ...]
    start_is: str
    rest_is: str
    shape: tuple[int, ...] = ()

    @property
    def total(self) -> float:
        """What all parts add together."""
        return float(sum(part.value for part in self.parts))

    @property
    def rest(self) -> float:
        """What is left between the parts' sum and the answer."""
        return self.answer - self.start - self.total

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries and lists."""
        return asdict(self) | {"total": self.total, "rest": self.rest}


def parts_of(names: Sequence[str], values: Sequence[float]) -> tuple[Part, ...]:
    """Return named values."""
    return tuple(Part(name, float(value)) for name, value in zip(names, values, strict=True))
