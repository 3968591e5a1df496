"""Many runs changed at once, in one transaction, with what they were before; and how many there are of each kind."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import func, select

from core.runs import Run, RunStatus
from core.store.database import Database
from core.store.rows import runs_with_jobs, to_runs
from core.store.tables import RunRow

Values = Mapping[str, Any]  # columns of `RunRow` and their values
_MOST_AT_ONCE = 500  # ids in one statement: SQLite bounds its variables


class RunMarks:
    """Changes what people say of runs; never what happens to them."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database

    def change(
        self, run_ids: Iterable[str], new: Callable[[Run], Values], when: Collection[RunStatus] = ()
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
                wanted = RunRow.id.in_(ids[start : start + _MOST_AT_ONCE])
                rows = {row.id: row for row in session.scalars(select(RunRow).where(wanted))}
                for run in to_runs(session, runs_with_jobs().where(wanted)):
                    row = rows[run.id]
                    if when and run.status not in when:
                        continue
                    values = {name: value for name, value in new(run).items() if getattr(row, name) != value}
                    if values:
                        before[run.id] = {name: getattr(row, name) for name in values}
                    for name, value in values.items():
                        setattr(row, name, value)
        return before

    def counts(self) -> tuple[int, int, int]:
        """Return how many runs are in use, archived, and in the trash."""
        trashed, archived = RunRow.deleted_at.is_not(None), RunRow.archived_at.is_not(None)
        query = select(trashed, archived, func.count()).group_by(trashed, archived)
        with self.database.read() as session:
            found = {(bool(gone), bool(away)): count for gone, away, count in session.execute(query)}
        in_trash = found.get((True, False), 0) + found.get((True, True), 0)
        return found.get((False, False), 0), found.get((False, True), 0), in_trash
