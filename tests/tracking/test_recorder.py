import json
import math
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.runs import Run, RunStatus
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.tracking import recorder as recorder_module
from core.tracking.recorder import Recorder
from core.tracking.sparkline import thin
from tests.live import LIMIT_S


@pytest.fixture
def run(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Run:
    made = runs.create(quick_config(), "", "key")
    runs.update(made.id, status=RunStatus.RUNNING)
    return made


@pytest.fixture
def record(run: Run, runs: RunStore, database: Database, tmp_path: Path) -> Recorder:
    return Recorder(run.id, runs, MetricStore(database), tmp_path)


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not done():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)


def test_the_first_point_is_written_while_the_run_goes_on(record: Recorder, run: Run, database: Database) -> None:
    record.record({"train/loss": 2.0}, step=1)
    wait_for(lambda: "train/loss" in MetricStore(database).read(run.id))
    record.close()


def test_everything_is_there_after_close(record: Recorder, run: Run, runs: RunStore, database: Database) -> None:
    for step in range(1, 1001):
        record.record({"train/loss": 1.0 / step, "train/accuracy": math.nan}, step)
    record.progress(steps=1000, steps_total=1000)
    record.close()
    curves = MetricStore(database).read(run.id)
    assert {key: len(points) for key, points in curves.items()} == {"train/loss": 1000, "train/accuracy": 1000}
    assert (runs.get(run.id).steps, len(runs.get(run.id).sparkline)) == (1000, 40)


def test_points_are_safe_when_a_flush_says_so(record: Recorder, run: Run, database: Database) -> None:
    for step in range(1, 200):
        record.record({"train/loss": 1.0}, step)
    assert record.flush()
    assert len(MetricStore(database).read(run.id)["train/loss"]) == 199


def test_the_wish_to_stop_is_heard(record: Recorder, run: Run, runs: RunStore) -> None:
    runs.request_stop(run.id)
    assert record.stop_requested.wait(timeout=LIMIT_S)
    record.close()


def test_a_run_that_was_taken_away_stops(record: Recorder, run: Run, runs: RunStore) -> None:
    runs.finish(run.id, RunStatus.INTERRUPTED, "somebody thought it was dead")
    assert record.stop_requested.wait(timeout=LIMIT_S)
    record.close()
    assert runs.get(run.id).status is RunStatus.INTERRUPTED


def test_points_wait_while_the_database_is_locked(
    record: Recorder, run: Run, settings: Settings, database: Database
) -> None:
    lock = sqlite3.connect(settings.home / "touchstone.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    for step in range(1, 101):
        record.record({"train/loss": float(step)}, step)
    time.sleep(0.7)
    lock.execute("COMMIT")
    lock.close()
    record.close()
    assert len(MetricStore(database).read(run.id)["train/loss"]) == 100


def test_points_that_no_database_takes_are_left_in_the_folder(
    run: Run, runs: RunStore, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.database.BUSY_TIMEOUT_S", 0.1)
    monkeypatch.setattr(recorder_module, "LAST_TRY_S", 0.5)
    impatient = Database(settings.url)
    record = Recorder(run.id, RunStore(impatient), MetricStore(impatient), tmp_path)
    lock = sqlite3.connect(settings.home / "touchstone.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    record.record({"train/loss": 0.25}, 7)
    record.close()
    lock.close()
    left = [json.loads(line) for line in (tmp_path / "unsaved-metrics.jsonl").read_text().splitlines()]
    assert [point[:3] for point in left] == [["train/loss", 7, 0.25]]


def test_a_sparkline_keeps_first_and_last() -> None:
    assert thin([float(i) for i in range(1000)], points=4) == [0.0, 333.0, 666.0, 999.0]
    assert thin([math.nan, 1.0, math.inf]) == [None, 1.0, None]


def test_changes_of_the_store_wait_their_turn_while_it_is_locked(
    record: Recorder, run: Run, runs: RunStore, settings: Settings
) -> None:
    lock = sqlite3.connect(settings.home / "touchstone.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    record.write(runs.add_event, run.id, "note", "first")
    record.write(runs.update, run.id, verdict="better")
    record.write(runs.add_event, run.id, "note", "second")
    time.sleep(0.7)
    lock.execute("COMMIT")
    lock.close()
    record.close()
    assert [event.message for event in runs.events(run.id)] == ["first", "second"]
    assert runs.get(run.id).verdict == "better"
