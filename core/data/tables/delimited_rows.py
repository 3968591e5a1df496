"""Streamed rows of text tables: quoted line breaks, ragged rows, lost quotation marks.

Line breaks are kept, ragged rows are counted and lost quotation marks are found.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain, islice
from pathlib import Path

from core.data.tables.dialect import Dialect
from core.data.tables.encoding import TextStream
from core.data.tables.preamble import NOTHING, Preamble
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import BATCH_BYTES, BATCH_ROWS, Batch, in_bounds
from core.errors import DataError

_END = "\0end of the file\0"  # a line that no file holds, as NULs are removed: where it ends up tells of open quotes
_AT_A_TIME = 128  # rows between two looks at how much memory they take
_FEW_COLUMNS = 2  # of so few, a row of one cell has lost its separator; of more, it is a note
_SWALLOWED_LINES = 20  # within one cell, that look like rows


@dataclass(frozen=True)
class DelimitedRows:
    """The rows of a text table.

    Args:
        path: The file.
        encoding: Python's name.
        dialect: How cells are separated and quoted.
        skip: Rows above the first one of data.
        width: Cells in a row.
        optional: How many of the last cells a row may lack: those that are sometimes empty.
        preamble: What stands above the table.
    """

    path: Path
    encoding: str
    dialect: Dialect
    skip: int
    width: int
    optional: int
    preamble: Preamble = NOTHING

    def batches(self, wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        """Yield the wanted columns of all rows.

        Raises:
            DataError: A quotation mark is never closed.
        """
        text = TextStream(self.path, self.encoding, skipped)
        lines = chain.from_iterable(StringIO(piece, newline="") for piece in text)
        reader = self.dialect.reader(chain(self.preamble.read_over(lines), (_END,)))
        self._skip_rows(reader)
        line, done, is_done = reader.line_num, 0, False
        numbers: list[int] = []
        columns: tuple[list[str], ...] = tuple([] for _ in wanted)
        while not is_done:
            # Rows become columns a few at a time: lists that die at once cost the garbage collector nothing.
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, _AT_A_TIME))
            except csv.Error as error:
                raise self._endless_cell(rows, line, reader.line_num) from error
            is_done = self._take_end(rows, line)
            read = reader.line_num - is_done
            kept, kept_numbers = self._regular(rows, self._numbers(rows, line, read, skipped), skipped)
            line = read
            if kept:
                numbers.extend(kept_numbers)
                cells = tuple(zip(*kept, strict=True))
                for column, index in zip(columns, wanted, strict=True):
                    column.extend(cells[index])
            if numbers and (is_done or len(numbers) >= BATCH_ROWS or text.done - done >= BATCH_BYTES):
                yield from in_bounds(Batch(numbers, columns, text.done), skipped)
                numbers, columns, done = [], tuple([] for _ in wanted), text.done

    def _skip_rows(self, reader: Iterator[list[str]]) -> None:
        """Read over what stands above the first row of data."""
        try:
            next(islice(reader, self.skip, self.skip), None)
        except csv.Error as error:
            raise self._endless_cell([], 0, 1) from error

    def _take_end(self, rows: list[list[str]], line: int) -> bool:
        """Return whether the file ends after these rows, removing the end mark.

        Raises:
            DataError: The mark became part of a cell: that cell's quotation mark was never closed.
        """
        if rows and not (rows[-1] and rows[-1][-1].endswith(_END)):
            return False
        if rows and rows[-1] != [_END]:
            cells = rows[-1][:-1]
            raise self._never_closed(line + sum(map(_lines_of, rows[:-1])) + 1 + sum(map(_breaks, cells)))
        del rows[-1:]
        return True

    def _never_closed(self, line: int) -> DataError:
        return DataError(
            f"A quotation mark in line {line:,} of {self.path.name} is never closed, so that everything after it "
            f"would be one cell. Close it or remove it in line {line:,}, then import the file again."
        )

    def _endless_cell(self, rows: list[list[str]], line: int, reached: int) -> DataError:
        """Return what is wrong where a cell outgrew all bounds."""
        begin = line + sum(map(_lines_of, rows)) + 1
        if reached > begin:
            return self._never_closed(begin)
        return DataError(
            f"A cell in line {begin:,} of {self.path.name} is longer than 8 million characters. "
            "Shorten it or remove that line, then import the file again."
        )

    def _numbers(self, rows: list[list[str]], before: int, read: int, skipped: SkipReport) -> Sequence[int]:
        """Return the line on which each row begins.

        Args:
            rows: As parsed.
            before: Lines read before them.
            read: Lines read until their end.
            skipped: Gets "line-breaks".
        """
        if read - before == len(rows):
            return range(before + 1, read + 1)
        numbers, line = [], before
        for row in rows:
            numbers.append(line + 1)
            count = _lines_of(row)
            if count > 1:
                skipped.add("line-breaks", line + 1, next(cell for cell in row if _breaks(cell)))
            if count > _SWALLOWED_LINES:
                self._check_swallowed(row, line + 1)
            line += count
        return numbers

    def _check_swallowed(self, row: list[str], line: int) -> None:
        """Raise a `DataError` if a quotation mark closes rows too late."""
        for cell in row:
            inner = cell.splitlines()[1:-1]
            separators = self.dialect.delimiter
            alike = sum(part.count(separators) == self.width - 1 for part in inner)
            if self.width > 1 and len(inner) >= _SWALLOWED_LINES and alike >= 0.9 * len(inner):
                raise DataError(
                    f"A quotation mark in line {line:,} of {self.path.name} is closed only {len(inner) + 1:,} lines "
                    f"later, so that all rows between would be one cell. Close it or remove it in line {line:,}, "
                    "then import the file again."
                )
            line += _breaks(cell)

    def _regular(
        self, rows: list[list[str]], numbers: Sequence[int], skipped: SkipReport
    ) -> tuple[list[list[str]], Sequence[int]]:
        """Return rows with the expected cell count, with their lines; count the others."""
        width = self.width
        if set(map(len, rows)) == {width}:
            return rows, numbers
        kept, kept_numbers = [], []
        for row, number in zip(rows, numbers, strict=True):
            if not row or (len(row) == 1 and not row[0].strip() and width > 1):
                continue  # a blank line
            if len(row) > width and not any(cell.strip() for cell in row[width:]):
                row = row[:width]
            elif width - self.optional <= len(row) < width:
                row = [*row, *[""] * (width - len(row))]
            if len(row) != width and self._is_aside(row):
                skipped.add("lone-cells", number, " ".join(row))
                continue
            if len(row) != width:
                skipped.add("ragged-rows", number, f"{len(row)} cells instead of {width}: {' | '.join(row[:6])}")
                continue
            kept.append(row)
            kept_numbers.append(number)
        return kept, kept_numbers

    def _is_aside(self, row: list[str]) -> bool:
        """Return whether a short row is a comment, or a note beside a table.

        The table must have several columns.
        """
        mark = self.preamble.mark
        is_comment = (bool(mark) and row[0].lstrip().startswith(mark)) or not "".join(row).strip("+-=| ")
        return is_comment or (len(row) == 1 and self.width > _FEW_COLUMNS and not self.dialect.is_aligned)


def _breaks(cell: str) -> int:
    """Return the number of line ends within a cell."""
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")


def _lines_of(row: Sequence[str]) -> int:
    return 1 + sum(_breaks(cell) for cell in row if not cell.isprintable())
