"""Bulk insertion of points: on SQLite 40,000 take 0.1 s, not SQLAlchemy's 1 s."""

from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.store.tables import PointRow

# curve id, step, arrival, value, wall time, global step
PointValues = tuple[int, float, int, float | None, float, float | None]
_COLUMNS = ("curve_id", "step", "arrival", "value", "wall_time", "global_step")


def write_points(session: Session, rows: Sequence[PointValues]) -> None:
    """Insert points, or update the value and arrival of existing ones."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # As tuples, straight to the driver: a dictionary a row costs ten times what SQLite itself needs.
        text = str(_upsert(sqlite.insert(PointRow)).compile(dialect=connection.dialect))
        connection.exec_driver_sql(text, list(rows))
    else:
        session.execute(_upsert(postgresql.insert(PointRow)), [dict(zip(_COLUMNS, row, strict=True)) for row in rows])


def _upsert(statement: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    fresh = {name: getattr(statement.excluded, name) for name in _COLUMNS[3:]}
    return statement.on_conflict_do_update(index_elements=list(_COLUMNS[:3]), set_=fresh)
