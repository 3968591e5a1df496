"""Runs during an import from another tracker: hidden until they are complete."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.runs import Run, RunStatus, Stage
from core.store.database import Database
from core.store.external_runs import ExternalRuns
from core.store.run_store import RunStore
from core.store.tables import RunRow

MOST_ALIKE = 20  # runs of one name that are looked at
UNFINISHED = "Its import was cut off, so it is not whole. Import it again, or leave it in the trash."


class ImportedRuns:
    """Store of imported runs, kept in the trash while incomplete, until `show`."""

    def __init__(self, database: Database) -> None:
        self.database, self.runs = database, RunStore(database)

    def find(self, key: str) -> Run | None:
        """Return the run that was imported under a key, also from the trash."""
        with self.database.read() as session:
            known = session.scalar(select(RunRow.id).where(RunRow.idempotency_key == key))
        return None if known is None else self.runs.get(known)

    def named(self, origin: str, name: str) -> list[Run]:
        """Return runs imported from a format under this name, newest first, trash included."""
        query = select(RunRow.id).where(RunRow.origin == origin, RunRow.name == name, RunRow.finished_at.is_not(None))
        with self.database.read() as session:
            found = list(session.scalars(query.order_by(RunRow.number.desc()).limit(MOST_ALIKE)))
        return [self.runs.get(run_id) for run_id in found]

    def begin(self, origin: str, key: str, name: str, project: str, began: datetime | None) -> Run:
        """Insert a hidden run; after a killed import it stays in the trash.

        The trashed run says why it is incomplete.
        """
        return ExternalRuns(self.database).create(
            origin, name, project, idempotency_key=key, created_at=began, unfinished=UNFINISHED
        )

    def show(self, run_id: str, **values: Any) -> None:
        """Bring a run out of the trash, whole, with these columns."""
        if values.get("status") is RunStatus.SUCCEEDED:
            values["stage"] = Stage.DONE
        self.runs.update(run_id, **values, deleted_at=None, time_left_s=None)

    def remove(self, run_id: str) -> None:
        """Forget a run that did not become whole."""
        self.runs.remove([run_id])

    def set_settings(self, run_id: str, settings: dict[str, Any]) -> None:
        """Put these settings in the place of those before."""
        ExternalRuns(self.database).set_settings(run_id, settings)
