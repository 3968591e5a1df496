"""Curves: written in batches, read from the last step that the reader has seen, packed when their run has ended.

A curve is what was packed of it (one row of `metric_blobs`) and the rows of `metrics`, which count where both have a
step. So every answer is the same before, while and after a run is packed, and a run that is resumed needs no unpacking.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.errors import RunNotFound
from core.runs import Metric, RunStatus
from core.store import curve_rows
from core.store.curve import Curve, merge
from core.store.database import Database
from core.store.point_writing import write_points
from core.store.tables import MetricRow, RunRow

POINTS_AT_ONCE = 200_000  # that are packed while nobody else can write: less than a second
Point = tuple[int, float, float]  # step, value, wall time in seconds since 1970
_ENDED = RunRow.status.not_in([status for status in RunStatus if status.is_active])


class MetricStore:
    """One narrow table of points and one of packed curves. A point written twice keeps its last value."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database
        self._key_ids: dict[str, int] = {}

    # --- writing ---

    def append(self, run_id: str, metrics: Sequence[Metric]) -> None:
        """Write these points in one transaction."""
        with self.database.write() as session:
            number, ids = _number(session, run_id), self._ids(session, {m.key for m in metrics})
            rows = [  # NaN is the one number that is not itself
                (number, ids[key], step, value if value == value else None, wall_time)
                for key, step, value, wall_time in metrics
            ]
            if rows:
                write_points(session, rows)
        self._key_ids |= ids  # not before it is sure that they are there

    def append_curves(self, run_id: str, curves: Mapping[str, Curve]) -> None:
        """Write whole curves, packed at once and in one transaction: for runs that are brought from elsewhere."""
        with self.database.write() as session:
            number, ids = _number(session, run_id), self._ids(session, set(curves))
            for key, curve in curves.items():
                rows = curve_rows.delete_rows(session, number, ids[key])
                before = merge(curve_rows.read_packed(session, number, ids[key]), rows)
                curve_rows.write_packed(session, number, ids[key], merge(before, curve))
        self._key_ids |= ids

    def replace_curves(self, run_id: str, curves: Mapping[str, Curve], gone: Sequence[str] = ()) -> None:
        """Put whole curves, packed, in the place of those before, in one transaction.

        Args:
            run_id: The run.
            curves: By key; other curves of the run stay as they are.
            gone: Keys of curves to remove.
        """
        with self.database.write() as session:
            number, ids = _number(session, run_id), self._ids(session, {*curves, *gone})
            for key in (*curves, *gone):
                curve_rows.delete_rows(session, number, ids[key])
                curve_rows.write_packed(session, number, ids[key], curves.get(key, curve_rows.NO_POINTS))
        self._key_ids |= ids

    def forget_after(self, run_id: str, step: int) -> None:
        """Remove the points after a step: a resumed run repeats them from its checkpoint."""
        with self.database.write() as session:
            number = _number(session, run_id)
            session.execute(delete(MetricRow).where(MetricRow.run_number == number, MetricRow.step > step))
            for key_id, last in curve_rows.packed_heads(session, number).items():
                if last.step > step:
                    whole = curve_rows.read_packed(session, number, key_id)
                    curve_rows.write_packed(session, number, key_id, whole.at(whole.steps <= step))

    def pack(self, run_id: str) -> None:
        """Pack the curves of a run that has ended; where it works, or is packed already, nothing happens.

        Each part of a curve is one transaction: whoever is killed in between leaves every point where it was, or
        packed; and nobody else who writes waits for long.

        Raises:
            RunNotFound: There is none of this id.
            DatabaseUnavailable: The database is locked, full or not writable now; call again later.
        """
        with self.database.read() as session:
            key_ids = curve_rows.keys_with_rows(session, _number(session, run_id))
        for key_id in key_ids:
            while self._pack_part(run_id, key_id):
                pass

    def _pack_part(self, run_id: str, key_id: int) -> bool:
        """Pack so much of a curve as fits into a moment; say whether there is more."""
        with self.database.write() as session:
            ended = select(RunRow.number).where(RunRow.id == run_id, _ENDED).with_for_update()
            number = session.scalar(ended)
            if number is None:  # it works, or was removed meanwhile
                return False
            fresh = curve_rows.delete_rows(session, number, key_id, POINTS_AT_ONCE)
            if len(fresh):  # else somebody else has just packed it
                before = curve_rows.read_packed(session, number, key_id)
                curve_rows.write_packed(session, number, key_id, merge(before, fresh))
            return len(fresh) == POINTS_AT_ONCE

    def unpacked(self) -> str | None:
        """Return a run that has ended and is not packed; None where there is none."""
        has_rows = select(MetricRow.step).where(MetricRow.run_number == RunRow.number).exists()
        with self.database.read() as session:
            return session.scalar(select(RunRow.id).where(_ENDED, has_rows).limit(1))

    # --- reading ---

    def read(
        self, run_id: str, after: Mapping[str, int] | None = None, keys: Sequence[str] = ()
    ) -> dict[str, list[Point]]:
        """Return the points of a run by key, in the order of their steps.

        Args:
            run_id: The run.
            after: By key, the last step already known; only later points are read.
            keys: Only these curves; empty is all.
        """
        return {key: curve.points() for key, curve in self.curves(run_id, after, keys).items()}

    def curves(self, run_id: str, after: Mapping[str, int] | None = None, keys: Sequence[str] = ()) -> dict[str, Curve]:
        """Return what `read` returns, as arrays: packed, a million points take a tenth of a second."""
        known, found = after or {}, {}
        with self.database.read() as session:
            number = _number(session, run_id)
            names = curve_rows.names(session, number, keys)
            # Rows first: who packs moves points from there to here, and none may be missed on its way.
            rows = {i: curve_rows.read_rows(session, number, i, known.get(name)) for i, name in names.items()}
            heads = curve_rows.packed_heads(session, number)
            for key_id, name in names.items():
                curve, last = rows[key_id], known.get(name)
                if key_id in heads and (last is None or heads[key_id].step > last):
                    curve = merge(curve_rows.read_packed(session, number, key_id).after(last), curve)
                if len(curve):
                    found[name] = curve
        return found

    def preview(self, run_id: str) -> dict[str, Curve] | None:
        """Return the curves of a packed run as a chart shows them at first; None where the run is not packed."""
        with self.database.read() as session:
            number = _number(session, run_id)
            if curve_rows.keys_with_rows(session, number):
                return None
            previews = curve_rows.read_previews(session, number)
            return {name: previews[key_id] for key_id, name in curve_rows.names_of(session, previews).items()}

    def latest(self, run_id: str) -> dict[str, Point]:
        """Return the last point of every curve of a run."""
        found: dict[str, Point] = {}
        with self.database.read() as session:
            number = _number(session, run_id)
            rows, heads = curve_rows.last_rows(session, number), curve_rows.packed_heads(session, number)
            for key_id, name in curve_rows.names_of(session, {*rows, *heads}).items():
                row, packed = rows.get(key_id), heads.get(key_id)
                if row is not None and (packed is None or row[0] >= packed.step):
                    found[name] = row
                elif packed is not None:
                    found[name] = (packed.step, packed.value, packed.time)
        return found

    def _ids(self, session: Session, names: set[str]) -> dict[str, int]:
        known = {name: self._key_ids[name] for name in names if name in self._key_ids}
        return known | curve_rows.key_ids(session, names - set(known))


def _number(session: Session, run_id: str) -> int:
    number = session.scalar(select(RunRow.number).where(RunRow.id == run_id))
    if number is None:
        raise RunNotFound(run_id)
    return number
