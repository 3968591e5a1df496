"""The mirror behind the live charts, and what downsampling keeps."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf, nan

import numpy as np
import pytest

import core.services.curve_cache
from core.errors import RunNotFound
from core.runs import Metric, Run, RunStatus
from core.services.curve_cache import Curve, CurveCache, downsample
from core.services.run_service import Service
from core.services.supervisor_client import SupervisorProcess
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.external_runs import ExternalRuns
from core.store.job_queue import JobQueue
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore


@pytest.fixture
def service(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(core.services.curve_cache, "REFRESH_S", 0.0)
    return Service(settings, database, SupervisorProcess(settings, database))


@pytest.fixture
def run(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Run:
    return runs.create(quick_config(), "", "one")


def points(*steps: int, key: str = "train/loss") -> list[Metric]:
    return [Metric(key, step, 1.0 / (1 + step), 1000.0 + step) for step in steps]


def test_a_viewer_gets_everything_once_and_then_only_what_is_new(
    service: Service, database: Database, run: Run
) -> None:
    store, cache = MetricStore(database), CurveCache(service)
    store.append(run.id, points(0, 1, 2))
    first = cache.read(run.id)
    assert first.complete
    assert first.curves["train/loss"].steps.tolist() == [0, 1, 2]

    store.append(run.id, points(3, 4))
    second = cache.read(run.id, {"train/loss": 3}, first.generation)
    assert not second.complete
    assert second.curves["train/loss"].steps.tolist() == [3, 4]
    assert cache.read(run.id, {"train/loss": 5}, first.generation).curves == {}


def test_a_late_curve_is_not_missed_by_a_viewer_who_saw_later_steps_of_another(
    service: Service, database: Database, run: Run
) -> None:
    store, cache = MetricStore(database), CurveCache(service)
    store.append(run.id, points(0, 10))
    first = cache.read(run.id)
    store.append(run.id, points(5, key="validation/loss"))
    assert cache.read(run.id, {"train/loss": 2}, first.generation).curves["validation/loss"].steps.tolist() == [5]


def test_points_that_vanish_make_the_viewer_start_over(service: Service, database: Database, run: Run) -> None:
    store, cache = MetricStore(database), CurveCache(service)
    store.append(run.id, points(0, 1, 2, 3))
    first = cache.read(run.id)
    store.forget_after(run.id, 1)
    store.append(run.id, points(2))
    again = cache.read(run.id, {"train/loss": 4}, first.generation)
    assert again.complete
    assert again.curves["train/loss"].steps.tolist() == [0, 1, 2]


def test_a_resumed_run_makes_the_viewer_start_over(service: Service, database: Database, run: Run) -> None:
    cache = CurveCache(service)
    first = cache.read(run.id)
    RunStore(database).request_stop(run.id)
    JobQueue(database).requeue(run.id)
    assert cache.read(run.id, {}, first.generation).complete


def test_the_run_looked_at_longest_ago_makes_room(
    service: Service, runs: RunStore, quick_config: Callable[..., TrainConfig]
) -> None:
    cache = CurveCache(service, capacity=2)
    made = [runs.create(quick_config(), "", str(i)).id for i in range(3)]
    names = [cache.read(run_id).generation for run_id in made]
    assert cache.read(made[2], {}, names[2]).complete is False
    assert cache.read(made[0], {}, names[0]).complete is True


def test_an_unknown_run_is_an_error_and_takes_no_room(service: Service) -> None:
    cache = CurveCache(service)
    with pytest.raises(RunNotFound):
        cache.read("nothere")
    assert not cache._mirrors


def test_many_viewers_at_once_see_the_same(service: Service, database: Database, run: Run) -> None:
    MetricStore(database).append(run.id, points(*range(500)))
    cache = CurveCache(service)
    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda _: cache.read(run.id), range(64)))
    assert {len(snapshot.curves["train/loss"].steps) for snapshot in seen} == {500}
    assert len({snapshot.generation for snapshot in seen}) == 1


def curve(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Curve:
    return Curve(np.arange(len(values), dtype=float), values, np.arange(len(values), dtype=float))


def test_downsampling_keeps_first_last_and_spikes() -> None:
    values = np.sin(np.arange(100_000) / 1000)
    values[54_321], values[98_765] = 50.0, -50.0
    kept = downsample(curve(values))
    assert len(kept.steps) < 1_100
    assert kept.steps[[0, -1]].tolist() == [0, 99_999]
    assert {54_321, 98_765} <= set(kept.steps.tolist())
    assert (np.diff(kept.steps) > 0).all()


def test_downsampling_keeps_where_the_loss_stopped_being_a_number() -> None:
    values = np.ones(50_000)
    values[20_000:30_000], values[40_000] = nan, inf
    kept = downsample(curve(values))
    assert {20_000, 29_999, 40_000} <= set(kept.steps.tolist())
    assert np.isnan(kept.values[kept.steps == 20_000]).all()
    assert np.isinf(kept.values[kept.steps == 40_000]).all()


@pytest.mark.parametrize("value", [nan, inf, -inf, 1.0])
def test_downsampling_of_a_line_that_never_changes(value: float) -> None:
    kept = downsample(curve(np.full(20_000, value)))
    assert kept.steps[[0, -1]].tolist() == [0, 19_999]
    assert len(kept.steps) <= 1_300


def test_what_was_logged_out_of_order_is_there_when_the_run_has_ended(service: Service, database: Database) -> None:
    run = ExternalRuns(database).create("tracked")
    store, cache = MetricStore(database), CurveCache(service)
    store.append(run.id, points(5, 9))
    assert cache.read(run.id).curves["train/loss"].steps.tolist() == [5, 9]
    store.append(run.id, points(2))
    RunStore(database).finish(run.id, RunStatus.SUCCEEDED)
    assert cache.read(run.id).curves["train/loss"].steps.tolist() == [2, 5, 9]


@pytest.mark.parametrize(
    "steps",
    [
        np.zeros(20_000), np.repeat([0.0, 1.0], 10_000), np.append(np.zeros(19_999), 1e9),
        np.append(np.arange(19_999) * 1e-15, 1.0), np.arange(20_000) / 7, np.arange(20_000) * 5e-324,
    ],
)  # fmt: skip
def test_downsampling_takes_whatever_steps_there_are(steps: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    values = np.sin(np.arange(20_000) / 100)
    values[12_345] = 50.0
    kept = downsample(Curve(steps, values, np.arange(20_000, dtype=float)))
    assert len(kept) < 1_100
    assert kept.values.max() == 50.0
    assert kept.times[[0, -1]].tolist() == [0.0, 19_999.0]


def test_who_shows_some_of_many_curves_is_sent_those(service: Service, database: Database, run: Run) -> None:
    store, cache = MetricStore(database), CurveCache(service)
    for key in ("a", "b", "c"):
        store.append(run.id, points(0, 1, key=key))
    first = cache.read(run.id, keys=["a"])
    assert list(first.curves) == ["a"]
    store.append(run.id, points(2, key="a"))
    more = cache.read(run.id, {"a": 2}, first.generation, ["b", "a", "nobody"])
    assert {key: curve.steps.tolist() for key, curve in more.curves.items()} == {"a": [2], "b": [0, 1]}


def test_a_smooth_line_is_the_same_in_a_part_as_in_the_whole(service: Service, database: Database, run: Run) -> None:
    store, cache = MetricStore(database), CurveCache(service)
    noise = np.random.default_rng(0).lognormal(0, 1, 20_000)
    noise[100:110] = nan
    store.append_curves(run.id, {"loss": curve(noise)})
    whole = cache.read_lines(run.id, ["loss"], 0, 20_000, 0.9)["loss"]
    part = cache.read_lines(run.id, ["loss"], 10_000, 10_200, 0.9)["loss"]
    assert (whole.count, whole.numbers) == (20_000, 19_990)
    assert whole.points.values[np.isfinite(whole.points.values)].max() == np.nanmax(noise)
    assert whole.smooth is not None
    assert part.smooth is not None
    assert len(part.smooth) == 203  # 201 inside and one beside each end
    seen = dict(zip(whole.smooth.steps.tolist(), whole.smooth.values.tolist(), strict=True))
    both = [(value, seen[step]) for step, value, _ in part.smooth.points() if step in seen]
    assert both
    assert all(one == other for one, other in both)
    assert part.smooth.values.max() < 2.5
    assert cache.read_lines(run.id, ["loss"], 0, 10, 0)["loss"].smooth is None


def test_what_steps_count_is_said_of_a_line(service: Service, database: Database) -> None:
    run = ExternalRuns(database).create("wandb")
    steps = np.arange(3.0)
    curve = Curve(steps, steps, steps, global_steps=100 * steps)
    MetricStore(database).append_curves(run.id, {"a": curve, "b": curve}, axes={"a": "epoch"})
    RunStore(database).finish(run.id, RunStatus.SUCCEEDED)
    lines = CurveCache(service).read_lines(run.id, ["a", "b"], 0, 9, 0)
    assert {key: line.axis for key, line in lines.items()} == {"a": "epoch", "b": ""}
    assert lines["a"].points.global_steps is not None
    assert lines["a"].points.global_steps.tolist() == [0, 100, 200]
