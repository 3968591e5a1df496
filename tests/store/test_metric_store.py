import math
from collections.abc import Callable

import pytest

from core.runs import Metric
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore


@pytest.fixture
def run_id(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> str:
    return runs.create(quick_config(), "", "key").id


@pytest.fixture
def metrics(database: Database) -> MetricStore:
    return MetricStore(database)


def points(key: str, *values: float) -> list[Metric]:
    return [Metric(key, step, value, 1000.0 + step) for step, value in enumerate(values, start=1)]


def test_nan_and_infinity_survive(metrics: MetricStore, run_id: str) -> None:
    metrics.append(run_id, points("train/loss", math.nan, math.inf, -math.inf, 0.5))
    values = [value for _, value, _ in metrics.read(run_id)["train/loss"]]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf, 0.5]


def test_a_point_written_twice_keeps_its_last_value(metrics: MetricStore, run_id: str) -> None:
    metrics.append(run_id, points("train/loss", 3.0))
    metrics.append(run_id, points("train/loss", 2.0))
    assert metrics.read(run_id) == {"train/loss": [(1, 2.0, 1001.0)]}


def test_only_what_came_after_the_last_seen_step_is_read(metrics: MetricStore, run_id: str) -> None:
    metrics.append(run_id, points("train/loss", 3.0, 2.0, 1.0) + points("validation/loss", 9.0))
    news = metrics.read(run_id, after={"train/loss": 2, "validation/loss": 1})
    assert news == {"train/loss": [(3, 1.0, 1003.0)]}


def test_a_resumed_run_forgets_what_it_will_repeat(metrics: MetricStore, run_id: str) -> None:
    metrics.append(run_id, points("train/loss", 3.0, 2.0, 1.0))
    metrics.forget_after(run_id, 1)
    assert metrics.read(run_id) == {"train/loss": [(1, 3.0, 1001.0)]}


def test_a_second_process_finds_the_same_keys(metrics: MetricStore, database: Database, run_id: str) -> None:
    metrics.append(run_id, points("train/loss", 1.0))
    MetricStore(database).append(run_id, [Metric("train/loss", 2, 0.5, 0.0)])
    assert [step for step, _, _ in metrics.read(run_id)["train/loss"]] == [1, 2]
