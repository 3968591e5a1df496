"""First, last, lowest and highest value of a metric per run, for tables only.

Charts never use it.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from core.store.curve import Curve
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.packed_curve import unpack
from core.store.rows import null_to_nan
from core.store.tables import CurveRow, MetricBlobRow, MetricKeyRow, PointRow, RunRow

LARGEST = 1.7976931348623157e308  # what is larger is infinite, and never the best
KEPT = 100_000  # summaries of packed curves that are remembered, by their bytes: 10 MB


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """One metric of one run in four numbers; NaN where there is none."""

    first: float
    last: float
    lowest: float  # of the finite values
    highest: float


class MetricSummaries:
    """Summaries of all runs at once, from packed previews and from row curves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> list[str]:
        """Return the name of every metric that was ever logged, in order."""
        with self._database.read() as session:
            return list(session.scalars(select(MetricKeyRow.name).order_by(MetricKeyRow.name)))

    def runs_with(self, names: Sequence[str]) -> dict[str, set[str]]:
        """Return the ids of the runs that have curves of all these names."""
        found: dict[str, set[str]] = {name: set() for name in names}
        with self._database.read() as session:
            for name, key_id in _key_ids(session, names).items():
                packed = select(MetricBlobRow.key_id).where(
                    MetricBlobRow.run_number == RunRow.number, MetricBlobRow.key_id == key_id
                )
                rows = select(PointRow.step).join(CurveRow).where(_curve_of_run(key_id))
                for has in (packed, rows):
                    found[name].update(session.scalars(select(RunRow.id).where(has.correlate(RunRow).exists())))
        return found

    def read(self, name: str) -> dict[str, MetricSummary]:
        """Return the summaries of a metric by the id of each run with it."""
        with self._database.read() as session:
            key_id = _key_ids(session, [name]).get(name)
            if key_id is None:
                return {}
            rows = {row[0]: MetricSummary(*map(null_to_nan, row[1:])) for row in session.execute(_of_rows(key_id))}
            found = {run_id: _of_preview(bytes(preview)) for run_id, preview in session.execute(_packed(key_id))}
        both = rows.keys() & found.keys()  # resumed: which of two points counts is the curve's own to say
        store = MetricStore(self._database)
        return found | rows | {run_id: _of_curve(store.curves(run_id, keys=[name])[name]) for run_id in both}


def _key_ids(session: Session, names: Collection[str]) -> dict[str, int]:
    query = select(MetricKeyRow.name, MetricKeyRow.id).where(MetricKeyRow.name.in_(names))
    return {name: key_id for name, key_id in session.execute(query)}


def _packed(key_id: int) -> Select[str, bytes]:
    mine = (MetricBlobRow.run_number == RunRow.number) & (MetricBlobRow.key_id == key_id)
    return select(RunRow.id, MetricBlobRow.preview).join(MetricBlobRow, mine)


def _of_rows(key_id: int) -> Select[*tuple[Any, ...]]:
    """Build the query for row curves: both ends of each, and its extremes."""
    end = aliased(PointRow)
    ends = select(end.value).where(end.curve_id == CurveRow.id).correlate(CurveRow).limit(1)
    finite = case((func.abs(PointRow.value) <= LARGEST, PointRow.value))
    return (
        select(
            RunRow.id,
            ends.order_by(end.step, end.arrival).scalar_subquery(),
            ends.order_by(end.step.desc(), end.arrival.desc()).scalar_subquery(),
            func.min(finite),
            func.max(finite),
        )
        .join(CurveRow, _curve_of_run(key_id))
        .join(PointRow, PointRow.curve_id == CurveRow.id)
        .group_by(RunRow.number, RunRow.id, CurveRow.id)
    )


def _curve_of_run(key_id: int) -> ColumnElement[bool]:
    return (CurveRow.run_number == RunRow.number) & (CurveRow.key_id == key_id)


_remembered: dict[bytes, MetricSummary] = {}
_lock = Lock()


def _of_preview(preview: bytes) -> MetricSummary:
    """Return the summary in a preview, with ends and extremes, cached by hash."""
    digest = blake2b(preview, digest_size=16).digest()
    known = _remembered.get(digest)
    if known is None:
        known = _of_curve(unpack(preview))
        with _lock:
            if len(_remembered) >= KEPT:
                _remembered.clear()
            _remembered[digest] = known
    return known


def _of_curve(curve: Curve) -> MetricSummary:
    finite = curve.values[np.isfinite(curve.values)]
    lowest, highest = (float(finite.min()), float(finite.max())) if len(finite) else (math.nan, math.nan)
    return MetricSummary(float(curve.values[0]), float(curve.values[-1]), lowest, highest)
