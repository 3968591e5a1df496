"""The contract that every simple method keeps; a new file is held to it without a new test."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import catalog
from core.baselines import kept
from core.errors import CheckpointUnusable, UserError
from core.specs import DataInfo, Examples
from core.specs.baseline import BaselineSpec, FittedBaseline

BASELINES = catalog.baselines()
PAIRS = [(name, task) for name, spec in BASELINES.items() for task in spec.tasks]
LABELS = ("red", "green", "blue")
ROWS = 48


@cache
def examples_of(task_name: str, seed: int = 0) -> Examples:
    task, chance = catalog.find_task(task_name), np.random.default_rng(seed)
    targets = np.arange(ROWS) % 3
    if task.input_kind == "image":
        images = chance.integers(0, 60, (ROWS, 8, 8, 3)) + 90 * targets[:, None, None, None]
        return Examples(images.clip(0, 255).astype(np.uint8), targets, LABELS)
    if task.input_kind == "table":
        colours = np.array([LABELS[k] for k in targets], object)
        colours[::7] = None
        size = chance.normal(50, 9, ROWS)
        size[::5] = np.nan
        table = pd.DataFrame({"size": size, "colour": colours, "day": pd.date_range("2024-01-01", periods=ROWS)})
        return (
            Examples(table, 1_000 + 90.0 * targets)
            if task.output_kind == "number"
            else Examples(table, targets, LABELS)
        )
    words = [" ".join([LABELS[k], *chance.choice(("parcel", "late", "great", "fine"), 4)]) for k in targets]
    return (
        Examples(tuple(words), targets[:0]) if task.output_kind == "text" else Examples(tuple(words), targets, LABELS)
    )


@cache
def fitted(name: str, task: str) -> FittedBaseline:
    spec, train = BASELINES[name], examples_of(task)
    if spec.missing is not None and (why := spec.missing(train)):
        pytest.skip(why)
    return spec.fit(train, examples_of(task, 1), 0)


def same(one: FittedBaseline, other: FittedBaseline, task: str) -> None:
    inputs = examples_of(task, 2).inputs
    np.testing.assert_array_equal(one.predict(inputs), other.predict(inputs))
    assert (one.called, one.tuned_on) == (other.called, other.tuned_on)


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_what_it_answers_can_be_judged_by_its_task(name: str, task: str) -> None:
    test = examples_of(task, 2)
    answers = fitted(name, task).predict(test.inputs)
    if test.labels:
        assert answers.shape == (len(test), len(test.labels))
        np.testing.assert_allclose(answers.sum(axis=1), 1.0, rtol=1e-5)
    judged = catalog.find_task(task)
    predictions = judged.predictions_from(answers, test)
    assert np.isfinite(judged.metric(judged.primary_metric).compute(predictions))


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_what_is_kept_answers_as_before_and_holds_no_code(name: str, task: str, tmp_path: Path) -> None:
    spec, one = BASELINES[name], fitted(name, task)
    known = kept.keep(spec, one, tmp_path / "x" / name, 1.5, examples_of(task, 1), DataInfo(LABELS, ()))
    same(kept.load_baseline(tmp_path / "x" / name), one, task)
    files = {file.suffix for file in (tmp_path / "x" / name).iterdir()}
    assert files <= {".npz", ".json", ".safetensors"}
    assert (known.name, known.fit_s, known.p50_ms <= known.p95_ms, known.size_bytes > 0) == (name, 1.5, True, True)


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_only_what_says_so_looks_at_the_validation_split(name: str, task: str) -> None:
    spec, train = BASELINES[name], examples_of(task)
    other = examples_of(task, 3)
    shuffled = replace(other, targets=other.targets[::-1])
    nobody = other.select(np.arange(2))
    looks = "validation split" in fitted(name, task).tuned_on
    assert looks == spec.sees_validation
    if not looks:
        same(spec.fit(train, shuffled, 0), fitted(name, task), task)
        same(spec.fit(train, nobody, 0), fitted(name, task), task)


@pytest.mark.parametrize("spec", BASELINES.values(), ids=list(BASELINES))
def test_it_says_what_it_is_for(spec: BaselineSpec) -> None:
    assert spec.name == spec.name.lower()
    assert " " not in spec.name
    assert spec.purpose.endswith(".")
    assert not spec.title.endswith(".")


@pytest.mark.parametrize("task", catalog.tasks())
def test_every_task_has_one_that_has_learnt_nothing_and_one_that_has(task: str) -> None:
    ladder = list(catalog.baselines(task).values())
    assert (ladder[0].rung, len(ladder) > 1) == (0, True)


def test_a_run_has_what_it_kept_by_either_name_and_says_what_it_has_not(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    for name in ("majority", "tfidf-logistic"):
        task = "text-classification"
        kept.keep(BASELINES[name], fitted(name, task), place / name, 0.1, examples_of(task, 1), DataInfo(LABELS, ()))
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(UserError, match="has kept no baseline"):
        kept.load(run, "majority")
    for _again in range(2):
        kept.link_into(place, run)
    assert [one.name for one in kept.kept_in(run)] == ["majority", "tfidf-logistic"]
    called = kept.kept_in(run)[1].called
    same(kept.load(run, called), kept.load(run, "tfidf-logistic"), "text-classification")
    with pytest.raises(UserError, match="It has: majority, tfidf-logistic"):
        kept.load(run, "forest")
    (run / "baselines" / "majority" / "arrays.npz").unlink()
    with pytest.raises(CheckpointUnusable, match="gone or damaged"):
        kept.load(run, "majority")
