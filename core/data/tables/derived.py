"""Table columns derived while reading: conversations as text, one label from several columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from core.data.tables.columns import profile_column
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import Batch
from core.data.tables.table_profile import TableProfile

T = TypeVar("T")
Cells = tuple[Sequence[str], ...]  # of the columns that one is made of, each (N,)
# (their cells, the line of each row, where to note what is left out) -> (N,), None where the row is to be left out
Make = Callable[[Cells, Sequence[int], SkipReport], Sequence[str | None]]


@dataclass(frozen=True, eq=False)
class Derived:
    """A column that is made of others.

    Args:
        name: Its own; where the table has a column of this name, this one takes its place.
        sources: The names of the columns that it is made of.
        make: Makes its cells.
        role: What it is for.
        said: What is done, in whole sentences.
        labels: All that occur, where a row may have several of them.
        choice: What is done with rows of several labels; "" where there are none.
    """

    name: str
    sources: tuple[str, ...]
    make: Make
    role: Literal["text", "label"]
    said: str
    labels: tuple[str, ...] = ()
    choice: str = ""


def with_derived(seen: TableProfile, columns: Sequence[Derived]) -> TableProfile:
    """Return a table survey with these columns, added to or replacing its own."""
    for column in columns:
        seen = _with_one(seen, column)
    return seen


def _with_one(seen: TableProfile, column: Derived) -> TableProfile:
    table, places = seen.table, [seen.table.index(name) for name in column.sources]
    names = table.names if column.name in table.names else (*table.names, column.name)
    position = names.index(column.name)

    def batches(wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        if position not in wanted:
            yield from table.batches(wanted, skipped)
            return
        own = [index for index in wanted if index != position]
        for batch in table.batches([*own, *places], skipped):
            made = column.make(batch.columns[len(own) :], batch.lines, skipped)
            rest = iter(batch.columns[: len(own)])
            kept = [row for row, cell in enumerate(made) if cell is not None]
            columns = [made if i == position else next(rest) for i in wanted]
            if len(kept) < len(batch):
                batch = Batch([batch.lines[row] for row in kept], (), batch.done)
                columns = [[column[row] for row in kept] for column in columns]
            yield Batch(batch.lines, tuple(_texts(column) for column in columns), batch.done)

    nothing = SkipReport()
    values = _texts(column.make(tuple(seen.profiles[i].values for i in places), range(seen.sampled), nothing))
    profile = profile_column(column.name, position, values)
    if column.role == "text" and profile.kind != "empty":
        profile.kind = "text"
    first = tuple(zip(*seen.beginning, strict=True))
    shown = _texts(column.make(tuple(first[i] for i in places), range(len(seen.beginning)), nothing))
    return replace(
        seen,
        derived=(*seen.derived, column),
        table=replace(table, names=names, batches=batches),
        profiles=_placed(seen.profiles, position, profile),
        beginning=tuple(_placed(row, position, cell) for row, cell in zip(seen.beginning, shown, strict=True)),
    )


def _texts(cells: Sequence[str | None]) -> list[str]:
    return [cell or "" for cell in cells]


def _placed(row: tuple[T, ...], position: int, cell: T) -> tuple[T, ...]:
    """Return a row with a cell at its position, possibly after the last one."""
    return (*row[:position], cell, *row[position + 1 :])
