"""Logged metrics as fields of runs: whether packed, in rows, half and half, as percent, or under another's name."""

import math

import pytest

from core.runs import Metric, Run, RunStatus
from core.services.run_search.export import csv_of
from core.services.run_search.fields import Fields
from core.services.run_search.filters import understand
from core.services.run_search.query_parser import FilterError
from core.services.run_search.sorting import grouped, sorted_by
from core.services.run_service import Service
from core.store.external_runs import ExternalRuns
from core.store.metric_store import MetricStore
from core.store.metric_summary import MetricSummaries, MetricSummary
from core.store.run_store import RunStore

CURVES = {
    "packed": {"accuracy": [0.2, 0.9, 0.8], "train/loss": [2.0, 0.005, 0.5], "grad norm": [1.0, 3.0]},
    "rows": {"accuracy": [0.1, 0.4], "train/loss": [3.0, 0.001], "time": [7.0]},
    "percent": {"val/acc": [10.0, 62.5], "train/accuracy": [99.0]},
    "gaps": {"accuracy": [math.nan, math.inf, 0.3, math.nan], "train/loss": [math.inf]},
    "silent": {},
}


@pytest.fixture(scope="module")
def runs(kept: Service) -> list[Run]:
    runs, metrics = RunStore(kept.database), MetricStore(kept.database)
    ids = []
    for name, curves in CURVES.items():
        run = ExternalRuns(kept.database).create("tracked", name, "p", {"name": name})
        for key, values in curves.items():
            metrics.append(run.id, [Metric(key, step, value, 1.7e9 + step) for step, value in enumerate(values)])
        runs.finish(run.id, RunStatus.SUCCEEDED)
        if name != "rows":
            metrics.pack(run.id)
        ids.append(run.id)
    metrics.append(ids[3], [Metric("late", 1, 5.0, 1.7e9)])
    metrics.pack(ids[3])
    metrics.append(ids[3], [Metric("late", 0, 9.0, 1.7e9)])  # packed and in rows at once
    return [runs.get(run_id) for run_id in ids]


@pytest.fixture
def fields(kept: Service, runs: list[Run]) -> Fields:
    return Fields(kept, runs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accuracy > 50%", "packed percent"),
        ("accuracy > 50", "packed percent"),
        ("accuracy > 0.7", "packed"),
        ("accuracy < 0.7", "rows percent"),
        ("train/loss < 0.01", "rows"),
        ("TRAIN/LOSS < 0.01", "rows"),
        ("train/loss.best < 0.01", "packed rows"),
        ("train/loss.first >= 2", "packed rows gaps"),
        ("train/loss.max = 3", "rows"),
        ("train/loss > 1e300", "gaps"),
        ("logged.accuracy.best >= 90%", "packed"),
        ("logged.accuracy.best = 0.3", "gaps"),
        ('"grad norm" > 2', "packed"),
        ("grad_norm.min = 1", "packed"),
        ("logged.time = 7", "rows"),
        ("val/acc = 62.5%", "percent"),
        ("train/accuracy > 90", "percent"),
        ("late = 5 and late.first = 9", "gaps"),
        ("score > 0.6", "packed percent"),
        ("train/loss", "packed rows gaps"),
        ("not train/loss < 1", "percent gaps silent"),
    ],
)
def test_a_logged_metric_filters(runs: list[Run], fields: Fields, text: str, expected: str) -> None:
    assert " ".join(run.name for run in understand(text, fields).of(runs)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("grad_norm.best > 1", "Nobody knows whether more or less of 'grad norm' is better: write grad_norm.max or "),
        ("train/los < 1", "There is no 'train/los'. Did you mean 'train/loss'?"),
        ("train/loss.worst < 1", "There is no 'train/loss.worst'."),
        ("accuracy > 101", "'accuracy' is at most 100 %"),
    ],
)
def test_what_cannot_be_meant_is_said(fields: Fields, text: str, message: str) -> None:
    with pytest.raises(FilterError) as error:
        understand(text, fields)
    assert message in str(error.value)


def test_a_logged_metric_orders_and_the_score_too(runs: list[Run], fields: Fields) -> None:
    by_loss = [run.name for run in sorted_by(runs, fields.find("train/loss"), fields, falling=False)]
    assert by_loss == ["rows", "packed", "gaps", "percent", "silent"]
    by_score = [run.name for run in sorted_by(runs, fields.find("score"), fields, falling=True)]
    assert by_score[:3] == ["packed", "percent", "rows"]


def test_a_group_has_the_best_of_its_logged_runs(runs: list[Run], fields: Fields) -> None:
    group = grouped([run for run in runs if run.name in ("packed", "rows")], fields.find("project"), fields)[0]
    assert group.best is not None
    assert group.score is not None
    assert (group.best.name, group.score.name, group.score.value) == ("packed", "accuracy", 0.8)


def test_every_logged_metric_can_be_a_column_and_only_those_asked_for_are_read(
    kept: Service, runs: list[Run], fields: Fields, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read = MetricSummaries.read

    def noted(store: MetricSummaries, name: str) -> dict[str, MetricSummary]:
        asked.append(name)
        return read(store, name)

    monkeypatch.setattr(MetricSummaries, "read", noted)
    names = [field.name for field in fields.of_logged(99)]
    assert [n for n in names if n.startswith("train/loss")] == ["train/loss", "train/loss.best", "train/loss.first"]
    assert [n for n in names if "grad" in n] == ["grad norm", "grad norm.first", "grad norm.min", "grad norm.max"]
    assert {"logged.accuracy", "logged.time"} < set(names)
    assert asked == []
    assert fields.find("grad norm").read(runs[0]) == 3.0
    assert asked == ["grad norm"]
    assert b"grad norm" in csv_of(runs, fields).partition(b"\n")[0]


def test_a_summary_is_exact_where_a_curve_was_thinned(kept: Service) -> None:
    run = ExternalRuns(kept.database).create("tracked", "long", "q", {})
    values = [1.0] * 50_000
    values[0], values[31_234], values[40_001], values[-1] = 0.5, -7.0, 9.0, 0.25
    store = MetricStore(kept.database)
    store.append(run.id, [Metric("long", step, value, 1.7e9) for step, value in enumerate(values)])
    RunStore(kept.database).finish(run.id, RunStatus.SUCCEEDED)
    expected = {run.id: MetricSummary(0.5, 0.25, -7.0, 9.0)}
    assert MetricSummaries(kept.database).read("long") == expected
    store.pack(run.id)
    assert MetricSummaries(kept.database).read("long") == expected
