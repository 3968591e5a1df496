"""Numbers as people write them: "8GB", "1.37kg", "1.234,50 EUR", "$1,299.00", "12 %", "(300)".

How a column writes its numbers is found out once, from its values together: a lone "1.234" could be anything.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MISSING = frozenset({"", "na", "n/a", "#n/a", "null", "none", "nan", "-", "--", "?", "."})  # among numbers only
Decimal = Literal[".", ","]

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_SPACES = " \u00a0\u2009\u202f"
_GROUPED = rf"\d{{1,3}}(?:[{_SPACES}'’.,]\d{{3}})+(?:[.,]\d+)?"
_INDIAN = r"\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?"
_CODES = "EUR USD GBP CHF JPY CNY RMB INR AUD CAD NZD SEK NOK DKK PLN CZK HUF BRL MXN ZAR KRW TRY SGD HKD THB RUB"
_CURRENCY = rf"(?:[A-Z]{{0,3}}[$€£¥₹₽₩₺₫₴]|[~≈]|Rs\.?|{_CODES.replace(' ', '|')})"
_GROUP_SIGNS = re.compile(rf"[{_SPACES}'’.,]")
_WRITTEN = re.compile(
    r"(?P<open>\()?(?P<sign>[+\-−–]?)\s*(?P<before>" + _CURRENCY + r")?\s*(?P<sign2>[+\-−–]?)"
    rf"(?P<digits>{_GROUPED}|{_INDIAN}|\d+(?:[.,]\d*)?|[.,]\d+)(?P<power>[eE][+-]?\d{{1,3}})?"
    r"\s*(?P<after>[^\d\s.,;:()\"'+\-–*/_][^\d.,;:()\"']{0,14}?\.?)?(?(open)\))"
)
_LEADING_ZERO = re.compile(r"0\d+")


@dataclass(frozen=True)
class NumberStyle:
    """How a column writes its numbers.

    Args:
        decimal: The sign before the fraction.
        unit: What stands before or after each number, as most of them write it; "" if nothing.
    """

    decimal: Decimal = "."
    unit: str = ""


def is_plain_number(text: str) -> bool:
    """Return whether a text is a number as programs write it."""
    return _PLAIN.fullmatch(text.strip()) is not None


def is_missing(text: str) -> bool:
    """Return whether a text stands for no number at all."""
    return text.strip().lower() in MISSING


def has_leading_zeros(values: Sequence[str]) -> bool:
    """Return whether numbers begin with zeros, as postcodes and other codes do."""
    return any(_LEADING_ZERO.fullmatch(value.strip()) for value in values)


def number_style(values: Sequence[str], hint: Decimal = ".") -> NumberStyle | None:
    """Return how values write numbers, or None if they are no numbers.

    Args:
        values: Those that are there, as written.
        hint: The decimal sign where no value tells.
    """
    parts = [_WRITTEN.fullmatch(value.strip()) for value in values]
    found = [part for part in parts if part is not None]
    if not found or len(found) < 0.95 * len(values):
        return None
    units = Counter(_unit(part) for part in found)
    named = Counter({unit: count for unit, count in units.items() if unit})
    if len({_same_unit(unit) for unit in named}) > 1:
        return None  # "512GB" and "1TB" are not to be mixed up
    unit = named.most_common(1)[0][0] if named else ""
    return NumberStyle(_decimal([part["digits"] for part in found], hint), unit)


def units_of(values: Sequence[str]) -> list[str]:
    """Return the units of values that are numbers with one, the most frequent first."""
    parts = [_WRITTEN.fullmatch(value.strip()) for value in values]
    if sum(part is not None for part in parts) < 0.95 * len(values):
        return []
    units = Counter(_unit(part) for part in parts if part is not None)
    return [unit for unit, _ in units.most_common() if unit]


def parse_number(text: str, style: NumberStyle) -> float | None:
    """Return the number that a text writes; NaN where it is missing, None where it is something else."""
    if is_missing(text):
        return float("nan")
    part = _WRITTEN.fullmatch(text.strip())
    if part is None or (style.unit and _same_unit(_unit(part)) not in ("", _same_unit(style.unit))):
        return None
    digits = part["digits"]
    group = "," if style.decimal == "." else "."
    whole, _, fraction = digits.rpartition(style.decimal) if style.decimal in digits else (digits, "", "")
    if style.decimal in whole:
        if fraction and len(fraction) != 3:
            return None
        whole, fraction = whole.replace(style.decimal, "") + fraction, ""  # "1.234.567": it groups after all
    if group in fraction:
        return None
    groups = _GROUP_SIGNS.split(whole)
    if not _are_groups(groups):
        return None
    whole = "".join(groups)
    number = float(f"{whole or '0'}.{fraction or '0'}{part['power'] or ''}")
    negative = part["open"] or part["sign"] in ("-", "−", "–") or part["sign2"] in ("-", "−", "–")
    if not np.isfinite(number):
        return None
    return -number if negative and part["sign"] != "+" else number


def parse_numbers(values: Sequence[str], style: NumberStyle) -> tuple[NDArray[np.float64], list[int]]:
    """Return the numbers (NaN where missing or unreadable) and the positions of those that are unreadable.

    Args:
        values: (N,) as written.
        style: Of their column.

    Returns:
        (N,) numbers, and positions in them.
    """
    if style == NumberStyle():
        try:
            quick = np.array([float(value) for value in values], dtype=np.float64)
        except ValueError:
            pass
        else:
            if np.isfinite(quick).all():
                return quick, []
    known: dict[str, float | None] = {}  # columns repeat themselves
    unreadable = []
    numbers = np.full(len(values), np.nan)
    for position, value in enumerate(values):
        if value not in known:
            known[value] = parse_number(value, style)
        number = known[value]
        if number is None:
            unreadable.append(position)
        else:
            numbers[position] = number
    return numbers, unreadable


def _are_groups(groups: Sequence[str]) -> bool:
    """Return whether pieces of digits are groups of thousands: 1 234 567, or in India 12 34 567."""
    if len(groups) == 1:
        return True
    first, *middle, last = groups
    return (
        1 <= len(first) <= 3
        and len(last) == 3
        and len({len(piece) for piece in middle} - {3}) <= 1
        and all(len(piece) in (2, 3) for piece in middle)
    )


def _same_unit(unit: str) -> str:
    """Return a unit without case and plural, so that "1 day" and "7 Days" agree."""
    return unit.casefold().rstrip("s.")


def _unit(part: re.Match[str]) -> str:
    """Return what stands before and after a number."""
    return " ".join(filter(None, ((part["before"] or "").strip(), (part["after"] or "").strip())))


def _decimal(digits: Sequence[str], hint: Decimal) -> Decimal:
    """Return the decimal sign on which the values agree best."""
    votes: Counter[Decimal] = Counter()
    for text in digits:
        vote = _vote(text)
        if vote is not None:
            votes[vote] += 1
    if votes["."] != votes[","]:
        return "." if votes["."] > votes[","] else ","
    if not any("." in text or "," in text for text in digits):
        return "."
    if hint == "," or not any("," in text for text in digits):
        return hint if any("," in text for text in digits) else "."
    return "."


def _vote(text: str) -> Decimal | None:
    """Return the decimal sign that one number must have, or None where it could be either."""
    last_point, last_comma = text.rfind("."), text.rfind(",")
    if last_point >= 0 and last_comma >= 0:
        return "." if last_point > last_comma else ","
    sign: Decimal = "." if last_point >= 0 else ","
    other: Decimal = "," if sign == "." else "."
    count = text.count(sign)
    if count == 0:
        return None
    if count > 1:
        return other
    before, after = text.split(sign)
    if any(space in before for space in _SPACES + "'’"):
        return sign
    return sign if len(after) != 3 or len(before) > 3 or before in ("", "0") else None
