"""Curves of single classes: their names, and the order in which classes are learnt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PREFIX = "validation/recall/"
LONGEST_LABEL = 80  # characters of a class in the name of its curve
FOUND = 0.9  # share of its final height from which on a class counts as learnt


@dataclass(frozen=True)
class ClassCurve:
    """Which share of a class was found, at each look at the validation split."""

    label: str
    steps: tuple[int, ...]
    shares: tuple[float, ...]

    @property
    def learnt_at(self) -> int:
        """The first step after which it stayed above nine tenths of its final value."""
        bound, at = FOUND * self.shares[-1], self.steps[-1]
        for step, share in zip(reversed(self.steps), reversed(self.shares), strict=True):
            if share < bound:
                break
            at = step
        return at


def recall_key(label: str) -> str:
    """Return the name of a class's curve."""
    return f"{PREFIX}{label[:LONGEST_LABEL]}"


def class_curves(points: Mapping[str, Sequence[tuple[float, float, float]]]) -> list[ClassCurve]:
    """Return a run's class curves, the lowest at the end first."""
    found = [
        ClassCurve(key.removeprefix(PREFIX), tuple(int(p[0]) for p in line), tuple(p[1] for p in line))
        for key, line in points.items()
        if key.startswith(PREFIX) and line
    ]
    return sorted(found, key=lambda curve: (curve.shares[-1], curve.label))
