"""Many points at once: 40,000 take a tenth of a second on SQLite, where SQLAlchemy's own way takes a whole one."""

from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.store.tables import MetricRow

PointRow = tuple[int, int, int, float | None, float]  # run number, key id, step, value, wall time
_COLUMNS = ("run_number", "key_id", "step", "value", "wall_time")


def write_points(session: Session, rows: Sequence[PointRow]) -> None:
    """Insert these points; one that is there already takes the new value."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # As tuples, straight to the driver: a dictionary a row costs ten times what SQLite itself needs.
        text = str(_upsert(sqlite.insert(MetricRow)).compile(dialect=connection.dialect))
        connection.exec_driver_sql(text, list(rows))
    else:
        session.execute(_upsert(postgresql.insert(MetricRow)), [dict(zip(_COLUMNS, row, strict=True)) for row in rows])


def _upsert(statement: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    fresh = {"value": statement.excluded.value, "wall_time": statement.excluded.wall_time}
    return statement.on_conflict_do_update(index_elements=list(_COLUMNS[:3]), set_=fresh)
