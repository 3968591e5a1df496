"""Preferences beyond single runs, never secrets: saved views and the baseline run."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select

from core.store.database import Database
from core.store.tables import PreferenceRow


class PreferenceStore:
    """Names and JSON values; every method is one short transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or the default where nobody has set one."""
        with self.database.read() as session:
            row = session.get(PreferenceRow, key)
            return default if row is None else row.value

    def with_prefix(self, prefix: str) -> dict[str, Any]:
        """Return the values whose keys begin so, by the rest of their keys."""
        with self.database.read() as session:
            rows = session.scalars(select(PreferenceRow).order_by(PreferenceRow.key))
            return {row.key.removeprefix(prefix): row.value for row in rows if row.key.startswith(prefix)}

    def set(self, key: str, value: Any) -> None:
        """Remember a value (JSON) under a key."""
        with self.database.write() as session:
            session.merge(PreferenceRow(key=key, value=value))

    def change(self, key: str, new: Callable[[Any], Any]) -> None:
        """Replace a value by `new` of the old, None if unset, in one transaction."""
        with self.database.write() as session:
            row = session.get(PreferenceRow, key)
            session.merge(PreferenceRow(key=key, value=new(None if row is None else row.value)))

    def remove(self, key: str) -> None:
        """Forget a value."""
        with self.database.write() as session:
            session.execute(delete(PreferenceRow).where(PreferenceRow.key == key))
