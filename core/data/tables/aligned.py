"""Text tables without separators, as old programs write: blank-separated or fixed-width cells."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from core.data.tables.numbers import is_missing, is_plain_number

BLANKS, GAPS = " ", "  "  # any blank separates cells; only two or more do, or a tab
Split = Callable[[str], list[str]]
_TOKEN = re.compile(r'"[^"\n]*"|\S+')
_GAP = re.compile(r"\t\s*| {2}\s*")
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
_LINES = 500  # that decide
_LONGEST = 2_000  # characters of a line that may be one of columns
_FEWEST_LINES = 3
_EVEN = 0.95  # of the lines have the same number of cells
_NUMBERS = 0.3  # of the cells, at least: words that stand in columns by chance are no table


class LineReader:
    """Reads lines as rows, as `csv.reader` does.

    Args:
        lines: With their ends.
        split: Takes the cells out of a line.
    """

    def __init__(self, lines: Iterable[str], split: Split) -> None:
        self._lines, self._split, self.line_num = iter(lines), split, 0

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        line = next(self._lines)
        self.line_num += 1
        return [line] if line.startswith("\0") else self._split(line)


def split_blanks(line: str) -> list[str]:
    """Return a line's cells, separated by blanks; quoted text is one cell."""
    return [_unquoted(token) for token in _TOKEN.findall(line)] if '"' in line else line.split()


def split_gaps(line: str) -> list[str]:
    """Return the cells of a line, apart by tabs or two blanks and more."""
    text = line.strip()
    return [_unquoted(cell.strip()) for cell in _GAP.split(text)] if text else []


def split_at(begins: Sequence[int]) -> Split:
    """Return what cuts a line into columns."""
    ends = [*begins[1:], None]

    def split(line: str) -> list[str]:
        wide = line.rstrip().expandtabs()
        if not wide:
            return []
        return [wide[begin:end].strip() for begin, end in zip(begins, ends, strict=True)]

    return split


def find_aligned(sample: str, is_whole: bool) -> tuple[str, tuple[int, ...]] | None:
    """Return how cells are separated in a table without separators; None for other text.

    Args:
        sample: Its first lines.
        is_whole: Whether the sample is the whole table.

    Returns:
        `BLANKS` or `GAPS`; or "" and where columns of fixed width begin.
    """
    lines = [line for line in sample.split("\n")[: _LINES + 1] if line.strip()]
    lines = lines if is_whole and len(lines) <= _LINES else lines[:-1]
    if len(lines) < _FEWEST_LINES or max(map(len, lines)) > _LONGEST:
        return None
    for way, split in ((BLANKS, split_blanks), (GAPS, split_gaps)):
        if _is_table([split(line) for line in lines]):
            return way, ()
    for way, split in ((GAPS, split_gaps), (BLANKS, split_blanks)):
        if _is_table([split(line) for line in lines], has_row_names=True):
            return way, ()
    for beginning in (lines, lines[1:]):  # a header may be wider than its column
        begins = _begins(beginning)
        if len(begins) > 1 and _is_table([split_at(begins)(line) for line in beginning]):
            return "", begins
    return None


def number_share(rows: Iterable[Sequence[str]]) -> float:
    """Return the share of filled cells below the first row that look like numbers."""
    cells = [cell.strip() for row in list(rows)[1:] for cell in row if cell.strip()]
    return sum(map(_is_number, cells)) / len(cells) if cells else 0.0


def _is_table(rows: Sequence[Sequence[str]], has_row_names: bool = False) -> bool:
    """Return whether lines are a table.

    Args:
        rows: Their cells.
        has_row_names: Whether the header lacks a name for them, as R writes it.
    """
    width, count = Counter(map(len, rows[1:])).most_common(1)[0]
    is_even = count >= _EVEN * (len(rows) - 1) and len(rows[0]) == width - has_row_names
    if has_row_names and len({row[0] for row in rows[1:] if row}) < len(rows) - 1:
        return False
    return width > 1 and is_even and number_share(rows) >= _NUMBERS


def _is_number(cell: str) -> bool:
    return is_plain_number(cell) or is_missing(cell) or _COMMA_NUMBER.fullmatch(cell) is not None


def _begins(lines: Sequence[str]) -> tuple[int, ...]:
    """Return column starts: after each run of positions that are blank in all lines."""
    wide = [line.rstrip().expandtabs() for line in lines]
    length = max(map(len, wide), default=0)
    used = [any(place < len(line) and line[place] != " " for line in wide) for place in range(length)]
    return tuple(place for place in range(length) if used[place] and (place == 0 or not used[place - 1]))


def _unquoted(token: str) -> str:
    return token[1:-1] if len(token) > 1 and token[0] == token[-1] == '"' else token
