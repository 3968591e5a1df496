"""SQL statements behind `MetricStore`: the points of a run, as rows and packed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Executable, delete, func, or_, select, tuple_, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from core.store.curve import Curve, downsample
from core.store.packed_curve import HEAD_BYTES, Head, head_of, pack, unpack
from core.store.rows import null_to_nan
from core.store.tables import LATE, CurveRow, MetricBlobRow, MetricKeyRow, PointRow, Table

NO_POINTS = Curve(np.zeros(0), np.zeros(0), np.zeros(0))
_POINT = PointRow.step, PointRow.value, PointRow.wall_time, PointRow.global_step, PointRow.arrival
_PLACE = tuple_(PointRow.step, PointRow.arrival)


class CurveName(NamedTuple):
    """A curve of a run, and where it is found."""

    id: int  # 0 where it has none, and so no rows
    key_id: int
    name: str
    axis: str  # what its steps count; empty where that is the run's own


class Known(NamedTuple):
    """What somebody has of a curve: its last point, and how many."""

    step: float
    arrival: int  # of that point
    length: int


@dataclass(frozen=True, eq=False)
class Rows:
    """Points that are rows, in the order of steps and arrivals."""

    curve: Curve
    arrivals: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.arrivals)

    @property
    def replaces(self) -> NDArray[np.bool_]:
        """Mask of the points, (N,), arrived after others, that replace one at their step."""
        return np.equal(self.arrivals, 0)

    def at(self, chosen: NDArray[np.bool_]) -> "Rows":
        """Return some of them."""
        return Rows(self.curve.at(chosen), self.arrivals[chosen])


def insert_into(session: Session, table: type[Table]) -> sqlite.Insert | postgresql.Insert:
    """Return an insertion that knows what to do about rows that are there already."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def curve_ids(session: Session, number: int, names: Iterable[str]) -> dict[str, int]:
    """Return the ids of a run's curves of these names, creating missing ones."""
    ids = {}
    for name, key_id in _key_ids(session, names).items():
        known = select(CurveRow.id).where(CurveRow.run_number == number, CurveRow.key_id == key_id)
        found = session.scalar(known)
        if found is None:
            session.execute(
                insert_into(session, CurveRow).on_conflict_do_nothing(), [{"run_number": number, "key_id": key_id}]
            )
            found = session.execute(known).scalar_one()
        ids[name] = found
    return ids


def _key_ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    ids = {}
    for name in sorted(names):
        known = select(MetricKeyRow.id).where(MetricKeyRow.name == name)
        found = session.scalar(known)
        if found is None:  # on PostgreSQL somebody else may give it one right now
            session.execute(insert_into(session, MetricKeyRow).on_conflict_do_nothing(), [{"name": name}])
            found = session.execute(known).scalar_one()
        ids[name] = found
    return ids


def curve_names(session: Session, number: int, wanted: Sequence[str] = ()) -> list[CurveName]:
    """Return the curves of a run, or those of these names, sorted by name."""
    mine = (CurveRow.key_id == MetricKeyRow.id) & (CurveRow.run_number == number)
    packed = select(MetricBlobRow.key_id).where(MetricBlobRow.run_number == number)
    columns = select(
        func.coalesce(CurveRow.id, 0), MetricKeyRow.id, MetricKeyRow.name, func.coalesce(CurveRow.axis, "")
    )
    # The version before packs without a row of `curves`; and such a row may be lost where a database was damaged.
    query = columns.outerjoin(CurveRow, mine).where(or_(CurveRow.id.is_not(None), MetricKeyRow.id.in_(packed)))
    if wanted:
        query = query.where(MetricKeyRow.name.in_(wanted))
    return [CurveName(*row) for row in session.execute(query.order_by(MetricKeyRow.name))]


def set_axis(session: Session, curve: CurveName, axes: Mapping[str, str] | None) -> None:
    """Note what the steps of a curve count; None says nothing of it."""
    if axes is not None and (axis := axes.get(curve.name, "")) != curve.axis:
        session.execute(update(CurveRow).where(CurveRow.id == curve.id).values(axis=axis))


def curves_with_rows(session: Session, number: int) -> list[CurveName]:
    """Return which curves of a run have rows."""
    has_rows = select(PointRow.step).where(PointRow.curve_id == CurveRow.id).exists()
    with_rows = set(session.scalars(select(CurveRow.id).where(CurveRow.run_number == number, has_rows)))
    return [curve for curve in curve_names(session, number) if curve.id in with_rows]


def row_counts(session: Session, number: int) -> dict[int, int]:
    """Return the number of rows per curve of a run, by key id."""
    counted = select(CurveRow.key_id, func.count()).join(PointRow, PointRow.curve_id == CurveRow.id)
    found = session.execute(counted.where(CurveRow.run_number == number).group_by(CurveRow.key_id))
    return {key_id: count for key_id, count in found}


def packed_counts(session: Session, number: int) -> dict[int, int]:
    """Return the number of packed points per curve of a run, by key id."""
    found = session.execute(select(MetricBlobRow.key_id, MetricBlobRow.count).where(MetricBlobRow.run_number == number))
    return {key_id: count for key_id, count in found}


def read_rows(session: Session, curve_id: int, after: float | None = None) -> Rows:
    """Return the points of a curve that are rows, or those after a step."""
    query = select(*_POINT).where(PointRow.curve_id == curve_id)
    if after is not None:
        query = query.where(PointRow.step > after)
    return _fetched(session, query.order_by(PointRow.step, PointRow.arrival))


def read_news(session: Session, curve_id: int, known: Known | None) -> Rows:
    """Return the last known point, if it is a row, and the points since.

    These are points beyond it and late ones; without a known point, all rows.
    """
    if known is None:
        return read_rows(session, curve_id)
    mine, last = PointRow.curve_id == curve_id, tuple_(known.step, known.arrival)
    late = select(*_POINT).where(mine, LATE, PointRow.arrival >= known.length)
    found = _in_order(_fetched(session, union_all(select(*_POINT).where(mine, last <= _PLACE), late)))
    both = (np.diff(found.curve.steps) == 0) & (np.diff(found.arrivals) == 0)  # what came late, and beyond it too
    return found.at(np.concatenate([[True], ~both])) if len(found) else found


def unchanged(session: Session, number: int, known: Mapping[str, Known]) -> set[str]:
    """Return those of these curves of a run that have no new rows.

    One query answers for all curves, as there may be thousands.
    """
    row = aliased(PointRow)
    mine = row.curve_id == CurveRow.id
    end = select(row.step).where(mine).order_by(row.step.desc(), row.arrival.desc()).limit(1).correlate(CurveRow)
    late = select(func.max(PointRow.arrival)).where(PointRow.curve_id == CurveRow.id, LATE).correlate(CurveRow)
    columns = select(
        MetricKeyRow.name,
        end.scalar_subquery(),
        end.with_only_columns(row.arrival).scalar_subquery(),
        func.coalesce(late.scalar_subquery(), 0),
    )
    found = columns.join(CurveRow, CurveRow.key_id == MetricKeyRow.id).where(CurveRow.run_number == number)
    return {
        name
        for name, step, arrival, last_late in session.execute(found)
        if (one := known.get(name)) and one[:2] == (step, arrival) and last_late < one.length
    }


def delete_rows(session: Session, curve_id: int, at_most: int | None = None) -> Rows:
    """Delete row points of a curve, at most the first `at_most`; return these."""
    mine = [PointRow.curve_id == curve_id]
    if at_most is not None:
        places = select(PointRow.step, PointRow.arrival).where(*mine).order_by(PointRow.step, PointRow.arrival)
        beyond = session.execute(places.offset(at_most).limit(1)).one_or_none()
        if beyond is not None:
            earlier = (PointRow.step == beyond.step) & (PointRow.arrival < beyond.arrival)
            mine.append(or_(PointRow.step < beyond.step, earlier))
    return _in_order(_fetched(session, delete(PointRow).where(*mine).returning(*_POINT)))


def delete_after(session: Session, number: int, step: float) -> None:
    """Delete the points of a run that are rows after a step."""
    mine = select(CurveRow.id).where(CurveRow.run_number == number)
    session.execute(delete(PointRow).where(PointRow.curve_id.in_(mine), PointRow.step > step))


def last_rows(session: Session, number: int) -> dict[int, tuple[float, float, float]]:
    """Return the last row point of each curve of a run, by key id."""
    other = aliased(PointRow)
    last = select(other.step, other.arrival).where(other.curve_id == CurveRow.id)
    last = last.order_by(other.step.desc(), other.arrival.desc()).limit(1).correlate(CurveRow)
    query = select(CurveRow.key_id, *_POINT[:3]).join(PointRow, PointRow.curve_id == CurveRow.id)
    found = session.execute(query.where(CurveRow.run_number == number, _PLACE.in_(last)))
    return {key_id: (plain(step), null_to_nan(value), wall_time) for key_id, step, value, wall_time in found}


def plain(step: float) -> float:
    """Return a step as a whole number where it is one."""
    return int(step) if step == int(step) else step


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
    """Replace a packed curve of a run; a curve without points is removed."""
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


def _in_order(rows: Rows) -> Rows:
    order = np.lexsort((rows.arrivals, rows.curve.steps))
    return Rows(rows.curve.at(order), rows.arrivals[order])


def _fetched(session: Session, query: Executable) -> Rows:
    """Return the points of a query, read as the driver's tuples.

    For a million points, SQLAlchemy's rows take seconds.
    """
    rows = session.connection().execute(query).cursor.fetchall()
    steps, values, times, elsewhere, arrivals = ([row[at] for row in rows] for at in range(5))
    found = np.array(elsewhere, np.float64)  # NULL is NaN
    steps_of_run = None if np.isnan(found).all() else np.where(np.isnan(found), steps, found)
    curve = Curve(np.array(steps, np.float64), np.array(values, np.float64), np.array(times), False, steps_of_run)
    return Rows(curve, np.array(arrivals, np.int64))
