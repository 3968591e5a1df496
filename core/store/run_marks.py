"""Changes of many runs in one transaction, with undo data, and counts by kind."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from core.runs import EXAMPLE, RunStatus
from core.store.database import Database
from core.store.tables import RunRow

Values = Mapping[str, Any]  # columns of `RunRow` and their values
_MOST_AT_ONCE = 500  # ids in one statement: SQLite bounds its variables


@dataclass(frozen=True)
class Marked:
    """What people say of a run, at the moment of a change."""

    id: str
    name: str
    tags: tuple[str, ...]
    starred: bool
    archived_at: datetime | None
    deleted_at: datetime | None


class RunMarks:
    """Changes what people say of runs; never what happens to them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def change(
        self, run_ids: Iterable[str], new: Callable[[Marked], Values], when: Collection[RunStatus] = ()
    ) -> dict[str, dict[str, Any]]:
        """Change runs together, or none of them.

        Args:
            run_ids: The runs; those that are gone by now are left out.
            new: The columns to change for a run, as it is at that moment, and their values.
            when: The states in which the change is right; empty is any.

        Returns:
            What the changed columns held before, by run: for those that are different now.
        """
        before: dict[str, dict[str, Any]] = {}
        ids = list(dict.fromkeys(run_ids))
        with self.database.write() as session:
            for start in range(0, len(ids), _MOST_AT_ONCE):
                query = select(RunRow).where(RunRow.id.in_(ids[start : start + _MOST_AT_ONCE]))
                for row in session.scalars(query.where(RunRow.status.in_(when)) if when else query):
                    values = {name: value for name, value in new(_marked(row)).items() if getattr(row, name) != value}
                    if values:
                        before[row.id] = {name: getattr(row, name) for name in values}
                    for name, value in values.items():
                        setattr(row, name, value)
        return before

    def counts(self) -> tuple[int, int, int]:
        """Return how many runs are in use, archived, and in the trash."""
        trashed, archived = RunRow.deleted_at.is_not(None), RunRow.archived_at.is_not(None)
        counted = or_(RunRow.origin != EXAMPLE, trashed)  # the example is listed nowhere but in the trash
        query = select(trashed, archived, func.count()).where(counted).group_by(trashed, archived)
        with self.database.read() as session:
            found = {(bool(gone), bool(away)): count for gone, away, count in session.execute(query)}
        in_trash = found.get((True, False), 0) + found.get((True, True), 0)
        return found.get((False, False), 0), found.get((False, True), 0), in_trash


def _marked(row: RunRow) -> Marked:
    return Marked(row.id, row.name, tuple(row.tags), row.starred, row.archived_at, row.deleted_at)
