"""Curves: written in batches, read from the last step that the reader has seen."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.errors import RunNotFound
from core.runs import Metric
from core.store.database import Database
from core.store.point_writing import write_points
from core.store.rows import null_to_nan
from core.store.tables import MetricKeyRow, MetricRow, RunRow

Point = tuple[int, float, float]  # step, value, wall time in seconds since 1970


class MetricStore:
    """One narrow table of points. A point written twice keeps its last value."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database
        self._key_ids: dict[str, int] = {}

    def append(self, run_id: str, metrics: Sequence[Metric]) -> None:
        """Write these points in one transaction."""
        with self.database.write() as session:
            number = _number(session, run_id)
            ids = {key: self._key_id(session, key) for key in {metric.key for metric in metrics}}
            rows = [  # NaN is the one number that is not itself
                (number, ids[key], step, value if value == value else None, wall_time)
                for key, step, value, wall_time in metrics
            ]
            if rows:
                write_points(session, rows)

    def read(
        self, run_id: str, after: Mapping[str, int] | None = None, keys: Sequence[str] = ()
    ) -> dict[str, list[Point]]:
        """Return the points of a run by key, in the order of their steps.

        Args:
            run_id: The run.
            after: By key, the last step already known; only later points are read.
            keys: Only these curves; empty is all.
        """
        with self.database.read() as session:
            number = _number(session, run_id)
            known = session.execute(select(MetricKeyRow.name, MetricKeyRow.id).order_by(MetricKeyRow.name)).all()
            curves = {}
            for name, key_id in known:
                if keys and name not in keys:
                    continue
                query = select(MetricRow.step, MetricRow.value, MetricRow.wall_time).where(
                    MetricRow.run_number == number, MetricRow.key_id == key_id
                )
                if after and name in after:
                    query = query.where(MetricRow.step > after[name])
                points = session.execute(query.order_by(MetricRow.step)).all()
                if points:
                    curves[name] = [(step, null_to_nan(value), wall_time) for step, value, wall_time in points]
            return curves

    def latest(self, run_id: str) -> dict[str, Point]:
        """Return the last point of every curve of a run."""
        with self.database.read() as session:
            number = _number(session, run_id)
            points = {}
            for name, key_id in session.execute(select(MetricKeyRow.name, MetricKeyRow.id)).all():
                query = select(MetricRow.step, MetricRow.value, MetricRow.wall_time).where(
                    MetricRow.run_number == number, MetricRow.key_id == key_id
                )
                found = session.execute(query.order_by(MetricRow.step.desc()).limit(1)).one_or_none()
                if found is not None:
                    points[name] = (found.step, null_to_nan(found.value), found.wall_time)
            return points

    def forget_after(self, run_id: str, step: int) -> None:
        """Remove the points after a step: a resumed run repeats them from its checkpoint."""
        with self.database.write() as session:
            number = _number(session, run_id)
            session.execute(delete(MetricRow).where(MetricRow.run_number == number, MetricRow.step > step))

    def _key_id(self, session: Session, name: str) -> int:
        if name not in self._key_ids:
            found = session.scalar(select(MetricKeyRow.id).where(MetricKeyRow.name == name))
            if found is None:
                found = session.execute(insert(MetricKeyRow).values(name=name).returning(MetricKeyRow.id)).scalar_one()
            self._key_ids[name] = found
        return self._key_ids[name]


def _number(session: Session, run_id: str) -> int:
    number = session.scalar(select(RunRow.number).where(RunRow.id == run_id))
    if number is None:
        raise RunNotFound(run_id)
    return number
