"""Curves of runs that have ended are packed: smaller, faster to read, and the same to whoever asks."""

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.errors import DatabaseUnavailable
from core.runs import Metric, Run, RunStatus
from core.specs.config import TrainConfig
from core.store.curve import Curve
from core.store.database import Database
from core.store.job_queue import JobQueue
from core.store.metric_store import MetricStore
from core.store.packed_curve import pack, unpack
from core.store.run_store import RunStore
from core.store.tables import MetricBlobRow, PointRow
from tests.live import eventually

ANY_STEP = st.integers(-(2**53), 2**53).map(float) | st.floats(-1e9, 1e9)


@pytest.fixture
def metrics(database: Database) -> MetricStore:
    return MetricStore(database)


@pytest.fixture
def run(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Run:
    made = runs.create(quick_config(), "", "key")
    runs.update(made.id, status=RunStatus.SUCCEEDED)
    return made


def points(key: str, *values: float, first: int = 1) -> list[Metric]:
    return [Metric(key, step, value, 1000.0 + step) for step, value in enumerate(values, start=first)]


def row_count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(PointRow)) or 0


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


@settings(deadline=None)
@given(st.dictionaries(ANY_STEP, st.tuples(st.floats(), st.floats(allow_nan=False)), min_size=1))
def test_every_bit_of_a_curve_comes_back(points: dict[float, tuple[float, float]]) -> None:
    steps = np.array(sorted(points), np.float64)
    values, times = (np.array([points[step][i] for step in steps.tolist()]) for i in (0, 1))
    again = unpack(pack(Curve(steps, values, times)))
    assert again.steps.tolist() == steps.tolist()
    assert again.values.tobytes() == values.tobytes()
    assert again.times.tobytes() == times.tobytes()


@pytest.mark.parametrize("data", [b"", b"TSC1", b"no curve, but long enough for the head of one"])
def test_bytes_that_are_no_curve_are_named_as_damage(data: bytes) -> None:
    with pytest.raises(DatabaseUnavailable, match="damaged"):
        unpack(data)


def test_a_packed_run_reads_like_before(metrics: MetricStore, database: Database, run: Run) -> None:
    metrics.append(run.id, points("train/loss", 3.0, math.nan, -math.inf, 0.5) + points("validation/loss", 2.0))
    before, latest = metrics.read(run.id), metrics.latest(run.id)
    metrics.pack(run.id)
    assert row_count(database) == 0
    assert str(metrics.read(run.id)) == str(before)  # as text, for NaN is not equal to itself
    assert str(before["train/loss"]) == "[(1, 3.0, 1001.0), (2, nan, 1002.0), (3, -inf, 1003.0), (4, 0.5, 1004.0)]"
    assert metrics.latest(run.id) == latest == {"train/loss": (4, 0.5, 1004.0), "validation/loss": (1, 2.0, 1001.0)}
    assert metrics.read(run.id, after={"train/loss": 3, "validation/loss": 1}) == {"train/loss": [(4, 0.5, 1004.0)]}
    assert metrics.read(run.id, keys=["validation/loss"]) == {"validation/loss": [(1, 2.0, 1001.0)]}


def test_packing_twice_changes_nothing(metrics: MetricStore, run: Run) -> None:
    metrics.append(run.id, points("train/loss", 3.0, 2.0))
    assert metrics.unpacked() == run.id
    metrics.pack(run.id)
    assert metrics.unpacked() is None
    metrics.pack(run.id)
    assert metrics.read(run.id) == {"train/loss": [(1, 3.0, 1001.0), (2, 2.0, 1002.0)]}


def test_a_run_that_works_is_not_packed(metrics: MetricStore, database: Database, runs: RunStore, run: Run) -> None:
    runs.update(run.id, status=RunStatus.RUNNING)
    metrics.append(run.id, points("train/loss", 3.0))
    metrics.pack(run.id)
    assert metrics.unpacked() is None
    assert metrics.preview(run.id) is None
    assert row_count(database) == 1


def test_a_long_curve_is_packed_part_by_part(
    metrics: MetricStore, database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.metric_store.POINTS_AT_ONCE", 3)
    metrics.append(run.id, points("train/loss", *range(9)) + points("validation/loss", *range(10)))
    before = metrics.read(run.id)
    metrics.pack(run.id)
    assert row_count(database) == 0
    assert metrics.read(run.id) == before
    assert [len(curve) for curve in before.values()] == [9, 10]


def test_points_that_come_after_packing_count(metrics: MetricStore, run: Run) -> None:
    metrics.append(run.id, points("train/loss", 3.0, 2.0))
    metrics.pack(run.id)
    metrics.append(run.id, points("train/loss", 1.5, 1.0, first=2))  # a last flush that came late: step 2 again, step 3
    expected = [(1, 3.0, 1001.0), (2, 1.5, 1002.0), (3, 1.0, 1003.0)]
    assert metrics.read(run.id) == {"train/loss": expected}
    assert metrics.latest(run.id) == {"train/loss": (3, 1.0, 1003.0)}
    metrics.pack(run.id)
    assert metrics.read(run.id) == {"train/loss": expected}


def test_a_resumed_run_forgets_what_it_will_repeat_and_goes_on(
    metrics: MetricStore, runs: RunStore, database: Database, run: Run
) -> None:
    metrics.append(run.id, points("train/loss", 3.0, 2.0, 1.0) + points("validation/loss", 9.0, first=3))
    runs.update(run.id, status=RunStatus.STOPPED)
    metrics.pack(run.id)
    assert JobQueue(database).requeue(run.id)
    metrics.forget_after(run.id, 2)
    assert metrics.read(run.id) == {"train/loss": [(1, 3.0, 1001.0), (2, 2.0, 1002.0)]}
    metrics.append(run.id, points("train/loss", 1.9, first=3))
    runs.update(run.id, status=RunStatus.SUCCEEDED)
    metrics.pack(run.id)
    assert metrics.read(run.id) == {"train/loss": [(1, 3.0, 1001.0), (2, 2.0, 1002.0), (3, 1.9, 1003.0)]}


def test_a_preview_is_thin_and_shows_every_spike(metrics: MetricStore, run: Run) -> None:
    values = np.sin(np.arange(50_000) / 500)
    values[[12_345, 40_000]] = 50.0, math.nan
    steps = np.arange(50_000, dtype=float)
    times = np.linspace(1000.0, 2000.0, 50_000)
    metrics.append_curves(run.id, {"train/loss": Curve(steps, values, times)})
    metrics.append_curves(run.id, {"validation/loss": Curve(steps[:3], values[:3], times[:3])})
    preview = metrics.preview(run.id)
    assert preview is not None
    assert len(preview["train/loss"]) < 1_100
    assert preview["train/loss"].is_thinned
    assert {0, 12_345, 40_000, 49_999} <= set(preview["train/loss"].steps.tolist())
    assert preview["validation/loss"].points() == [(i, values[i], times[i]) for i in range(3)]
    assert not preview["validation/loss"].is_thinned
    assert len(metrics.curves(run.id)["train/loss"]) == 50_000


def test_removing_a_run_removes_its_packed_curves(metrics: MetricStore, runs: RunStore, run: Run) -> None:
    metrics.append(run.id, points("train/loss", 3.0))
    metrics.pack(run.id)
    runs.update(run.id, deleted_at=run.created_at)
    runs.remove([run.id])
    with metrics.database.read() as session:
        assert session.scalars(select(MetricBlobRow.count)).all() == []


def test_ten_thousand_steps_of_four_metrics_take_less_than_two_megabytes(
    metrics: MetricStore, database: Database, run: Run, home: Path
) -> None:
    chance, file = np.random.default_rng(0), home / "touchstone.db"
    noise = chance.normal(size=(4, 10_000))

    def size() -> int:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return file.stat().st_size

    before = size()
    for start in range(0, 10_000, 500):
        written = [
            Metric(f"metric-{key}", step, noise[key, step], 1.7e9 + 0.0123 * step)
            for step in range(start, start + 500)
            for key in range(4)
        ]
        metrics.append(run.id, written)
    metrics.pack(run.id)
    assert size() - before < 2_000_000
    assert sum(map(len, metrics.curves(run.id).values())) == 40_000


PROGRAM = """
import sys
from core.store.database import Database
from core.store.metric_store import MetricStore
MetricStore(Database(sys.argv[1])).pack(sys.argv[2])
"""


def test_who_is_killed_while_packing_loses_nothing(metrics: MetricStore, database: Database, run: Run) -> None:
    for key in range(40):
        metrics.append(run.id, [Metric(f"metric-{key:02}", step, step / 7, 1000.0 + step) for step in range(250)])
    before = metrics.read(run.id)
    worker = subprocess.Popen([sys.executable, "-c", PROGRAM, database.url, run.id])
    eventually(lambda: row_count(database) < 10_000)
    worker.kill()
    worker.wait(60)
    assert metrics.read(run.id) == before
    metrics.pack(run.id)
    assert row_count(database) == 0
    assert metrics.read(run.id) == before


CHANGES = st.tuples(
    st.sampled_from(["append", "bring", "forget", "pack"]),
    st.dictionaries(st.integers(0, 20), st.floats(width=32), min_size=1, max_size=8),
    st.integers(-1, 20),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, min_size=2, max_size=8))
def test_whatever_happened_the_answers_are_those_of_a_plain_dictionary(
    metrics: MetricStore, run: Run, changes: list[tuple[str, dict[int, float], int]]
) -> None:
    metrics.forget_after(run.id, -1)  # what the example before left
    expected: dict[int, float] = {}
    for change, values, last in changes:
        if change == "append":
            metrics.append(run.id, [Metric("k", step, value, float(step)) for step, value in values.items()])
            expected |= values
        elif change == "bring":
            steps = np.array(sorted(values), np.float64)
            metrics.append_curves(run.id, {"k": Curve(steps, np.array([values[s] for s in sorted(values)]), steps)})
            expected |= values
        elif change == "forget":
            metrics.forget_after(run.id, last)
            expected = {step: value for step, value in expected.items() if step <= last}
        else:
            metrics.pack(run.id)
    found = metrics.read(run.id).get("k", [])
    assert [step for step, _, _ in found] == sorted(expected)
    assert all(same(value, expected[int(step)]) for step, value, _ in found)
    later = metrics.read(run.id, {"k": 7}).get("k", [])
    assert [step for step, _, _ in later] == [step for step in sorted(expected) if step > 7]
    assert [point[0] for point in metrics.latest(run.id).values()] == ([max(expected)] if expected else [])
