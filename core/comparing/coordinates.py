"""Settings that differ as parallel axes: words become places on their axis, numbers keep their scale."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.comparing.settings_table import SettingRow
from core.runs import Run

MOST_AXES = 7  # of settings; with more nobody can follow a line
WIDE = 50.0  # times the smallest value: from here on an axis is logarithmic
LEFT_OUT = ("version", "continues", "seed")


@dataclass(frozen=True)
class Axis:
    """One upright line that every run crosses.

    Args:
        label: What it is.
        places: (M,) where each run crosses it.
        ticks: Where something is written.
        words: What is written there.
    """

    label: str
    places: tuple[float, ...]
    ticks: tuple[float, ...]
    words: tuple[str, ...]


def axes_of(rows: Sequence[SettingRow], runs: Sequence[Run]) -> list[Axis]:
    """Return the settings that differ, as axes; those that have no value everywhere come last.

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
    shown = sorted(set(values))
    if len(shown) > MOST_AXES:
        shown = shown[:: -(-len(shown) // MOST_AXES)]
    places = tuple(place[v] for v in values)
    return Axis(label, places, tuple(place[v] for v in shown), tuple(f"{v:g}" for v in shown))


def _of_words(label: str, values: Sequence[Any]) -> Axis:
    words = ["–" if value is None else _word(value) for value in values]
    known = list(dict.fromkeys(words))
    return Axis(label, tuple(float(known.index(w)) for w in words), tuple(map(float, range(len(known)))), tuple(known))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)[:24]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
