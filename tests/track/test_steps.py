"""Each metric has its own axis, and keeps every point: also of one step, of steps between, and of late ones."""

from pathlib import Path

import pytest

from core import track
from core.services.curve_cache import CurveCache
from core.services.run_service import Service
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.track.session import Session


def steps(service: Service, run_id: str, key: str) -> list[float]:
    return [step for step, _, _ in service.metrics(run_id)[key]]


def test_a_step_that_is_given_for_one_metric_moves_no_other_one_back(service: Service, database: Database) -> None:
    run = track.init()
    for epoch in range(3):
        for _ in range(100):
            run.log({"loss": 1.0})
        run.log({"val": 0.5}, step=epoch)
    run.finish()
    assert steps(service, run.id, "loss") == list(range(300))
    assert steps(service, run.id, "val") == [0, 1, 2]
    where = MetricStore(database).curves(run.id)["val"].global_steps
    assert where is not None
    assert where.tolist() == [99.0, 199.0, 299.0]


def test_a_step_of_another_unit_moves_no_other_metric_forward(service: Service) -> None:
    run = track.init()
    run.log({"loss": 1.0})
    run.log({"val": 0.5}, step=64_000)
    run.log({"loss": 0.9, "lr": 0.1})
    run.finish()
    assert steps(service, run.id, "loss") == [0, 1]
    assert steps(service, run.id, "lr") == [1]


@pytest.mark.parametrize("times", [2, 1_200])
def test_all_points_of_one_step_are_kept_in_their_order(service: Service, database: Database, times: int) -> None:
    run = track.init()
    for epoch in range(3):
        for batch in range(times):
            run.log({"loss": epoch + batch / 10_000}, step=epoch)
    run.finish()
    expected = [epoch + batch / 10_000 for epoch in range(3) for batch in range(times)]
    assert [value for _, value, _ in service.metrics(run.id)["loss"]] == expected
    store = MetricStore(database)
    store.pack(run.id)
    assert [value for _, value, _ in service.metrics(run.id)["loss"]] == expected
    preview = store.preview(run.id)
    assert preview is not None
    assert preview["loss"].values[[0, -1]].tolist() == [expected[0], expected[-1]]


def test_steps_between_whole_ones_keep_their_places(service: Service, database: Database) -> None:
    run = track.init()
    for half in range(1, 21):
        run.log({"loss": float(half)}, step=half / 2)
    run.finish()
    expected = [half / 2 for half in range(1, 21)]
    assert steps(service, run.id, "loss") == expected
    MetricStore(database).pack(run.id)
    assert steps(service, run.id, "loss") == expected
    assert service.run(run.id).steps == 10


def test_a_late_point_is_shown_while_the_run_works_and_after_a_reload(service: Service) -> None:
    run = track.init()
    cache = CurveCache(service)
    for step in range(0, 100, 10):
        if step != 50:
            run.log({"eval": float(step)}, step=step)
    assert flushed(run)
    seen = cache.read(run.id)
    assert seen.curves["eval"].steps.tolist() == [0, 10, 20, 30, 40, 60, 70, 80, 90]
    run.log({"eval": 50.0}, step=50)
    run.log({"eval": 100.0}, step=100)
    assert flushed(run)
    eventually_fresh(cache, run.id)
    news = cache.read(run.id, seen.lengths, seen.generation)
    assert not news.complete
    assert news.curves["eval"].steps.tolist() == [50, 100]
    assert news.lengths == {"eval": 11}
    every = list(range(0, 101, 10))
    assert CurveCache(service).read(run.id).curves["eval"].steps.tolist() == every
    assert cache.read_whole(run.id, ["eval"])["eval"].steps.tolist() == every
    run.finish()
    assert steps(service, run.id, "eval") == every


def flushed(run: track.TrackedRun) -> bool:
    assert isinstance(run._session, Session)
    return run._session.recorder.flush()


def eventually_fresh(cache: CurveCache, run_id: str) -> None:
    cache._mirrors[run_id].refreshed_at = float("-inf")  # the mirror looks no more often than four times a second


def test_a_run_that_is_logged_on_takes_up_each_of_its_axes(service: Service) -> None:
    first = track.init()
    for _ in range(5):
        first.log({"loss": 1.0})
    first.log({"val": 0.5}, step=900)
    first.log({"val": 0.4}, step=900)
    first.finish()
    again = track.init(resume=first.id)
    again.log({"loss": 0.9})
    again.log({"new": 0.1})
    again.log({"val": 0.3}, step=900)
    again.finish()
    assert steps(service, first.id, "loss") == [0, 1, 2, 3, 4, 5]
    assert steps(service, first.id, "new") == [6]
    assert [(s, v) for s, v, _ in service.metrics(first.id)["val"]] == [(900, 0.5), (900, 0.4), (900, 0.3)]


def test_counting_ends_at_the_largest_step_and_loses_nothing(service: Service) -> None:
    run = track.init()
    run.log({"loss": 1.0}, step=2**53)
    run.log({"loss": 2.0})
    run.finish()
    assert [(s, v) for s, v, _ in service.metrics(run.id)["loss"]] == [(2**53, 1.0), (2**53, 2.0)]


def test_a_name_with_half_a_character_does_no_harm_to_the_others(service: Service) -> None:
    run = track.init(name="a\ud800" * 60, config={"b\ud800": "c\ud800"})
    run.log({"loss\ud800": 1.0, "loss": 2.0, "Verlust é": 3.0})
    run.finish()
    assert sorted(service.metrics(run.id)) == ["Verlust é", "loss"]
    assert service.run(run.id).settings == {"b?": "c?"}
    (said,) = [event.message for event in service.events(run.id, "warning")]
    assert said == "'loss?' is not recorded: its name has halves of characters, which no file can hold."


def test_points_that_the_version_before_still_writes_come_along(service: Service, home: Path) -> None:
    import sqlite3
    from contextlib import closing

    run = track.init()
    run.log({"loss": 1.0})
    run.finish()
    old = (
        "INSERT INTO metrics (run_number, key_id, step, value, wall_time) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
        "(run_number, key_id, step) DO UPDATE SET value = excluded.value, wall_time = excluded.wall_time"
    )
    with closing(sqlite3.connect(home / "touchstone.db")) as connection:
        connection.executemany(old, [(1, 1, 7, 0.5, 1007.0), (1, 1, 8, 0.4, 1008.0), (1, 1, 8, 0.3, 1008.5)])
        connection.commit()
        assert connection.execute("SELECT count(*) FROM metrics").fetchone() == (0,)
    found = [(step, value) for step, value, _ in service.metrics(run.id)["loss"]]
    assert found == [(0, 1.0), (7, 0.5), (8, 0.3)]
