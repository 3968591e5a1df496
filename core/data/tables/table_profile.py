"""A profile of a table's columns, from a sample of its first rows."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.tables.columns import ColumnProfile, profile_column
from core.data.tables.grouping_points import with_grouping_points
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import PREVIEW_ROWS, Table
from core.errors import DataError

if TYPE_CHECKING:
    from core.data.tables.derived import Derived

_SAMPLE_CELLS = 240_000
_SAMPLE_ROWS = 20_000
_FIRST_ROWS = 10
_ONLY_THE_BEGINNING = "Only the beginning of this large file was looked at; the import reads all of it."
_SHOWN_CHARACTERS = 500


@dataclass(frozen=True, eq=False)
class TableProfile:
    """A table at a glance.

    Args:
        table: That was looked at.
        profiles: Of its columns, in order.
        beginning: The first rows, whole.
        rows: In the table; an estimate if not `is_whole`.
        is_whole: Whether all rows were read (though not all of them profiled).
        sampled: Rows that were profiled.
        strange: Whole sentences about rows and characters that cannot be read as they are.
        derived: Columns that are made of others.
    """

    table: Table
    profiles: tuple[ColumnProfile, ...]
    beginning: tuple[tuple[str, ...], ...]
    rows: int
    is_whole: bool
    sampled: int
    strange: tuple[str, ...] = ()
    derived: tuple["Derived", ...] = ()

    def made(self, role: str) -> "Derived | None":
        """Return the derived column for a role; None if there is none."""
        return next((column for column in self.derived if column.role == role), None)

    @property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        """The first rows, to show; long cells are cut."""
        return tuple(tuple(cell[:_SHOWN_CHARACTERS] for cell in row) for row in self.beginning)

    @property
    def notes(self) -> tuple[str, ...]:
        """Whole sentences about the table, whatever it is for."""
        part = () if self.is_whole else (_ONLY_THE_BEGINNING,)
        return (*self.table.notes, *(column.said for column in self.derived), *self.strange, *part)

    def profile(self, name: str) -> ColumnProfile:
        """Return the profile of one column.

        Raises:
            DataError: There is none of this name.
        """
        return self.profiles[self.table.index(name)]

    def counts(self, name: str) -> Counter[str]:
        """Return the value counts of a column, within the table's preview."""
        profile = self.profile(name)
        if self.sampled == self.rows:
            return Counter(profile.values)
        found: Counter[str] = Counter()
        for batch in self.table.batches([profile.position], SkipReport()):
            found.update(batch.columns[0])
            if batch.done >= self.table.preview_bytes:
                break
        return found


def table_profile(table: Table) -> TableProfile:
    """Look at a table's beginning.

    Raises:
        DataError: There is nothing below the header.
    """
    width = len(table.names)
    wanted = max(100, min(_SAMPLE_ROWS, _SAMPLE_CELLS // width))
    sampled: list[list[str]] = [[] for _ in range(width)]
    beginning: tuple[tuple[str, ...], ...] = ()
    rows = done = 0
    step, is_whole = 1, True
    skipped = SkipReport()
    for batch in table.batches(range(width), skipped):
        if not rows:
            beginning = tuple(zip(*(column[:_FIRST_ROWS] for column in batch.columns), strict=True))
            likely = len(batch) * min(table.size_bytes, table.preview_bytes) // max(1, batch.done)
            step = max(1, max(likely, len(batch)) // wanted)
        offset = -rows % step
        for values, column in zip(sampled, batch.columns, strict=True):
            values.extend(column[offset::step])
        rows, done = rows + len(batch), batch.done
        if (done >= table.preview_bytes or rows >= PREVIEW_ROWS) and done < table.size_bytes:
            is_whole = False
            break
    if not rows:
        raise DataError(
            f"{table.path.name} has names of columns but no rows below them. Check that the export is complete"
            + ("; if the first row is data, say that there is no header." if "has_header" in table.facts else ".")
        )
    if not is_whole:
        rows = rows * table.size_bytes // done
    profiles = [
        profile_column(name, position, values, table.decimal_hint)
        for position, (name, values) in enumerate(zip(table.names, sampled, strict=True))
    ]
    with_grouping_points(profiles)
    found = skipped.findings(table.path.name, table.unit)
    strange = tuple(finding.message for finding in found if finding.severity == "warning")
    return TableProfile(table, tuple(profiles), beginning, rows, is_whole, len(sampled[0]), strange)
