"""Charts of runs that have ended: previews at first, detail where somebody looks closer, no mirror of every point."""

from collections.abc import Callable

import numpy as np
import pytest

import core.services.curve_cache
from core.runs import Metric, Run, RunStatus
from core.services.advice.rules_on_run import advice_on
from core.services.curve_cache import Curve, CurveCache, curves_of
from core.services.run_service import Service
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.external_runs import ExternalRuns
from core.store.job_queue import JobQueue
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from tests.idle import service

__all__ = ["service"]
LONG = 50_000


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.services.curve_cache, "REFRESH_S", 0.0)


@pytest.fixture
def store(database: Database) -> MetricStore:
    return MetricStore(database)


@pytest.fixture
def run(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Run:
    return runs.create(quick_config(), "", "one")


@pytest.fixture
def long_run(runs: RunStore, store: MetricStore, run: Run) -> Run:
    """A run of 50,000 steps that has ended; its loss has one spike."""
    steps = np.arange(LONG, dtype=float)
    values = np.exp(-steps / 10_000)
    values[12_345] = 50.0
    store.append_curves(run.id, {"train/loss": Curve(steps, values, 1000.0 + steps)})
    runs.update(run.id, status=RunStatus.SUCCEEDED, steps=LONG)
    return runs.get(run.id)


def points(*steps: int) -> list[Metric]:
    return [Metric("train/loss", step, 1.0 / (1 + step), 1000.0 + step) for step in steps]


def test_a_long_run_opens_with_its_preview_and_its_spike(service: Service, long_run: Run) -> None:
    shown = CurveCache(service).read(long_run.id).curves["train/loss"]
    assert len(shown) < 1_100
    assert shown.is_thinned
    assert shown.values.max() == 50.0
    assert shown.steps[[0, -1]].tolist() == [0, LONG - 1]


def test_looking_closer_loads_every_point_of_the_part(service: Service, long_run: Run) -> None:
    cache = CurveCache(service)
    cache.read(long_run.id)
    part = cache.read_part(long_run.id, ["train/loss", "no/such"], 12_300, 12_400)
    assert list(part) == ["train/loss"]
    assert part["train/loss"].steps.tolist() == list(range(12_299, 12_402))
    assert not part["train/loss"].is_thinned
    assert len(cache.read_whole(long_run.id, ["train/loss"])["train/loss"]) == LONG
    assert cache.read_whole(long_run.id, []) == {}


def test_who_watched_to_the_end_is_sent_nothing_twice(
    service: Service, store: MetricStore, runs: RunStore, run: Run
) -> None:
    cache = CurveCache(service)
    store.append(run.id, points(0, 1, 2))
    first = cache.read(run.id)
    store.append(run.id, points(3))
    runs.update(run.id, status=RunStatus.SUCCEEDED)
    store.pack(run.id)
    last = cache.read(run.id, {"train/loss": 3}, first.generation)
    assert not last.complete
    assert last.curves["train/loss"].steps.tolist() == [3]


def test_a_packed_run_that_is_resumed_is_live_again(
    service: Service, store: MetricStore, runs: RunStore, database: Database, run: Run
) -> None:
    cache = CurveCache(service)
    store.append(run.id, points(0, 1, 2))
    runs.update(run.id, status=RunStatus.STOPPED)
    store.pack(run.id)
    before = cache.read(run.id)
    JobQueue(database).requeue(run.id)
    store.forget_after(run.id, 1)
    store.append(run.id, points(2, 3))
    after = cache.read(run.id, {"train/loss": 3}, before.generation)
    assert after.complete
    assert after.curves["train/loss"].steps.tolist() == [0, 1, 2, 3]
    store.append(run.id, points(4))
    assert cache.read(run.id, {"train/loss": 4}, after.generation).curves["train/loss"].steps.tolist() == [4]


def test_a_point_that_comes_after_the_end_is_shown(
    service: Service, store: MetricStore, runs: RunStore, run: Run
) -> None:
    cache = CurveCache(service)
    store.append(run.id, points(0, 1))
    runs.update(run.id, status=RunStatus.SUCCEEDED)
    store.pack(run.id)
    cache.read(run.id)
    store.append(run.id, points(2))
    assert cache.read(run.id).curves["train/loss"].steps.tolist() == [0, 1, 2]


def test_points_handed_out_stay_as_they_were_while_others_are_added(
    service: Service, store: MetricStore, run: Run
) -> None:
    cache = CurveCache(service)
    store.append(run.id, points(0, 1))
    seen = cache.read_whole(run.id, ["train/loss"])["train/loss"]
    for step in range(2, 40):
        store.append(run.id, points(step))
        assert cache.read_whole(run.id, ["train/loss"])["train/loss"].steps.tolist() == list(range(step + 1))
    assert seen.steps.tolist() == [0, 1]
    assert seen.values.tolist() == [1.0, 0.5]


def test_the_coach_looks_at_what_the_chart_shows(service: Service, store: MetricStore, long_run: Run) -> None:
    steps = np.arange(LONG, dtype=float)
    norms = np.full(LONG, 0.1)
    norms[12_345] = 100.0
    store.append_curves(long_run.id, {"train/gradient_norm": Curve(steps, norms, 1000.0 + steps)})
    assert "exploding-gradients" in [advice.code for advice in advice_on(service, long_run.id)]


def test_the_coach_has_nothing_to_say_about_a_run_from_elsewhere(
    service: Service, database: Database, store: MetricStore, runs: RunStore
) -> None:
    run = ExternalRuns(database).create("tracked")
    store.append(run.id, points(0, 1, 2))
    runs.update(run.id, steps=2)
    assert advice_on(service, run.id) == ()


def test_everybody_in_a_process_shares_the_mirrors(service: Service) -> None:
    assert curves_of(service) is curves_of(service)
