"""Where a table begins, after empty rows and titles, and whether a header exists."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.tables.header_rows import has_two_rows
from core.data.tables.numbers import is_plain_number

# Names that columns of such tables have, in lower case without marks; one of them makes a row a header.
KNOWN_NAMES = frozenset(
    """
    airline_sentiment amount answer body category class comment comments content date description document emotion fold
    id index intent label labels message messages name polarity price question rating review reviews score sentence
    sentences sentiment set split stars tag target text texts title topic tweet tweets value y
    """.split()  # noqa: SIM905 (a list of forty-five strings would be a page long)
)
_NAME = re.compile(r"[^\W\d][\w .\-/()%€$£#:?&']{0,59}$")
_MOST_TITLE_ROWS = 10
_TITLE_CELLS = 2  # at most, from the left
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Layout:
    """Where a table begins.

    Args:
        begin: Rows above the header (or above the first row of data where there is none).
        has_header: Whether the first row names the columns.
        width: Cells of most rows.
    """

    begin: int
    has_header: bool
    width: int


def find_layout(rows: Sequence[Sequence[str]], has_header: bool | None) -> Layout:
    """Return where a table begins.

    Args:
        rows: The first rows, some may be empty.
        has_header: What the user said; None if nothing.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    usual_filled = _most_common([count for count in filled if count])
    begin = next((i for i, count in enumerate(filled) if count), 0)
    if usual_filled > 1:
        usual = _most_common([len(row) for row in rows if any(row)])
        first_wide = next((i for i, row in enumerate(rows) if filled[i] > 1 or _is_bare_header(row, usual)), begin)
        if first_wide - begin <= _MOST_TITLE_ROWS and first_wide < len(rows) - 1:
            begin = first_wide
        while begin + 1 < len(rows) and _is_title(rows[begin], rows[begin + 1], usual_filled):
            begin += 1
    body = [row for row in rows[begin + 1 :] if any(row)]
    width = _most_common([len(row) for row in body]) or (len(rows[begin]) if rows else 0)
    if has_header is None:
        has_header = bool(rows) and (has_two_rows(rows[begin], body) or _names_columns(rows[begin], body))
    return Layout(begin, has_header, width)


def header_cells(cells: Sequence[str], width: int, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table's column names, as many as its rows have cells."""
    names = list(cells)
    while len(names) > width and not names[-1].strip():
        names.pop()  # separators at the line's end
    if len(names) == width - 1 and any(len(row) == width and row[-1].strip() for row in rows):
        return ["", *names]  # R and some spreadsheets leave out the name of the row numbers
    return names


def _is_bare_header(row: Sequence[str], width: int) -> bool:
    """Return whether a single-cell row is a column header.

    A title would be in the first cell.
    """
    return len(row) == width and any(cell.strip() for cell in row) and not row[0].strip()


def _is_title(row: Sequence[str], below: Sequence[str], usual_filled: int) -> bool:
    """Check whether a one- or two-cell row is a title above the header.

    Pivot tables of Excel have such titles.
    """
    there = [cell.strip() for cell in row if cell.strip()]
    names = [cell.strip() for cell in below if cell.strip()]
    return (
        len(there) <= _TITLE_CELLS
        and [cell.strip() for cell in row[: len(there)]] == there
        and len(names) >= max(usual_filled, _TITLE_CELLS + 3)
        and len(set(names)) == len(names)
        and not any(is_plain_number(name) and not _YEAR.fullmatch(name) for name in names)
    )


def _names_columns(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    cells = [" ".join(cell.split()) for cell in first]
    if any(cell.lower().strip("_-. ") in KNOWN_NAMES for cell in cells):
        return True
    if any(is_plain_number(cell) for cell in cells) or not any(cells):
        return False
    below = [[row[i].strip() for row in body if i < len(row)] for i in range(len(cells))]
    if any(cell and cell in column for cell, column in zip(cells, below, strict=True)):
        return False  # a value that occurs again is no name
    if any(_mostly_numbers(column) for column in below):
        return True
    return len(set(cells)) == len(cells) and all(not cell or _NAME.match(cell) for cell in cells) and bool(body)


def _mostly_numbers(values: Sequence[str]) -> bool:
    filled = [value for value in values if value]
    return bool(filled) and sum(map(is_plain_number, filled)) >= 0.9 * len(filled)


def _most_common(numbers: Sequence[int]) -> int:
    return Counter(numbers).most_common(1)[0][0] if numbers else 0
