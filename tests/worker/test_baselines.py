"""Baselines are fitted once for the same data, end where somebody asks to stop, and what they scored is kept."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import catalog
from core.data.prepare.prepare_dataset import PreparedDataset
from core.errors import StopRequested
from core.specs import DataInfo, DatasetVersion, Examples, Score
from core.specs.baseline import BaselineSpec, FittedBaseline
from core.specs.config import TrainConfig
from core.worker.baselines import Baselines, Ladder
from core.worker.forecast import ladder_in_time

TASK = catalog.find_task("text-classification")


class Nothing:
    kind = "nothing"


def data(fingerprint: str = "f1", count: int = 40) -> PreparedDataset:
    texts = tuple(f"{'good' if i % 2 else 'bad'} thing {i % 7}" for i in range(count))
    examples = Examples(texts, np.arange(count) % 2, ("bad", "good"))
    version = DatasetVersion("notes", fingerprint, TASK.name, ("bad", "good"), {}, 0, "", "")
    splits = {"train": examples, "validation": examples, "test": examples}
    return PreparedDataset(version, splits, Nothing(), DataInfo(("bad", "good"), (1,)), {})  # type: ignore[arg-type]


def ladder(calls: list[str]) -> Ladder:
    """Return the task's rungs, each of which notes that it was fitted."""

    def noting(spec: BaselineSpec) -> BaselineSpec:
        def fit(train: Examples, validation: Examples, seed: int) -> FittedBaseline:
            calls.append(spec.name if len(train) == 40 else f"{spec.name} on {len(train)}")
            return spec.fit(train, validation, seed)

        return replace(spec, fit=fit)

    return Ladder(tuple(noting(spec) for spec in catalog.baselines(TASK.name).values() if not spec.is_costly))


def baselines(folder: Path, calls: list[str], made: PreparedDataset | None = None, seed: int = 0) -> Baselines:
    return Baselines(folder, TASK, made or data(), seed, ladder(calls))


def test_the_second_run_on_the_same_data_fits_none_again(tmp_path: Path) -> None:
    calls, counts = list[str](), list[tuple[int, int]]()
    never = threading.Event()
    first = baselines(tmp_path, calls).predictions(never, lambda done, total: counts.append((done, total)))
    assert counts == [(0, 2), (1, 2), (2, 2)]
    second = baselines(tmp_path, calls).predictions(never, lambda done, total: None)
    assert calls == ["majority", "tfidf-logistic"]
    assert list(first) == list(second) == list(baselines(tmp_path, calls).kept)
    for name in first:
        np.testing.assert_array_equal(first[name].probabilities, second[name].probabilities)
        np.testing.assert_array_equal(first[name].predicted, second[name].predicted)
    baselines(tmp_path, calls, data("f2")).predictions(never, lambda done, total: None)
    baselines(tmp_path, calls, seed=1).predictions(never, lambda done, total: None)
    assert len(calls) == 6


def test_a_short_time_budget_gives_the_simple_methods_fewer_rows_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.worker.forecast._rung_s", lambda spec, *_: 100.0 if spec.learns_from_fewer else 0.1)
    never, many = threading.Event(), data("many", 1_200)

    def found(minutes: float) -> Ladder:
        config = TrainConfig(
            task=TASK.name, dataset="notes", model="ngram-linear", params={}, epochs=1, batch_size=8,
            learning_rate=0.01, time_budget_min=minutes,
        )  # fmt: skip
        return ladder_in_time(TASK, many, config, tmp_path)

    assert [found(minutes).rows for minutes in (0, 2, 60)] == [0, 300, 0]
    assert ": learnt from 300 of the 1,200 training examples" in found(2).left_out[-1]
    calls = list[str]()
    fewer = replace(ladder(calls), rows=300)
    Baselines(tmp_path, TASK, many, 0, fewer).predictions(never, lambda done, total: None)
    assert calls == ["majority on 1200", "tfidf-logistic on 300"]
    assert found(2).rows == 300  # what learnt from fewer is not taken for what learnt from all
    Baselines(tmp_path, TASK, many, 0, found(60)).predictions(never, lambda done, total: None)
    assert found(2).rows == 0  # all is known, and costs nothing


def test_what_is_damaged_on_disk_is_fitted_again(tmp_path: Path) -> None:
    calls, never = list[str](), threading.Event()
    baselines(tmp_path, calls).predictions(never, lambda done, total: None)
    next(tmp_path.rglob("1.npz")).write_bytes(b"PK")
    baselines(tmp_path, calls).predictions(never, lambda done, total: None)
    assert len(calls) == 4


def test_scores_are_computed_once_also_those_without_an_interval(tmp_path: Path) -> None:
    known = {"accuracy": Score(0.5, 0.4, 0.6), "loss": Score(1.0, float("nan"), float("nan"))}
    mine = baselines(tmp_path, [])
    mine.predictions(threading.Event(), lambda done, total: None)
    assert mine.scores("majority", 40, lambda: known) is known
    again = baselines(tmp_path, []).scores("majority", 40, dict)
    assert again["accuracy"] == known["accuracy"]
    assert np.isnan(again["loss"].ci_low)
    assert baselines(tmp_path, []).scores("majority", 39, dict) == {}


def test_a_baseline_that_takes_long_ends_as_soon_as_somebody_asks_to_stop(tmp_path: Path) -> None:
    stop = threading.Event()

    def endless(_train: Examples, _validation: Examples, _seed: int) -> FittedBaseline:
        stop.set()
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            time.sleep(0.01)
        raise AssertionError("nobody stopped it")

    never = replace(catalog.find_baseline("majority"), fit=endless)
    slow = Baselines(tmp_path, TASK, data(), 0, Ladder((never,)))
    with pytest.raises(StopRequested):
        slow.predictions(stop, lambda done, total: None)
    assert not slow.are_known
    with pytest.raises(StopRequested):  # asked before
        slow.predictions(stop, lambda done, total: None)
