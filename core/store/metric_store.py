"""Curves: written in batches, read incrementally, packed after their run has ended.

A curve is what was packed of it (one row of `metric_blobs`) and the rows of `points`. What is told apart is (step,
arrival): a point of arrival 0 takes the place of what its step had, any other comes after it. So every answer is the
same before, while and after a run is packed, and a run that is resumed needs no unpacking.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import RunNotFound
from core.runs import Metric, RunStatus
from core.store import curve_rows
from core.store.curve import Curve, merge
from core.store.curve_rows import Known, Rows
from core.store.database import Database
from core.store.point_writing import write_points
from core.store.tables import CurveRow, PointRow, RunRow

POINTS_AT_ONCE = 200_000  # that are packed while nobody else can write: less than a second
Point = tuple[float, float, float]  # step, value, wall time in seconds since 1970
_ENDED = RunRow.status.not_in([status for status in RunStatus if status.is_active])


class News(NamedTuple):
    """What came to a curve."""

    curve: Curve
    arrival: int  # of its last point; see `Known`


class MetricStore:
    """Store of points, a rewritten one keeping its last value, and packed curves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._curve_ids: dict[tuple[int, str], int] = {}

    # --- writing ---

    def append(self, run_id: str, metrics: Sequence[Metric]) -> None:
        """Write these points in one transaction."""
        with self.database.write() as session:
            number = _number(session, run_id)
            ids = self._ids(session, number, {m.key for m in metrics})
            rows = [  # NaN is the one number that is not itself
                (ids[key], step, arrival, value if value == value else None, wall_time, global_step)
                for key, step, value, wall_time, arrival, global_step in metrics
            ]
            if rows:
                write_points(session, rows)
        self._remember(number, ids)

    def append_curves(self, run_id: str, curves: Mapping[str, Curve], axes: Mapping[str, str] | None = None) -> None:
        """Write whole curves, packed at once and in one transaction, for imported runs.

        Where a curve has points already, those at steps that come again are replaced, all of a step.

        Args:
            run_id: The run.
            curves: By key.
            axes: By key, what the steps of a curve count where they are not the run's own, such as "epoch".
        """
        if not curves:  # no names would be all of them
            return
        with self.database.write() as session:
            number = _number(session, run_id)
            ids = self._ids(session, number, set(curves))
            for curve in curve_rows.curve_names(session, number, list(curves)):
                rows = curve_rows.delete_rows(session, curve.id)
                before = _merged(curve_rows.read_packed(session, number, curve.key_id), rows)
                curve_rows.write_packed(session, number, curve.key_id, merge(before, curves[curve.name].in_order()))
                curve_rows.set_axis(session, curve, axes)
        self._remember(number, ids)

    def replace_curves(
        self,
        run_id: str,
        curves: Mapping[str, Curve],
        gone: Sequence[str] = (),
        axes: Mapping[str, str] | None = None,
    ) -> None:
        """Put whole curves, packed, in the place of those before, in one transaction.

        Args:
            run_id: The run.
            curves: By key; other curves of the run stay as they are.
            gone: Keys of curves to remove.
            axes: By key, what the steps of a curve count where they are not the run's own, such as "epoch".
        """
        if not curves and not gone:  # no names would be all of them
            return
        with self.database.write() as session:
            number = _number(session, run_id)
            ids = self._ids(session, number, {*curves, *gone})
            for curve in curve_rows.curve_names(session, number, [*curves, *gone]):
                curve_rows.delete_rows(session, curve.id)
                whole = curves[curve.name].in_order() if curve.name in curves else curve_rows.NO_POINTS
                curve_rows.write_packed(session, number, curve.key_id, whole)
                curve_rows.set_axis(session, curve, axes)
        self._remember(number, ids)

    def forget_after(self, run_id: str, step: float) -> None:
        """Remove the points after a step: a resumed run repeats them from its checkpoint."""
        with self.database.write() as session:
            number = _number(session, run_id)
            curve_rows.delete_after(session, number, step)
            for key_id, last in curve_rows.packed_heads(session, number).items():
                if last.step > step:
                    whole = curve_rows.read_packed(session, number, key_id)
                    curve_rows.write_packed(session, number, key_id, whole.at(whole.steps <= step))

    def pack(self, run_id: str) -> None:
        """Pack the curves of an ended run; skip a running or packed one.

        Each part of a curve is one transaction: whoever is killed in between leaves every point where it was, or
        packed; and nobody else who writes waits for long.

        Raises:
            RunNotFound: There is none of this id.
            DatabaseUnavailable: The database is locked, full or not writable now; call again later.
        """
        with self.database.read() as session:
            curves = curve_rows.curves_with_rows(session, _number(session, run_id))
        for curve in curves:
            while self._pack_part(run_id, curve.id, curve.key_id):
                pass

    def _pack_part(self, run_id: str, curve_id: int, key_id: int) -> bool:
        """Pack a part of a curve in a short transaction; return whether more remains."""
        with self.database.write() as session:
            ended = select(RunRow.number).where(RunRow.id == run_id, _ENDED).with_for_update()
            number = session.scalar(ended)
            if number is None:  # it works, or was removed meanwhile
                return False
            fresh = curve_rows.delete_rows(session, curve_id, POINTS_AT_ONCE)
            if len(fresh):  # else somebody else has just packed it
                before = curve_rows.read_packed(session, number, key_id)
                curve_rows.write_packed(session, number, key_id, _merged(before, fresh))
            return len(fresh) == POINTS_AT_ONCE

    def unpacked(self) -> str | None:
        """Return a run that has ended and is not packed, or None."""
        has_rows = select(PointRow.step).join(CurveRow).where(CurveRow.run_number == RunRow.number).exists()
        with self.database.read() as session:
            return session.scalar(select(RunRow.id).where(_ENDED, has_rows).limit(1))

    # --- reading ---

    def read(
        self, run_id: str, after: Mapping[str, float] | None = None, keys: Sequence[str] = ()
    ) -> dict[str, list[Point]]:
        """Return the points of a run by key, sorted by step.

        Points of one step keep the order in which they arrived.

        Args:
            run_id: The run.
            after: By key, a step; only points beyond it are read.
            keys: Only these curves; empty is all.
        """
        return {key: curve.points() for key, curve in self.curves(run_id, after, keys).items()}

    def curves(
        self, run_id: str, after: Mapping[str, float] | None = None, keys: Sequence[str] = ()
    ) -> dict[str, Curve]:
        """Return the curves of `read` as arrays.

        Packed, a million points take a tenth of a second.
        """
        beyond = after or {}
        with self.database.read() as session:
            number = _number(session, run_id)
            names = curve_rows.curve_names(session, number, keys)
            # Rows first: who packs moves points from there to here, and none may be missed on its way.
            rows = {c.name: curve_rows.read_rows(session, c.id, beyond.get(c.name)) for c in names}
            heads = curve_rows.packed_heads(session, number)
            found = {}
            for curve in names:
                last, packed = beyond.get(curve.name), curve_rows.NO_POINTS
                if curve.key_id in heads and (last is None or heads[curve.key_id].step > last):
                    packed = curve_rows.read_packed(session, number, curve.key_id).after(last)
                if len(whole := _merged(packed, rows[curve.name])):
                    found[curve.name] = whole
        return found

    def news(self, run_id: str, known: Mapping[str, Known]) -> dict[str, News] | None:
        """Return new points of a run's curves, earlier steps included.

        None if a known point is gone.

        Args:
            run_id: The run.
            known: What the reader has, by key; of other curves everything is returned.
        """
        found = {}
        with self.database.read() as session:
            number = _number(session, run_id)
            every = curve_rows.curve_names(session, number)
            same = curve_rows.unchanged(session, number, known) if known else set()
            names = [curve for curve in every if curve.name not in same]
            rows = {c: curve_rows.read_news(session, c.id, known.get(c.name)) for c in names}  # before what is packed
            heads = curve_rows.packed_heads(session, number)
            for curve in names:
                last, head, fresh = known.get(curve.name), heads.get(curve.key_id), rows[curve]
                packed = curve_rows.NO_POINTS
                if head is not None and (last is None or head.step > last.step):
                    step = None if last is None else last.step
                    packed = curve_rows.read_packed(session, number, curve.key_id).after(step)
                if last is not None:
                    is_last = (fresh.curve.steps == last.step) & (fresh.arrivals == last.arrival)
                    if not is_last.any() and (head is None or head.step < last.step):
                        return None
                    fresh = fresh.at(~is_last)
                if len(whole := _merged(packed, fresh)):
                    is_row = len(fresh) and fresh.curve.steps[-1] == whole.steps[-1]
                    found[curve.name] = News(whole, int(fresh.arrivals[-1]) if is_row else 0)
        return None if set(known) - {c.name for c in every} else found

    def preview(self, run_id: str) -> dict[str, Curve] | None:
        """Return the curves of a packed run as first shown; None if not packed."""
        with self.database.read() as session:
            number = _number(session, run_id)
            if curve_rows.curves_with_rows(session, number):
                return None
            previews = curve_rows.read_previews(session, number)
            names = curve_rows.curve_names(session, number)
            return {curve.name: previews[curve.key_id] for curve in names if curve.key_id in previews}

    def latest(self, run_id: str) -> dict[str, Point]:
        """Return the last point, that of the largest step, per curve of a run."""
        found: dict[str, Point] = {}
        with self.database.read() as session:
            number = _number(session, run_id)
            rows, heads = curve_rows.last_rows(session, number), curve_rows.packed_heads(session, number)
            for curve in curve_rows.curve_names(session, number):
                row, packed = rows.get(curve.key_id), heads.get(curve.key_id)
                if row is not None and (packed is None or row[0] >= packed.step):
                    found[curve.name] = row
                elif packed is not None:
                    found[curve.name] = (curve_rows.plain(packed.step), packed.value, packed.time)
        return found

    def counts(self, run_id: str) -> dict[str, int]:
        """Return how many points every curve of a run has."""
        with self.database.read() as session:
            number = _number(session, run_id)
            rows, packed = curve_rows.row_counts(session, number), curve_rows.packed_counts(session, number)
            names = curve_rows.curve_names(session, number)
        counted = {curve.name: rows.get(curve.key_id, 0) + packed.get(curve.key_id, 0) for curve in names}
        return {name: count for name, count in counted.items() if count}

    def axes(self, run_id: str) -> dict[str, str]:
        """Return the units of curve steps that differ from the run's own step."""
        with self.database.read() as session:
            return {c.name: c.axis for c in curve_rows.curve_names(session, _number(session, run_id)) if c.axis}

    def _ids(self, session: Session, number: int, names: set[str]) -> dict[str, int]:
        known = {name: self._curve_ids[number, name] for name in names if (number, name) in self._curve_ids}
        return known | curve_rows.curve_ids(session, number, names - set(known))

    def _remember(self, number: int, ids: Mapping[str, int]) -> None:
        self._curve_ids |= {(number, name): curve_id for name, curve_id in ids.items()}  # now they are surely there


def _merged(packed: Curve, rows: Rows) -> Curve:
    return merge(packed, rows.curve, rows.replaces)


def _number(session: Session, run_id: str) -> int:
    number = session.scalar(select(RunRow.number).where(RunRow.id == run_id))
    if number is None:
        raise RunNotFound(run_id)
    return number
