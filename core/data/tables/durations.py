"""Durations as people write them, in seconds: "1:23:45", "0:07", "2 days, 3:04:05", "PT1H30M"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.tables.numbers import NumberStyle, is_missing, parse_numbers

Colons = Literal["h:m", "m:s"]  # what two numbers with a colon between them are

LONGEST = 60  # characters of a duration
_FIRST = 60  # values, one of which must look like a duration before all are read
_SURE = 0.98  # share of the values that must be durations
_CLOCK = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<days>\d{1,6}) ?(?:d|day|days|Tage?|jours?|d[ií]as?)?(?:, ?| |\.))?"
    r"(?P<first>\d{1,6}):(?P<second>\d{2})(?::(?P<third>\d{2})(?:[.,](?P<part>\d{1,9}))?)?(?: ?(?:h|hrs?|hours?))?"
)
_ISO = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<weeks>\d{1,6}(?:\.\d{1,9})?)W)?(?:(?P<days>\d{1,6}(?:\.\d{1,9})?)D)?"
    r"(?:T(?:(?P<hours>\d{1,6}(?:\.\d{1,9})?)H)?(?:(?P<minutes>\d{1,6}(?:\.\d{1,9})?)M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?",
    re.IGNORECASE,
)
_ISO_SECONDS = {"weeks": 604_800.0, "days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0}
_DURATION_NAME = re.compile(
    r"durat|elapsed|length|runtime|run_time|took|taken|lap|pace|wait|playtime|uptime|downtime|dauer|dur[ée]e|duraci"
    r"|tempo|delay|lead|response|handling|turnaround|cycle|transit|(?:travel|flight|trip|ride|cook|prep|total).?time",
    re.IGNORECASE,
)
_MINUTES_NAME = re.compile(r"lap|song|track|pace|split|clip|video|call|min", re.IGNORECASE)
_CLOCK_NAME = re.compile(
    r"depart|arriv|start|end|open|clos|begin|check.?in|check.?out|o.?clock|uhrzeit|heure|hora\b|time.?of.?day|sunrise"
    r"|sunset|schedul|_at$|\bat$|pick.?up|drop.?off",
    re.IGNORECASE,
)
_HOURS_A_DAY = 24


@dataclass(frozen=True)
class DurationStyle(NumberStyle):
    """How a column writes durations; they are read as seconds.

    Args:
        colons: What "12:34" is.
    """

    unit: str = "s"
    colons: Colons = "h:m"


def duration_style(values: Sequence[str], name: str = "", *, is_chosen: bool = False) -> DurationStyle | None:
    """Return values' duration style; None if they are none: "17:42" is a time.

    Args:
        values: The different ones that are there, as written.
        name: Of their column: it decides where the values could be both.
        is_chosen: Whether somebody said that they are durations.
    """
    if not any(":" in value or value[:1] in "pP+-" for value in values[:_FIRST]):
        return None
    parts = [_CLOCK.fullmatch(value.strip()) if len(value) < LONGEST else None for value in values]
    found = [part for part in parts if part is not None]
    iso = sum(_is_iso(value) for value in values)
    if not values or len(found) + iso < _SURE * len(values):
        return None
    if iso > len(found):
        return DurationStyle()
    if not is_chosen and not _are_durations(found, name):
        return None
    over = any(int(part["first"]) >= _HOURS_A_DAY for part in found if part["third"] is None)
    return DurationStyle(colons="m:s" if over or _MINUTES_NAME.search(name) else "h:m")


def _are_durations(found: Sequence[re.Match[str]], name: str) -> bool:
    """Return whether numbers with colons are durations rather than times of the day."""
    hours = [int(part["first"]) for part in found]
    if any(part["days"] or part["sign"] for part in found) or max(hours) >= _HOURS_A_DAY:
        return True
    if _DURATION_NAME.search(name):
        return True
    if _CLOCK_NAME.search(name) or all(part["third"] is None for part in found):
        return False
    # "0:07:05": who writes the time of the day writes 00:07:05; and a day is hardly ever over by noon in every row.
    unpadded = sum(len(part["first"]) == 1 for part in found)
    return unpadded > len(found) / 2 or max(hours) < _HOURS_A_DAY / 4


def parse_duration(text: str, style: DurationStyle) -> float | None:
    """Return a text's duration in seconds; NaN if missing, None if not a duration."""
    text = text.strip()
    if is_missing(text):
        return float("nan")
    if len(text) > LONGEST:
        return None
    if (part := _CLOCK.fullmatch(text)) is not None:
        return _seconds(part, style)
    if _is_iso(text) and (iso := _ISO.fullmatch(text)) is not None:
        sign = -1 if iso["sign"] == "-" else 1
        return sign * sum(float(iso[unit] or 0) * seconds for unit, seconds in _ISO_SECONDS.items())
    return None


def read_numbers(values: Sequence[str], style: NumberStyle) -> tuple[NDArray[np.float64], list[int]]:
    """Return numbers or durations like `parse_numbers`: NaN if missing, with unreadable positions.

    Args:
        values: (N,) as written.
        style: Of their column.
    """
    if not isinstance(style, DurationStyle):
        return parse_numbers(values, style)
    known: dict[str, float | None] = {}
    numbers, unreadable = np.full(len(values), np.nan), []
    for position, value in enumerate(values):
        if value not in known:
            known[value] = parse_duration(value, style)
        if (number := known[value]) is None:
            unreadable.append(position)
        else:
            numbers[position] = number
    return numbers, unreadable


def _is_iso(text: str) -> bool:
    text = text.strip()
    return (
        2 < len(text) < LONGEST
        and text.lstrip("+-")[:1] in "pP"
        and text[-1] not in "TtPp"
        and bool(_ISO.fullmatch(text))
    )


def _seconds(part: re.Match[str], style: DurationStyle) -> float | None:
    first, second = int(part["first"]), int(part["second"])
    if second > 59 or int(part["third"] or 0) > 59:
        return None
    if part["third"] is None:
        total = 60.0 * first + second if style.colons == "m:s" else 3600.0 * first + 60 * second
    else:
        total = 3600.0 * first + 60 * second + int(part["third"]) + float(f"0.{part['part'] or 0}")
    total += 86_400 * int(part["days"] or 0)
    return -total if part["sign"] == "-" else total
