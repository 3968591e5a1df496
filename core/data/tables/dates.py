"""Dates and times as users write them; a column's values determine its style."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.tables.month_names import month_of
from core.data.tables.numbers import is_missing

Order = Literal["ymd", "dmy", "mdy", "named"]
Form = Literal["written", "clock", "seconds", "milliseconds", "digits", "days"]

LONGEST = 60  # characters of a date
_SURE = 0.98  # share of the values that must be dates
_FIRST = 60  # values, half of which must be dates before all are read
_ENOUGH = 3_000  # different values from which the form is found out
_DAY_S = 86_400
_FIRST_YEAR, _LAST_YEAR = 1, 9999
_YEARS_AHEAD = 50  # two digits are the year that is at most so far after 1970 + 50: 69 is 1969, 68 is 2068
_ZONE = r"(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}|C?E[SD]?T|[CMP][SD]T|MESZ|MEZ))?"
_TIME = (
    r"(?:(?:T|,? +|, ?|:)(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    rf"(?: ?(?P<half>[AaPp]\.?[Mm]\.?))?(?: ?Uhr)?{_ZONE})?"
)
_DAY_NAME = r"(?:[^\W\d]{2,12}\.?,? )?"
_WORD = r"(?P<month_name>[^\W\d]{3,15})\.?"
_PATTERNS = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        rf"{_DAY_NAME}(?P<a>\d{{4}}|\d{{1,2}})(?P<sign>[-/.])(?P<b>\d{{1,2}})(?P=sign)(?P<c>\d{{4}}|\d{{1,2}})\.?",
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?[ \-/]?(?:of |de |d['’])?{_WORD}[ \-/,]*(?:de |del )?"
        r"(?P<year>\d{4}|\d{2})",
        rf"{_DAY_NAME}{_WORD}[ -](?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? ?[ -]?(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[- ]{_WORD}[- ](?P<day>\d{{1,2}})",
        rf"{_WORD}[ \-/]?(?:de )?['’]?(?P<year>\d{{4}})",
        r"(?P<year>\d{4}) ?[年년] ?(?P<month>\d{1,2}) ?[月월](?: ?(?P<day>\d{1,2}) ?[日일])?",
        r"(?P<year>\d{4})[-/](?P<month>\d{2})",
        r"(?P<year>\d{4})[- ]?(?:Q|q)(?P<quarter>[1-4])",
        r"(?P<year>\d{4})-?[Ww](?P<week>\d{2})(?:-?(?P<weekday>[1-7]))?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?=T)",
    )
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2}))(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>[AaPp]\.?[Mm]\.?))?(?: ?(?:h|Uhr))?|(?P<whole>\d{1,2}) ?(?P<whole_half>[AaPp]\.?[Mm]\.?)"
)
_TIME_NAME = re.compile(
    r"time|date|epoch|stamp|unix|created|updated|modified|_at$|_ts$|^ts$|^ts_|datum|zeit|fecha|when", re.IGNORECASE
)
_DATE_NAME = re.compile(r"date|day|datum|tag|fecha|jour|dia|ymd|period|month|dt$|^dt|time|stamp", re.IGNORECASE)
_EPOCH = {"seconds": (4e8, 4.2e9), "milliseconds": (4e11, 4.2e12)}  # 1982 to 2103
_WORKBOOK = (20_000, 80_000)  # days since 1899-12-30: 1954 to 2119


@dataclass(frozen=True)
class DateStyle:
    """How a column writes dates.

    Args:
        form: As a date in words and digits, as a time of the day, or as a number of something.
        order: Of day, month and year, where they stand beside each other as numbers; "named" where months have names.
        is_sure: Whether the values themselves tell the order.
        has_zone: Whether some name a time zone; hours are left as written.
    """

    form: Form
    order: Order = "ymd"
    is_sure: bool = True
    has_zone: bool = False

    @property
    def is_clock(self) -> bool:
        """Whether it has times of the day without days."""
        return self.form == "clock"


def date_style(
    values: Sequence[str], name: str = "", *, day_first: bool | None = None, is_chosen: bool = False
) -> DateStyle | None:
    """Return how values write dates, None where they are none.

    Args:
        values: The different ones that are there, in the order of the rows, as written.
        name: Of their column: numbers are dates only where it speaks of time.
        day_first: What to take where "03/04/2024" could be both; None lets the values and habits decide.
        is_chosen: Whether somebody said that they are dates.
    """
    values = [value.strip() for value in values if value.strip()][:_ENOUGH]
    if not values or any(len(value) > LONGEST for value in values):
        return None
    if all(value.isascii() and value.removesuffix(".0").isdigit() for value in values):
        return _of_numbers([value.removesuffix(".0") for value in values], name, is_chosen)
    first = values[:_FIRST]
    if sum(_match(value) is not None or _CLOCK.fullmatch(value) is not None for value in first) < len(first) / 2:
        return None
    found = [match for value in values if (match := _match(value)) is not None]
    if len(found) >= _SURE * len(values):
        order, is_sure = _order(found, day_first)
        style = DateStyle("written", order, is_sure, any(m.groupdict().get("zone") for m in found))
        read = sum(_seconds(match, style) is not None for match in found)
        return style if read >= _SURE * len(values) else None
    clocks = sum(_clock_seconds(value) is not None for value in values)
    return DateStyle("clock") if clocks >= _SURE * len(values) else None


def parse_dates(values: Sequence[str], style: DateStyle) -> tuple[NDArray[np.float64], list[int]]:
    """Return seconds since 1970 (or midnight), NaN if missing, and positions of non-dates.

    Args:
        values: (N,) as written.
        style: Of their column.
    """
    read = _READERS[style.form]
    known: dict[str, float | None] = {}
    seconds, unreadable = np.full(len(values), np.nan), []
    for position, value in enumerate(values):
        if value not in known:
            known[value] = float("nan") if is_missing(value) else read(value.strip()[:LONGEST], style)
        if (found := known[value]) is None:
            unreadable.append(position)
        else:
            seconds[position] = found
    return seconds, unreadable


def _of_numbers(values: Sequence[str], name: str, is_chosen: bool) -> DateStyle | None:
    """Return how numbers write dates: 20260131, or seconds or milliseconds since 1970."""
    numbers = np.array([float(value) for value in values])
    digits = [value for value in values if len(value) == 8 and _of_digits(value, DateStyle("digits")) is not None]
    years = [int(value[:4]) for value in digits]
    if len(digits) >= _SURE * len(values) and len(set(digits)) > 2:
        is_likely = bool(_DATE_NAME.search(name)) or max(years) - min(years) <= 100
        if is_chosen or (is_likely and min(years) >= 1900 and max(years) <= 2100):
            return DateStyle("digits")
    if not is_chosen and not _TIME_NAME.search(name):
        return None
    for form, (low, high) in _EPOCH.items():
        if ((numbers >= low) & (numbers <= high)).all():
            return DateStyle("seconds" if form == "seconds" else "milliseconds")
    if is_chosen and ((numbers >= _WORKBOOK[0]) & (numbers <= _WORKBOOK[1])).all():
        return DateStyle("days")
    return None


def _match(value: str) -> re.Match[str] | None:
    for pattern in _PATTERNS:
        if (match := pattern.fullmatch(value)) is not None:
            return match
    return None


def _order(found: Sequence[re.Match[str]], day_first: bool | None) -> tuple[Order, bool]:
    """Return the order of day, month and year, and whether the values tell it."""
    numeric = [m for m in found if "sign" in m.groupdict()]
    if sum("month_name" in m.groupdict() for m in found) > len(found) / 2:
        return "named", True
    if not numeric or sum(len(m["a"]) >= 3 for m in numeric) > len(numeric) / 2:
        return "ymd", True
    firsts, seconds = [int(m["a"]) for m in numeric], [int(m["b"]) for m in numeric]
    votes: Counter[Order] = Counter()
    votes["dmy"] = sum(12 < first <= 31 for first in firsts)
    votes["mdy"] = sum(12 < second <= 31 for second in seconds)
    if votes["dmy"] != votes["mdy"]:
        return votes.most_common(1)[0][0], min(votes.values()) == 0
    if day_first is not None:
        return ("dmy" if day_first else "mdy"), False
    orders: tuple[Order, Order] = ("dmy", "mdy")
    uneven = {order: _unevenness(numeric, DateStyle("written", order)) for order in orders}
    if uneven["dmy"] != uneven["mdy"]:  # dates mostly stand in their order, at an even pace
        return min(orders, key=lambda order: uneven[order]), False
    return ("mdy" if numeric[0]["sign"] == "/" else "dmy"), False


def _unevenness(found: Sequence[re.Match[str]], style: DateStyle) -> tuple[int, float]:
    """Return how often time changes direction between values, and how step sizes vary."""
    seconds = [moment for m in found if (moment := _seconds(m, style)) is not None]
    steps = np.diff(np.array(seconds))
    if not len(steps):
        return 0, 0.0
    turns = int((np.sign(steps[1:]) != np.sign(steps[:-1])).sum())
    return turns, round(float(steps.std() / max(float(np.abs(steps).mean()), 1.0)), 6)


def _written(value: str, style: DateStyle) -> float | None:
    match = _match(value)
    return None if match is None else _seconds(match, style)


def _seconds(match: re.Match[str], style: DateStyle) -> float | None:
    parts = match.groupdict()
    day = _day_of(parts, style)
    if day is None:
        return None
    if parts.get("hour") is None:
        return float(day * _DAY_S)
    time = _time(parts["hour"], parts["minute"], parts["second"], parts["half"])
    return None if time is None else day * _DAY_S + time


def _day_of(parts: "dict[str, str | None]", style: DateStyle) -> int | None:
    year, month, day = parts.get("year"), parts.get("month"), parts.get("day") or "1"
    if (first := parts.get("a")) is not None:
        second, third = parts["b"] or "", parts["c"] or ""
        if len(first) >= 3 or style.order == "ymd":
            year, month, day = first, second, third
        else:
            day, month = (second, first) if style.order == "mdy" else (first, second)
            year = third if len(third) > 1 else None
    if (name := parts.get("month_name")) is not None:
        month = str(month_of(name))
    if (quarter := parts.get("quarter")) is not None:
        month = str(3 * int(quarter) - 2)
    if year is None:
        return None
    whole = int(year) + (0 if len(year) > 2 else 1900 if int(year) > 68 else 2000)
    try:
        if (week := parts.get("week")) is not None:
            return date.fromisocalendar(whole, int(week), int(parts.get("weekday") or 1)).toordinal() - _EPOCH_DAY
        return date(whole, int(month or 1), int(day)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


_EPOCH_DAY = date(1970, 1, 1).toordinal()


def _time(hour: str | None, minute: str | None, second: str | None, half: str | None) -> int | None:
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and minutes):
        return None
    return 3600 * hours + 60 * minutes + seconds


def _clock_seconds(value: str, style: DateStyle | None = None) -> float | None:
    match = _CLOCK.fullmatch(value)
    if match is None:
        return None
    if match["whole"]:
        found = _time(match["whole"], None, None, match["whole_half"])
    else:
        found = _time(match["hour"], match["minute"], match["second"], match["half"])
    return None if found is None else float(found % _DAY_S)


def _of_digits(value: str, style: DateStyle) -> float | None:
    value = value.removesuffix(".0")
    if len(value) != 8 or not value.isascii() or not value.isdigit():
        return None
    try:
        return float((date(int(value[:4]), int(value[4:6]), int(value[6:])).toordinal() - _EPOCH_DAY) * _DAY_S)
    except ValueError:
        return None


def _scaled(factor: float, offset: float) -> "Callable[[str, DateStyle], float | None]":
    def read(value: str, style: DateStyle) -> float | None:
        try:
            number = float(value)
        except ValueError:
            return None
        return number * factor + offset if abs(number * factor + offset) < 2.5e11 else None

    return read


_READERS: "dict[Form, Callable[[str, DateStyle], float | None]]" = {
    "written": _written,
    "clock": _clock_seconds,
    "digits": _of_digits,
    "seconds": _scaled(1, 0),
    "milliseconds": _scaled(1e-3, 0),
    "days": _scaled(_DAY_S, -25_569 * _DAY_S),
}
