"""Multi-row headers: names under merged cells, and units below names.

An example is "2023" over "Visits" and "Sales".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.tables.numbers import is_missing, is_plain_number
from core.data.tables.skip_report import shortened
from core.data.tables.units import senses
from core.formatting import listed
from core.specs.dataset_types import Guess

MOST_LEVELS = 3
_MOSTLY = 0.7  # of the cells of a column are numbers
_YEAR = re.compile(r"(?:19|20)\d\d")
_OPTION = "--header or --no-header"


@dataclass(frozen=True)
class Header:
    """The names of a table's columns, from one row or several."""

    cells: list[str]
    rows: int = 1
    notes: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()


def has_two_rows(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Return whether a row of years or gaps is above the true column names."""
    numbers = [cell.strip() for cell in first if is_plain_number(cell)]
    has_gaps = any(not cell.strip() for cell in first) or len(set(numbers)) < len(numbers)
    is_grouped = has_gaps and all(_YEAR.fullmatch(number) for number in numbers)
    return is_grouped and len(body) > 2 and _is_below(body[0], list(first), body[1:])


def read_header(cells: Sequence[str], body: Sequence[Sequence[str]]) -> Header:
    """Return the names of the columns, joined where they stand in several rows."""
    levels, used = [list(cells)], 1
    notes: list[str] = []
    guesses: list[Guess] = []
    if body and _is_ruling(body[0]):
        return Header(levels[0], 2)  # the line below the names in Markdown
    while used < MOST_LEVELS and len(body) > used + 1 and _is_below(body[used - 1], levels[-1], body[used:]):
        row = _padded(body[used - 1], len(cells))
        below = [cell.strip() for cell in row if cell.strip()]
        used += 1
        if all(_is_unit(cell) for cell in below) and all(level.strip() for level in levels[-1]):
            notes.append(f"The row below the names holds units and is left out: {listed(below)}.")
            guesses.append(Guess("Row of units", shortened(" | ".join(row), 60), "it stands over numbers", _OPTION))
            break
        top = [level.strip() for level in levels[-1]]
        if all(top) and len(set(top)) == len(top):
            notes.append(f"The row below the names describes them and is left out: {listed(below, 3)}.")
            guesses.append(Guess("Row of descriptions", shortened(" | ".join(row), 60), "words over numbers", _OPTION))
            break
        levels.append(row)
    if len(levels) > 1:
        names = _joined(levels)
        shown = max(zip(names, levels[0], strict=True), key=lambda pair: len(pair[0]) - len(pair[1]))[0]
        notes.append(f"The names of the columns stand in {len(levels)} rows and are joined, such as '{shown}'.")
        value = f"in {len(levels)} rows, joined: '{shown}'"
        guesses.append(Guess("Names of the columns", value, "words stand over numbers in each", _OPTION))
        return Header(names, used, tuple(notes), tuple(guesses))
    return Header(levels[0], used, tuple(notes), tuple(guesses))


def _is_below(row: Sequence[str], above: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Return whether a row is a header row: words above columns of numbers."""
    over = [i for i in range(min(len(row), len(above))) if _mostly_numbers([r[i] for r in rest if i < len(r)])]
    there = [row[i].strip() for i in over if row[i].strip()]
    if not there or any(is_missing(cell) for cell in there):
        return False
    words = [cell for i, cell in enumerate(row) if i not in over and cell.strip()]
    if all(_YEAR.fullmatch(cell) for cell in there):
        return not words and not all(above[i].strip() for i in over)
    if any(is_plain_number(cell) or _has_only_digits(cell) for cell in there):
        return False
    return len(there) >= max(1, len(over) // 2)


def _is_ruling(row: Sequence[str]) -> bool:
    """Return whether a row only draws a line: "---", ":--:", "====="."""
    there = [cell.strip() for cell in row if cell.strip()]
    return bool(there) and all(len(cell) > 1 and not cell.strip("-=:+") for cell in there)


def _joined(levels: Sequence[Sequence[str]]) -> list[str]:
    """Return one name per column; a spanning name is only in its first cell."""
    filled = []
    for level, below in zip(levels, (*levels[1:], None), strict=False):
        row, last = [], ""
        for i, cell in enumerate(level):
            last = cell.strip() or (last if below is not None and i < len(below) and below[i].strip() else "")
            row.append(last)
        filled.append(row)
    return [" ".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*filled, strict=True)]


def _is_unit(cell: str) -> bool:
    """Return whether a cell of the header is a unit: "(kg)", "m/s", "%", "USD"."""
    if len(cell) > 2 and cell[0] in "([{" and cell[-1] in ")]}":
        return True
    return any(not sense.kind.startswith("things ") for sense in senses("", cell)) or cell in ("$", "€", "£", "¥")


def _mostly_numbers(values: Sequence[str]) -> bool:
    filled = [value for value in values if value.strip()]
    return bool(filled) and sum(map(is_plain_number, filled)) >= _MOSTLY * len(filled)


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _has_only_digits(cell: str) -> bool:
    """Return whether a cell, unlike a name, has digits and no letter."""
    return any(sign.isdigit() for sign in cell) and not any(sign.isalpha() for sign in cell)
