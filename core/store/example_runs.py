"""Rows of the example run, to and from JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, inspect, select, update

from core.runs import EXAMPLE
from core.store.database import Database
from core.store.run_store import now
from core.store.tables import (
    ArtifactRow,
    DatasetVersionRow,
    EventRow,
    JobRow,
    ParameterRow,
    PreferenceRow,
    RunRow,
    ScoreRow,
    Table,
    UtcTime,
)

Rows = Mapping[str, list[dict[str, Any]]]  # by table, each as column and value
_SEEN = "example"  # the preference that names the example which a home has had
_CHILDREN: tuple[type[Table], ...] = (JobRow, ParameterRow, ScoreRow, ArtifactRow, EventRow)
_OF_A_HOME = ("number", "run_number", "id", "position", "pid", "pid_created", "claimed_by")


class ExampleRuns:
    """Store of the run that ships with the project."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database

    def pack(self, run_id: str) -> Rows:
        """Return the rows of a run, except its curves."""
        with self.database.read() as session:
            run = session.scalars(select(RunRow).where(RunRow.id == run_id)).one()
            rows = {RunRow.__tablename__: [_values(run) | {"id": run.id}]}
            for table in _CHILDREN:
                mine = select(table).where(inspect(table).columns["run_number"] == run.number)
                rows[table.__tablename__] = [_values(row) for row in session.scalars(mine)]
            data = {"name": run.config["dataset"], "fingerprint": run.dataset_fingerprint}
            version = session.get(DatasetVersionRow, data)
            rows[DatasetVersionRow.__tablename__] = [_values(version)] if version else []
        return rows

    def seen(self) -> str | None:
        """Return the id of the example that this home has had."""
        with self.database.read() as session:
            row = session.get(PreferenceRow, _SEEN)
            return None if row is None else str(row.value)

    def insert(self, rows: Rows) -> None:
        """Insert a packed run, out of sight until `show`.

        One that did not become whole makes room.

        Args:
            rows: From `pack`; columns that are not known any more are left out.
        """
        values = rows[RunRow.__tablename__][0]
        with self.database.write() as session:
            session.execute(delete(RunRow).where(RunRow.id == values["id"], RunRow.origin == EXAMPLE))
            run = RunRow(**_known(RunRow, values | {"origin": EXAMPLE, "deleted_at": now()}))
            session.add(run)
            session.flush()
            for table in _CHILDREN:
                of_run = ({**row, "run_number": run.number} for row in rows.get(table.__tablename__, ()))
                session.add_all(table(**_known(table, row)) for row in of_run)
            for row in rows.get(DatasetVersionRow.__tablename__, ()):
                session.merge(DatasetVersionRow(**_known(DatasetVersionRow, row)))

    def show(self, run_id: str) -> None:
        """Bring it into sight, and note that this home has had it."""
        with self.database.write() as session:
            session.execute(update(RunRow).where(RunRow.id == run_id).values(deleted_at=None))
            session.merge(PreferenceRow(key=_SEEN, value=run_id))


def _values(row: Table) -> dict[str, Any]:
    """Return a row's columns as JSON, without what belongs to a home."""
    names = [column.key for column in inspect(type(row)).columns if column.key not in _OF_A_HOME]
    found = {str(name): getattr(row, str(name)) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def _known(table: type[Table], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of columns that a table has, with times as such."""
    times = {column.key: isinstance(column.type, UtcTime) for column in inspect(table).columns}
    return {
        name: datetime.fromisoformat(value) if times[name] and isinstance(value, str) else value
        for name, value in values.items()
        if name in times
    }
