"""The layout of a sheet: table columns, first row, and merged cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.data.tables.header import find_layout, header_cells
from core.data.tables.header_rows import Header, read_header
from core.data.tables.table import check_width, column_names
from core.specs.dataset_types import Finding, Guess, ImportOptions

Span = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0
_FEWEST_COLUMNS = 2  # of a table beside another
MOST_SPANS = 100_000
_MOST_COVERED = 1_000_000  # cells


@dataclass(frozen=True)
class SheetLayout:
    """What a sheet's table is.

    Args:
        names: Of its columns.
        skip: Rows above the first one of data.
        first_column: Of the table, from 0.
        has_header: Whether its first row names the columns.
        covered: Row -> column -> the row whose text goes for it too, where cells below each other are merged.
        notes: Whole sentences.
        findings: Of names that were made up, and of other tables beside.
        guesses: What was taken for what.
    """

    names: tuple[str, ...]
    skip: int
    first_column: int
    has_header: bool
    covered: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    guesses: tuple[Guess, ...] = ()


def lay_out(rows: Sequence[Sequence[str]], spans: Sequence[Span], options: ImportOptions, file: str) -> SheetLayout:
    """Return what a sheet's table is.

    Raises:
        DataError: There are too many columns, or none.
    """
    begin, end, others = _table_columns(rows)
    block = [list(row[begin:end]) for row in rows]
    layout = find_layout(block, options.has_header)
    header = Header([""] * layout.width, 0)
    if layout.has_header:
        _fill_right(block, spans, begin, layout.begin)
        below = block[layout.begin + 1 :]
        header = read_header(header_cells(block[layout.begin], layout.width, below), below)
    check_width(len(header.cells), file)
    names, notes, findings = column_names(header.cells, file)
    if not layout.has_header:
        notes, findings = ("The first row is taken as data: it does not look like names of columns.",), ()
    above = sum(any(cell.strip() for cell in row) for row in block[: layout.begin])
    if above:
        notes = (f"{layout.begin} row{'s' * (layout.begin > 1)} above the table left out.", *notes)
    skip = layout.begin + header.rows
    covered = _covered(spans, skip)
    if covered:
        notes = (*notes, "Cells that are merged downwards count in each of the rows that they cover.")
    if others:
        findings = (*findings, _beside(others, file))
        notes = (*notes, findings[-1].message)
    return SheetLayout(
        names, skip, begin, layout.has_header, covered, (*header.notes, *notes), findings, header.guesses
    )


def _table_columns(rows: Sequence[Sequence[str]]) -> tuple[int, int, list[int]]:
    """Return the columns of a sheet's fullest table, and other tables' first columns.

    The other tables are those beside it.
    """
    width = max(map(len, rows), default=0)
    filled = [sum(bool(row[i].strip()) for row in rows if i < len(row)) for i in range(width)]
    blocks: list[tuple[int, int]] = []
    for i in (i for i, count in enumerate(filled) if count):
        if blocks and blocks[-1][1] == i:
            blocks[-1] = (blocks[-1][0], i + 1)
        else:
            blocks.append((i, i + 1))
    wide = [block for block in blocks if block[1] - block[0] >= _FEWEST_COLUMNS]
    if len(wide) < 2:
        return 0, width, []
    best = max(wide, key=lambda block: (sum(filled[block[0] : block[1]]), -block[0]))
    return (*best, [block[0] for block in wide if block != best])


def _fill_right(block: list[list[str]], spans: Sequence[Span], first_column: int, begin: int) -> None:
    """Write the text of merged header cells into all columns that they cover."""
    for top, left, bottom, right in spans:
        if begin <= top < len(block) and top <= begin + 2 and right > left and bottom - top < 3:
            at = left - first_column
            row = block[top]
            for i in range(max(at, 0), min(right - first_column + 1, len(row))):
                row[i] = row[at] if 0 <= at < len(row) else ""


def _covered(spans: Sequence[Span], skip: int) -> dict[int, dict[int, int]]:
    """Return which cells below the header are covered by one above them."""
    found: dict[int, dict[int, int]] = {}
    count = 0
    for top, left, bottom, right in spans[:MOST_SPANS]:
        if top >= skip and left == right and count + bottom - top <= _MOST_COVERED:
            count += bottom - top
            for row in range(top + 1, bottom + 1):
                found.setdefault(row, {})[left] = top
    return found


def _beside(columns: Sequence[int], file: str) -> Finding:
    letters = ", ".join(_letters(column) for column in columns[:5])
    return Finding(
        code="other-tables",
        severity="note",
        count=len(columns),
        examples=tuple(f"column {_letters(column)}" for column in columns[:5]),
        message=f"The sheet of {file} holds several tables side by side; the fullest is taken. Left out: what begins "
        f"in column {letters}.",
        why="If another table is meant, put it on a sheet of its own and import that.",
    )


def _letters(column: int) -> str:
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
