"""A table open for reading from any file format: column names and text rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from core.data.tables.skip_report import SkipReport
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import Finding, Guess

MOST_COLUMNS = 2_000
LONGEST_CELL = 1_000_000  # characters; longer ones are cut: one huge cell shall not sink the other rows
PREVIEW_BYTES = 16_000_000  # of the source, that a look reads at most
PREVIEW_ROWS = 1_000_000  # that a look reads, where they take hardly any bytes
BATCH_ROWS = 20_000
BATCH_BYTES = 4_000_000  # of the source, after which a batch is handed on
BATCH_CHARACTERS = 32_000_000  # in a batch


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch of table rows by column, with text cells; `""` where empty.

    Args:
        lines: (N,) number of the line, row or object in the source, from 1.
        columns: As many as were asked for, each (N,).
        done: Of the source's bytes, how many are read.
    """

    lines: Sequence[int]
    columns: tuple[Sequence[str], ...]
    done: int

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, eq=False)
class Table:
    """A table that is open for reading.

    Args:
        path: The file.
        format: In words: "CSV, separated by semicolons, UTF-8".
        names: Of the columns, each once.
        size_bytes: Of the source; `Batch.done` ends here.
        unit: What a row's number counts: "line", "row", "object" or "text".
        batches: (indexes of the wanted columns, where to note what is left out) -> the rows.
        settings: The fields of `ImportOptions` that describe the file: delimiter, encoding, has_header, sheet.
        notes: Whole sentences about what was found out.
        findings: About the table as a whole, such as names that had to be made up.
        facts: Of the file, as JSON, for the manifest.
        decimal_hint: The decimal sign where a number alone does not tell.
        preview_bytes: Of the source, how many a look reads: fewer where it is compressed.
        origins: Where a column comes from that no cell of the source holds, as a clause, by column.
        label_names: Names of the classes by their number, by column, where the file itself gives them.
        guesses: About how the file is arranged, such as rows that are taken for sums.
    """

    path: Path
    format: str
    names: tuple[str, ...]
    size_bytes: int
    unit: Literal["line", "row", "object", "text"]
    batches: Callable[[Sequence[int], SkipReport], Iterator[Batch]]
    settings: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    decimal_hint: Literal[".", ","] = "."
    preview_bytes: int = PREVIEW_BYTES
    label_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    guesses: tuple[Guess, ...] = ()

    def index(self, name: str) -> int:
        """Return the position of a column.

        Raises:
            DataError: There is none of this name.
        """
        if name not in self.names:
            shown = ", ".join(f"'{known}'" for known in self.names[:20])
            more = f" and {len(self.names) - 20:,} more" if len(self.names) > 20 else ""
            raise DataError(
                f"{self.path.name} has no column called '{name}'. It has: {shown}{more}. Choose one of these."
            )
        return self.names.index(name)


class ColumnNames(NamedTuple):
    """Unique column names, and notes about the generated ones."""

    names: tuple[str, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


def column_names(cells: Sequence[str], file: str) -> ColumnNames:
    """Return unique column names, and notes about the generated ones.

    Raises:
        DataError: There are too many, or none.
    """
    check_width(len(cells), file)
    if not cells:
        raise DataError(f"{file} holds no cell with anything in it. Check that the export is complete.")
    names: list[str] = []
    seen: set[str] = set()
    unnamed, repeated = [], []
    for position, cell in enumerate(cells, 1):
        wanted = " ".join(cell.split())[:200]
        if not wanted:
            wanted = f"column {position}"
            unnamed.append(wanted)
        name, count = wanted, 1
        while name in seen:
            count += 1
            name = f"{wanted} ({count})"
        if count > 1:
            repeated.append(name)
        seen.add(name)
        names.append(name)
    notes = []
    if repeated:
        notes.append(f"Some column names appear more than once; the later ones are now called {listed(repeated)}.")
    if unnamed:
        few = len(unnamed) == 1
        notes.append(f"{len(unnamed)} column{'' if few else 's'} without a name: now called {listed(unnamed)}.")
    made_up = (*repeated, *unnamed)
    why = "Columns are chosen by their names, so each needs one of its own. Check that the right ones were chosen."
    found = (Finding("renamed-columns", "note", len(made_up), made_up[:5], " ".join(notes), why),) if made_up else ()
    return ColumnNames(tuple(names), tuple(notes), found)


def check_width(count: int, file: str) -> None:
    """Raise a `DataError` if there are more columns than can be taken in."""
    if count > MOST_COLUMNS:
        raise DataError(
            f"{file} has {count:,} columns; at most {MOST_COLUMNS:,} can be taken in. "
            "Save a copy with only the columns that matter, then try again. "
            "If it should have fewer, the separator was guessed wrongly: choose another one."
        )


def in_bounds(batch: Batch, skipped: SkipReport) -> Iterator[Batch]:
    """Yield a batch in pieces that fit into memory.

    One text shared by many cells becomes a text for each of them here.

    Cells longer than a million characters are cut, and counted as "cells-cut".
    """
    columns = list(batch.columns)
    for index, column in enumerate(columns):
        if column and max(map(len, column)) > LONGEST_CELL:
            for cell, line in zip(column, batch.lines, strict=True):
                if len(cell) > LONGEST_CELL:
                    skipped.add("cells-cut", line, cell[:100])
            short: dict[str, str] = {}  # what is one text before is one after
            columns[index] = [
                cell if len(cell) <= LONGEST_CELL else short.setdefault(cell, cell[:LONGEST_CELL]) for cell in column
            ]
    whole = Batch(batch.lines, tuple(columns), batch.done)
    if sum(sum(map(len, column)) for column in columns) <= BATCH_CHARACTERS:
        yield whole
        return
    begin = characters = 0
    for row in range(len(whole)):
        more = sum(len(column[row]) for column in columns)
        if characters and characters + more > BATCH_CHARACTERS:
            yield _part(whole, begin, row)
            begin, characters = row, 0
        characters += more
    yield _part(whole, begin, len(whole))


def _part(batch: Batch, begin: int, end: int) -> Batch:
    return Batch(batch.lines[begin:end], tuple(column[begin:end] for column in batch.columns), batch.done)
