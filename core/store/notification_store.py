"""Ended runs already notified, claimed in one transaction, so that each is sent once."""

from sqlalchemy import select

from core.store.database import Database
from core.store.run_store import now
from core.store.tables import EventRow, RunRow

KIND = "told"


class NotificationStore:
    """The end of each attempt at a run is told at most once."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def claim(self, run_id: str, attempt: int, message: str) -> bool:
        """Claim the notification of a run's end; return whether this call claimed it.

        Args:
            run_id: The run; nothing is claimed of one that is gone.
            attempt: Which of its attempts has ended.
            message: What its list of events says of it.
        """
        with self.database.write() as session:
            # SQLite has one writer at a time; elsewhere the run's row is the lock.
            number = session.scalar(select(RunRow.number).where(RunRow.id == run_id).with_for_update())
            if number is None:
                return False
            told = select(EventRow).where(EventRow.run_number == number, EventRow.kind == KIND)
            if any(event.data.get("attempt") == attempt for event in session.scalars(told)):
                return False
            data = {"attempt": attempt}
            session.add(EventRow(run_number=number, time=now(), kind=KIND, message=message, data=data))
            return True
