"""The statements behind `MetricStore`: where the points of a run are, as rows and packed."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Executable, Subquery, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from core.store.curve import Curve, downsample
from core.store.packed_curve import HEAD_BYTES, Head, head_of, pack, unpack
from core.store.rows import null_to_nan
from core.store.tables import MetricBlobRow, MetricKeyRow, MetricRow, Table

NO_POINTS = Curve(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
_POINT = MetricRow.step, MetricRow.value, MetricRow.wall_time


def insert_into(session: Session, table: type[Table]) -> sqlite.Insert | postgresql.Insert:
    """Return an insertion that knows what to do about rows that are there already."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def key_ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of these names, and give one to those that have none."""
    ids = {}
    for name in sorted(names):
        known = select(MetricKeyRow.id).where(MetricKeyRow.name == name)
        found = session.scalar(known)
        if found is None:  # on PostgreSQL somebody else may give it one right now
            session.execute(insert_into(session, MetricKeyRow).on_conflict_do_nothing(), [{"name": name}])
            found = session.execute(known).scalar_one()
        ids[name] = found
    return ids


def names(session: Session, number: int, wanted: Sequence[str] = ()) -> dict[int, str]:
    """Return the curves of a run, or those of these names, in the order of their names."""
    return names_of(session, {*keys_with_rows(session, number), *_packed_keys(session, number)}, wanted)


def names_of(session: Session, ids: Collection[int], wanted: Sequence[str] = ()) -> dict[int, str]:
    """Return the names of curves, or those of them that are wanted, in their order."""
    query = select(MetricKeyRow.id, MetricKeyRow.name).order_by(MetricKeyRow.name)
    if wanted:
        query = query.where(MetricKeyRow.name.in_(wanted))
    return {key_id: name for key_id, name in session.execute(query) if key_id in ids}


def keys_with_rows(session: Session, number: int) -> list[int]:
    """Return which curves of a run have rows."""
    return list(session.scalars(select(_seen(number).c.id)))


def _seen(number: int) -> Subquery:
    """Find the curves of a run that have rows without looking at every row: each from the one before."""
    mine = MetricRow.run_number == number
    seen = select(func.min(MetricRow.key_id).label("id")).where(mine).cte("seen", recursive=True)
    following = select(func.min(MetricRow.key_id)).where(mine, MetricRow.key_id > seen.c.id)
    seen = seen.union_all(select(following.scalar_subquery()).where(seen.c.id.is_not(None)))
    return select(seen.c.id).where(seen.c.id.is_not(None)).subquery()


def _packed_keys(session: Session, number: int) -> list[int]:
    return list(session.scalars(select(MetricBlobRow.key_id).where(MetricBlobRow.run_number == number)))


def read_rows(session: Session, number: int, key_id: int, after: int | None = None) -> Curve:
    """Return the points of a curve that are rows."""
    query = select(*_POINT).where(MetricRow.run_number == number, MetricRow.key_id == key_id)
    if after is not None:
        query = query.where(MetricRow.step > after)
    return _fetched(session, query.order_by(MetricRow.step))


def delete_rows(session: Session, number: int, key_id: int, at_most: int | None = None) -> Curve:
    """Delete the points of a curve that are rows, or so many from its beginning; return exactly those deleted."""
    mine = [MetricRow.run_number == number, MetricRow.key_id == key_id]
    if at_most is not None:
        beyond = session.scalar(select(MetricRow.step).where(*mine).order_by(MetricRow.step).offset(at_most).limit(1))
        mine += [MetricRow.step < beyond] if beyond is not None else []
    deleted = _fetched(session, delete(MetricRow).where(*mine).returning(*_POINT))
    return deleted.at(np.argsort(deleted.steps, kind="stable"))


def last_rows(session: Session, number: int) -> dict[int, tuple[int, float, float]]:
    """Return of each curve of a run the last point that is a row."""
    seen, other = _seen(number), aliased(MetricRow)
    last = select(func.max(other.step)).where(other.run_number == number, other.key_id == seen.c.id).scalar_subquery()
    query = select(MetricRow.key_id, *_POINT).join(seen, MetricRow.key_id == seen.c.id)
    found = session.execute(query.where(MetricRow.run_number == number, MetricRow.step == last))
    return {key_id: (step, null_to_nan(value), wall_time) for key_id, step, value, wall_time in found}


def packed_heads(session: Session, number: int) -> dict[int, Head]:
    """Return the last packed point of each curve of a run."""
    head = func.substr(MetricBlobRow.data, 1, HEAD_BYTES)
    query = select(MetricBlobRow.key_id, head).where(MetricBlobRow.run_number == number)
    return {key_id: head_of(bytes(data)) for key_id, data in session.execute(query)}


def read_packed(session: Session, number: int, key_id: int) -> Curve:
    """Return the points of a curve that are packed."""
    data = session.scalar(select(MetricBlobRow.data).where(*_blob(number, key_id)))
    return NO_POINTS if data is None else unpack(data)


def read_previews(session: Session, number: int) -> dict[int, Curve]:
    """Return what a chart shows at first of each packed curve of a run."""
    columns = select(MetricBlobRow.key_id, MetricBlobRow.preview).where(MetricBlobRow.run_number == number)
    return {key_id: unpack(preview) for key_id, preview in session.execute(columns)}


def write_packed(session: Session, number: int, key_id: int, curve: Curve) -> None:
    """Put a packed curve in the place of the one before; one without points is removed."""
    if not len(curve):
        session.execute(delete(MetricBlobRow).where(*_blob(number, key_id)))
        return
    values = {"count": len(curve), "data": pack(curve), "preview": pack(downsample(curve))}
    statement = insert_into(session, MetricBlobRow).on_conflict_do_update(
        index_elements=["run_number", "key_id"], set_=values
    )
    session.execute(statement, [{"run_number": number, "key_id": key_id, **values}])


def _blob(number: int, key_id: int) -> tuple[Any, Any]:
    return MetricBlobRow.run_number == number, MetricBlobRow.key_id == key_id


def _fetched(session: Session, query: Executable) -> Curve:
    """Return what a query for points finds, from the driver's own tuples: of a million, SQLAlchemy's take seconds."""
    rows = session.connection().execute(query).cursor.fetchall()
    steps, values, times = ([row[at] for row in rows] for at in range(3))
    return Curve(np.array(steps, np.int64), np.array(values, np.float64), np.array(times, np.float64))
