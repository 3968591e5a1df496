"""Differing settings as parallel coordinates: categories get positions, numbers keep their scale."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.runs import Run
from core.services.comparison.settings_table import SettingRow

MOST_AXES = 7  # of settings; with more nobody can follow a line
LONGEST_WORD = 24  # characters
MOST_TICKS = 6  # words beside each other
WIDE = 50.0  # times the smallest value: from here on an axis is logarithmic
LEFT_OUT = ("version", "continues", "seed")


@dataclass(frozen=True)
class Axis:
    """One upright line that every run crosses.

    Args:
        label: What it is.
        places: (M,) where each run crosses it.
        values: (M,) what that means, in words.
        ticks: Where something is written.
        words: What is written there.
    """

    label: str
    places: tuple[float, ...]
    values: tuple[str, ...]
    ticks: tuple[float, ...]
    words: tuple[str, ...]


def axes_of(rows: Sequence[SettingRow], runs: Sequence[Run]) -> list[Axis]:
    """Return differing settings as axes; those without all values come last.

    Args:
        rows: From `settings_table`.
        runs: In the order of the places.
    """
    differing = [row for row in rows if row.differs and row.name not in LEFT_OUT]
    differing.sort(key=lambda row: len(row.values) < len(runs))
    return [axis(row.label, [row.values.get(run.id) for run in runs]) for row in differing[:MOST_AXES]]


def axis(label: str, values: Sequence[Any]) -> Axis:
    """Return values as places on an axis.

    Args:
        label: What they are.
        values: By run; None where a run has none.
    """
    numbers = [float(v) if _is_number(v) else None for v in values]
    known = [v for v in numbers if v is not None]
    if len(known) < len(values):
        return _of_words(label, values)
    if min(known) > 0 and max(known) / min(known) >= WIDE:
        return _of_numbers(label, known, {v: math.log10(v) for v in known})
    return _of_numbers(label, known, {v: v for v in known})


def _of_numbers(label: str, values: Sequence[float], place: Mapping[float, float]) -> Axis:
    shown = _apart(sorted(set(values)), place)
    places = tuple(place[v] for v in values)
    return Axis(
        label, places, tuple(f"{v:g}" for v in values), tuple(place[v] for v in shown), tuple(f"{v:g}" for v in shown)
    )


def _apart(values: Sequence[float], place: Mapping[float, float]) -> list[float]:
    """Return the increasing values with room for labels: both ends and spaced ones between."""
    low, high = place[values[0]], place[values[-1]]
    room = (high - low) / MOST_TICKS
    kept = [values[0]]
    for value in values[1:-1]:
        if place[value] - place[kept[-1]] >= room and high - place[value] >= room:
            kept.append(value)
    return kept if len(values) == 1 else [*kept, values[-1]]


def _of_words(label: str, values: Sequence[Any]) -> Axis:
    ordered = sorted(values, key=_rank)  # nothing first, then numbers by their size, then words as they came
    known = list(dict.fromkeys(map(_word, ordered)))
    places = tuple(float(known.index(_word(value))) for value in values)
    written = known[:: -(-len(known) // MOST_TICKS)]
    ticks = tuple(float(known.index(word)) for word in written)
    return Axis(label, places, tuple(map(_word, values)), ticks, tuple(written))


def _rank(value: Any) -> tuple[int, float]:
    if value is None:
        return 0, 0.0
    return (1, float(value)) if _is_number(value) else (2, 0.0)


def _word(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)[:LONGEST_WORD]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
