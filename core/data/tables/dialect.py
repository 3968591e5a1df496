"""How the cells of a text table are separated and quoted."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from core.data.tables.aligned import (
    BLANKS,
    GAPS,
    LineReader,
    find_aligned,
    number_share,
    split_at,
    split_blanks,
    split_gaps,
)
from core.errors import DataError

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t", "|")
ONE_COLUMN = "\x1f"  # the unit separator: in no text, so that each line is one cell
LONGEST_FIELD = 8_000_000  # characters; a cell that goes on for longer has lost its closing quotation mark
TITLES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", ONE_COLUMN: "nothing"}
_WRITTEN = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "bar": "|", "space": " "}
_LIBRARY_CHARACTERS = 6_000  # that the library looks at: a few hundredths of a second
_BETTER = 0.2  # share of cells that must be numbers besides, where blanks are to separate and not another sign
_CONSISTENT = 0.6  # of the rows must have the same number of cells


@dataclass(frozen=True)
class Dialect:
    """How the cells of a text table are separated and quoted."""

    delimiter: str
    quote: str = '"'  # "" where quotation marks are just characters
    escape: str = ""
    begins: tuple[int, ...] = ()  # of columns of fixed width

    @property
    def title(self) -> str:
        """The separator in words: "separated by semicolons"."""
        if self.delimiter == ONE_COLUMN:
            return "one column"
        if self.is_aligned:
            return "in columns of fixed width" if self.begins else "separated by blanks"
        return f"separated by {TITLES.get(self.delimiter, repr(self.delimiter))}"

    @property
    def is_aligned(self) -> bool:
        """Whether nothing but blanks stands between cells."""
        return bool(self.begins) or self.delimiter in (BLANKS, GAPS)

    def reader(self, lines: Iterable[str]) -> "Reader | LineReader":
        """Return the library's reader over lines; cells over 8 million characters are errors."""
        if self.is_aligned:
            split = split_at(self.begins) if self.begins else split_gaps if self.delimiter == GAPS else split_blanks
            return LineReader(lines, split)
        csv.field_size_limit(LONGEST_FIELD)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
        )


def known_delimiter(written: str) -> str:
    """Return the one character that a user means, such as by "tab".

    Raises:
        DataError: It is not one character.
    """
    delimiter = _WRITTEN.get(written.lower(), written)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise DataError(f"Cells cannot be separated by '{written}'. Give one character, such as ; or , or tab.")
    return delimiter


def find_dialect(sample: str, is_whole: bool, delimiter: str = "", preferred: str = "") -> Dialect:
    """Return how a table's cells are separated and quoted.

    Args:
        sample: Its first lines.
        is_whole: Whether the sample is the whole table; its last row may be cut off otherwise.
        delimiter: The separator if it is known.
        preferred: The separator that the file's name promises.
    """
    if delimiter:
        return _with_quoting(sample, is_whole, delimiter)
    dialects = {candidate: _with_quoting(sample, is_whole, candidate) for candidate in DELIMITERS}
    shapes = {candidate: _shape(sample, is_whole, dialect) for candidate, dialect in dialects.items()}
    order = [d for d in (preferred, _by_library(sample)) if d]
    order += sorted(DELIMITERS, key=lambda d: -shapes[d].share * min(shapes[d].width, 3))
    best = Dialect(ONE_COLUMN)
    for candidate in order:
        shape = shapes[candidate]
        if shape.width < 2 or shape.share < _CONSISTENT or (shape.first == 1 and shape.share < 0.9):
            continue  # a first line without any separator says that they are part of the text
        best = dialects[candidate]
        break
    return _aligned(sample, is_whole, best) or best


def _aligned(sample: str, is_whole: bool, other: Dialect) -> Dialect | None:
    """Return the dialect of a blank-separated table; None if another reads it better."""
    found = find_aligned(sample, is_whole)
    if found is None:
        return None
    aligned = Dialect(found[0], begins=found[1])
    if other.delimiter == ONE_COLUMN:
        return aligned
    if _holds_lists(sample, aligned, other):
        return None
    ours, theirs = (number_share(list(d.reader(StringIO(sample, newline="")))) for d in (aligned, other))
    return aligned if ours > theirs + _BETTER else None


def _holds_lists(sample: str, aligned: Dialect, other: Dialect) -> bool:
    """Return whether blanks separate list items within cells, as in "3,70 80 82"."""
    rows = list(aligned.reader(StringIO(sample, newline="")))
    if rows and not any(any(sign.isdigit() for sign in cell) for cell in rows[0]):
        return False  # as many names as numbers
    if other.delimiter == ",":
        return not any("," in cell for row in rows for cell in row[1:])
    return other.delimiter == "\t" and "  " not in sample


@dataclass(frozen=True)
class _Shape:
    width: int  # of most rows
    share: float  # of the rows that have it
    first: int  # width of the first row


def _shape(sample: str, is_whole: bool, dialect: Dialect) -> _Shape:
    """Return how regular a table would be."""
    try:
        widths = [len(row) for row in dialect.reader(StringIO(sample, newline="")) if any(row)]
    except csv.Error:
        return _Shape(0, 0.0, 0)
    if not is_whole and len(widths) > 1:
        widths.pop()
    if not widths:
        return _Shape(0, 0.0, 0)
    width, count = Counter(widths).most_common(1)[0]
    return _Shape(width, count / len(widths), widths[0])


def _by_library(sample: str) -> str:
    """Return the separator that clevercsv finds, or "" where it is not sure."""
    from clevercsv.detect import Detector
    from clevercsv.exceptions import Error

    part = sample[:_LIBRARY_CHARACTERS]
    if len(part) < len(sample):
        part = part[: part.rfind("\n") + 1] or part
    try:
        found = Detector().detect(part, delimiters=list(DELIMITERS))
    except Error:
        return ""
    return found.delimiter if found is not None and found.delimiter in DELIMITERS else ""


def _with_quoting(sample: str, is_whole: bool, delimiter: str) -> Dialect:
    """Return the dialect with the most regular rows by quoting, by default the usual."""
    usual = Dialect(delimiter)
    if usual.is_aligned:
        return usual
    share = _shape(sample, is_whole, usual).share
    others = []
    if '\\"' in sample:
        others.append(Dialect(delimiter, escape="\\"))
    if len(quoted_cells("'", delimiter).findall(sample)) > 2 * len(quoted_cells('"', delimiter).findall(sample)) + 2:
        others.append(Dialect(delimiter, quote="'"))
    if delimiter == "\t" and not quoted_cells('"', delimiter).search(sample):
        others.append(Dialect(delimiter, quote=""))  # exports with tabs often quote nothing
    for other in others:
        if _shape(sample, is_whole, other).share > share + 0.01:
            return other
    return usual


def quoted_cells(quote: str, delimiter: str) -> re.Pattern[str]:
    """Return a pattern of cells that are quoted from end to end."""
    mark = re.escape(delimiter)
    return re.compile(rf"(?:^|{mark}){quote}[^{quote}]*{quote}(?={mark}|\r?$)", re.MULTILINE)
