"""Parsing of human-written numbers such as "8GB", "1.234,50 EUR", "12 %" and "$50k-$60k".

Others are "1.37kg", "$1,299.00", "9.1K" and "(300)".

How a column writes its numbers is found out once, from its values together: a lone "1.234" could be anything.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.tables.column_units import BARE, Incomparable, Spelling, Units, several_kinds, told, understand
from core.data.tables.written_numbers import LONGEST, SPACES, Amount, Form, Written, take_apart

MISSING = frozenset(  # among numbers only
    """
    na n/a n.a. #n/a null none nil nan <na> - -- – — ? . .. ... #value! #ref! #div/0! #num! #name? k.a. unknown missing
    """.split()  # noqa: SIM905 (a list of so many strings would be a page long)
) | {"", "k. a."}
Decimal = Literal[".", ","]

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_GROUP_SIGNS = re.compile(rf"[{SPACES}'’.,]")
_LEADING_ZERO = re.compile(r"0\d+")
_SURE = 0.95  # share of the values that must be numbers
_ENOUGH, _LIKELY = 100, 0.8  # of the first values so many must be numbers before all are looked at
_RANGES_ALONE = 0.7  # share of bare ranges, such as "18-24", from which on they are names of groups, or scores


@dataclass(frozen=True)
class NumberStyle:
    """How a column writes its numbers.

    Args:
        decimal: The sign before the fraction.
        unit: In which the numbers are given, as most of them write it; "" if nothing.
        units: What else may stand before or after a number, and what it counts for.
        says: In words, what the numbers were made from: "'K' counts as 1,000".
    """

    decimal: Decimal = "."
    unit: str = ""
    units: Units = field(default_factory=Units)
    says: tuple[str, ...] = field(default=(), compare=False)


def is_plain_number(text: str) -> bool:
    """Return whether a text is a number as programs write it."""
    return _PLAIN.fullmatch(text.strip()) is not None


def is_missing(text: str) -> bool:
    """Return whether a text stands for no number at all."""
    return len(text) <= LONGEST and text.strip().lower() in MISSING


def has_leading_zeros(values: Sequence[str]) -> bool:
    """Return whether numbers begin with zeros, as postcodes and other codes do."""
    return any(_LEADING_ZERO.fullmatch(value.strip()) for value in values)


def number_style(values: Sequence[str], hint: Decimal = ".", name: str = "") -> NumberStyle | None:
    """Return how values write numbers, or None if they are no numbers.

    Args:
        values: Those that are there, as written.
        hint: The decimal sign where no value tells.
        name: Of the column, which may tell what a unit means.
    """
    found = _taken_apart(values)
    if not found or sum(one.is_bare_range for one in found) > _RANGES_ALONE * len(found):
        return None
    decimal = _decimal([amount.digits for one in found for amount in one.amounts], hint)
    counts, sizes = _spellings(found, decimal)
    units = understand(counts, sizes, name)
    if units is None:
        return None
    style = NumberStyle(decimal, units.unit, units, (*told(units, counts), *_forms(values, found)))
    unread = sum(_value(one, style) is None for one in found)
    return style if unread <= (1 - _SURE) * len(found) else None


def style_in(unit: str, values: Sequence[str], hint: Decimal = ".") -> NumberStyle:
    """Return the number style of values in a known unit.

    The unit is for example that of a column learnt before.

    Args:
        unit: As `NumberStyle.unit` has it; "" for none.
        values: Those that are there, as written.
        hint: The decimal sign where no value tells.
    """
    found = number_style(values, hint) or NumberStyle()
    if not unit or found.unit == unit:
        return found
    spoken = [value for value in values if not is_plain_number(value)]
    for sample in (f"1 {unit}", f"{unit}1", f"{unit.partition(' ')[0]}1 {unit.partition(' ')[2]}"):
        known = number_style([*spoken, *[sample] * (len(spoken) + 1)], hint)
        if known is not None and known.unit == unit:
            return replace(known, units=replace(known.units, takes_bare=True))
    return found


def why_no_number(values: Sequence[str]) -> Incomparable:
    """Return why values with units cannot be compared; else, or for no numbers, empty."""
    counts, _ = _spellings(_taken_apart(values), ".")
    return several_kinds(counts)


def parse_number(text: str, style: NumberStyle) -> float | None:
    """Return the number written in a text; NaN where missing, None where unreadable."""
    if is_missing(text):
        return float("nan")
    written = take_apart(text)
    return None if written is None else _value(written, style)


def parse_numbers(values: Sequence[str], style: NumberStyle) -> tuple[NDArray[np.float64], list[int]]:
    """Return the numbers, NaN where missing or unreadable, and the positions of unreadable values.

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


def _taken_apart(values: Sequence[str]) -> list[Written]:
    """Return what the values write; nothing where too few of them are numbers."""
    beginning = values[:_ENOUGH]
    if sum(take_apart(value) is not None for value in beginning) < _LIKELY * len(beginning):
        return []
    parts = [take_apart(value) for value in values]
    found = [part for part in parts if part is not None]
    return found if len(found) >= _SURE * len(values) else []


def _spellings(found: Sequence[Written], decimal: Decimal) -> tuple[Counter[Spelling], dict[Spelling, float]]:
    """Return the count and the median size of numbers for each unit spelling."""
    numbers: dict[Spelling, list[float]] = {}
    for amount in (amount for one in found for amount in one.amounts):
        size = abs(float(_digits(amount, decimal) or 0.0))
        if size or amount.unit:  # a bare nought is nought in every unit
            numbers.setdefault((amount.before, amount.after), []).append(size)
    counts = Counter({spelling: len(of_it) for spelling, of_it in numbers.items()})
    return counts, {spelling: float(np.median(of_it)) for spelling, of_it in numbers.items()}


def _forms(values: Sequence[str], found: Sequence[Written]) -> tuple[str, ...]:
    """Return how ranges and bounds among values are counted, with a first example each."""
    if all(one.form == "one" for one in found):
        return ()
    shown: dict[Form, str] = {}
    for value in values:
        written = take_apart(value)
        if written is not None:
            shown.setdefault(written.form, value.strip())
    words: dict[Form, str] = {
        "range": "'{}' counts as its middle",
        "at least": "'{}' counts as the number itself",
        "at most": "'{}' counts as the number itself",
        "parts": "'{}' is added up",
    }
    return tuple(said.format(shown[form]) for form, said in words.items() if form in shown)


def _value(written: Written, style: NumberStyle) -> float | None:
    """Return the number in the column's unit; None where it is not a number."""
    if len(written.amounts) == 1:
        return _amount(written.amounts[0], style)
    values = [_amount(amount, style) for amount in written.amounts]
    there = [value for value in values if value is not None]
    if len(there) < len(values):
        return None
    if written.form == "range":
        low, high = there
        return (low + high) / 2 if low <= high else None  # "2-1" is the score of a game
    if any(after >= before for before, after in pairwise(there) if before):
        return None  # "5 min 2 h" is no duration
    return float(sum(there))


def _amount(amount: Amount, style: NumberStyle) -> float | None:
    digits = _digits(amount, style.decimal)
    if digits is None:
        return None
    sign = -1 if amount.is_negative else 1
    if style.unit and not style.units.unit:  # a style that somebody made of a unit alone
        bare_or_same = _same_unit(amount.unit) in ("", _same_unit(style.unit))
        return sign * float(digits) if bare_or_same else None
    found = style.units.conversion(amount.before, amount.after)
    if found is None:
        return 0.0 if (amount.before, amount.after) == BARE and not float(digits) else None
    factor, summand = found
    is_plain = factor == 1 and not summand
    if not is_plain and len(amount.power) > 4:
        return None  # such a power of ten takes long to work out, and nobody writes one with a unit
    number = float(digits) if is_plain else float(Fraction(digits) * factor + sign * summand)
    return sign * number if math.isfinite(number) else None


def _digits(amount: Amount, decimal: Decimal) -> str | None:
    """Return digits in plain program notation; None where their separators make no sense."""
    digits = amount.digits
    group = "," if decimal == "." else "."
    whole, _, fraction = digits.rpartition(decimal) if decimal in digits else (digits, "", "")
    if decimal in whole:
        if fraction and len(fraction) != 3:
            return None
        whole, fraction = whole.replace(decimal, "") + fraction, ""  # "1.234.567": it groups after all
    if group in fraction:
        return None
    groups = _GROUP_SIGNS.split(whole)
    if not _are_groups(groups):
        return None
    return f"{''.join(groups) or '0'}.{fraction or '0'}{amount.power}"


def _are_groups(groups: Sequence[str]) -> bool:
    """Check whether digit groups are thousands: 1 234 567, or Indian 12 34 567."""
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
    """Return a unit without case and plural, so "1 day" and "7 Days" agree."""
    return unit.casefold().rstrip("s.")


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
    """Return the decimal sign that a number implies; None where it is ambiguous."""
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
    if any(space in before for space in SPACES + "'’"):
        return sign
    return sign if len(after) != 3 or len(before) > 3 or before in ("", "0") else None
