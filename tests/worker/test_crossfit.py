"""Folds of a run: every row is judged, nothing finished is lost, what goes wrong and what came of it is said."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import RidgeCV

from core import catalog
from core.configure import make_config, resolve
from core.data.prepare.fold_data import FoldData
from core.data.prepare.prepare_dataset import prepare_dataset
from core.data.store.folds import everything, fold
from core.errors import StopRequested, TrainingDiverged
from core.evaluation.evaluate import Crossfitted
from core.evaluation.predictions_file import read_folds
from core.preprocessing.columns import ColumnPreprocessor
from core.runs import Run, Stage
from core.settings import Settings
from core.specs import Predictions
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.tracking.recorder import Recorder
from core.training.trainer import Trainer
from core.worker.baselines import Ladder
from core.worker.crossfit import CrossFit, Subject, in_each_fold
from core.worker.crossfit_plan import Planner
from core.worker.pipeline import Pipeline
from core.worker.stages import Stages

EPOCHS = {"epochs": 2, "evaluation": "every-row"}


class Quiet:
    """Stands for the recorder of a run that nobody watches."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self.live: Any = dict

    def stage(self, stage: Stage) -> None:
        self.stages.append(stage)


@pytest.fixture
def config() -> TrainConfig:
    return make_config("tabular-regression", "diabetes", "linear", "quick", EPOCHS)


@pytest.fixture
def subject(config: TrainConfig, tmp_path: Path) -> Subject:
    spec = resolve(config)
    data = prepare_dataset(catalog.find_dataset("diabetes"), spec.model, spec.params, tmp_path / "cache")
    stop, finish = threading.Event(), threading.Event()
    run_folder = tmp_path / "run"
    ladder = Ladder(tuple(catalog.find_baseline(name) for name in ("mean", "ridge")))
    return Subject(
        spec,
        data,
        torch.device("cpu"),
        run_folder,
        tmp_path / "cache",
        tuple(spec.name for spec in ladder.rungs),
        ladder,
        1.0,
        stop,
        finish,
    )


@pytest.fixture
def new_run(runs: RunStore, config: TrainConfig) -> Run:
    return runs.create(config, "", "a")


def crossfit(subject: Subject, run: Run) -> CrossFit:
    folding = fold(subject.data.version, subject.data.examples, subject.data.bonds)
    return CrossFit(subject, folding, Stages(Quiet(), run))  # type: ignore[arg-type]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], list[int]]:
    """Let something happen before the training of each fold; return the seeds of those that were trained."""

    def watch(before: Callable[[int], None]) -> list[int]:
        seeds, fit = list[int](), Trainer.fit

        def watched(self: Trainer, *args: Any) -> Any:
            before(len(seeds))
            seeds.append(self.config.seed)
            return fit(self, *args)

        monkeypatch.setattr(Trainer, "fit", watched)
        return seeds

    return watch


def test_every_row_is_judged_by_what_learnt_from_others(subject: Subject, new_run: Run) -> None:
    found = crossfit(subject, new_run).judge(10.0)
    assert isinstance(found, Crossfitted)
    rows, folding = everything(subject.data.examples), found.folds
    np.testing.assert_allclose(found.predictions.targets, rows.targets, rtol=1e-6)
    assert list(found.baselines) == ["mean", "ridge"]
    whole = fold(subject.data.version, subject.data.examples, subject.data.bonds)
    for at in range(5):
        part = whole.rows(at)
        learnt, tested = rows.select(part["train"]), rows.select(part["test"])
        np.testing.assert_allclose(found.baselines["mean"].predicted[part["test"]], learnt.targets.mean())
        columns = ColumnPreprocessor.fit(learnt)
        ridge = RidgeCV(np.logspace(-3, 5, 60)).fit(columns.transform(learnt.inputs), learnt.targets)
        again = ridge.predict(columns.transform(tested.inputs))
        assert np.corrcoef(found.predictions.predicted[part["test"]], again)[0, 1] > 0.999
    assert not (subject.folder / "folds").exists()
    assert folding.count == 5


def test_words_that_stand_in_the_test_rows_alone_are_not_known(tmp_path: Path) -> None:
    model = catalog.find_model("bag-of-embeddings")
    params = resolve(make_config("text-classification", "customer-feedback", model.name)).params
    data = prepare_dataset(catalog.find_dataset("customer-feedback"), model, params, tmp_path)
    folding = fold(data.version, data.examples, data.bonds)
    rows = everything(data.examples)
    at = int(folding.rows(3)["test"][0])
    marked = tuple(f"{text} zweitausend" if i == at else text for i, text in enumerate(rows.inputs))
    parts = {n: replace(one, inputs=marked[s : s + len(one)]) for (n, one), s in zip(
        data.examples.items(), np.cumsum([0, *map(len, data.examples.values())]), strict=False
    )}  # fmt: skip
    made = FoldData(replace(data, examples=parts), folding, model, params)
    assert "zweitausend" not in json.dumps(made.of(3).preprocessor.state())
    assert made.of(3).version.fingerprint != made.of(2).version.fingerprint != data.version.fingerprint


def test_a_stop_in_the_middle_loses_no_finished_fold(
    subject: Subject, new_run: Run, trained: Callable[[Callable[[int], None]], list[int]]
) -> None:
    seeds = trained(lambda number: subject.stop.set() if number == 2 else None)
    with pytest.raises(StopRequested):
        crossfit(subject, new_run).judge(10.0)
    assert sorted(file.name for file in (subject.folder / "folds").glob("*.npz")) == ["0.npz", "1.npz"]
    subject.stop.clear()
    (subject.folder / "folds" / "1.npz").write_bytes(b"cut off by a power cut")
    found = crossfit(subject, new_run).judge(10.0)
    assert isinstance(found, Crossfitted)
    assert len(seeds) == 3 + 4  # folds 0, 1 and the beginning of 2; then 1 to 4
    assert seeds[3:5] == seeds[1:3]
    assert len(set(seeds)) == 5


def test_who_finishes_early_gets_the_ordinary_verdict_and_is_told(
    subject: Subject, new_run: Run, trained: Callable[[Callable[[int], None]], list[int]]
) -> None:
    trained(lambda number: subject.finish.set() if number == 1 else None)
    assert crossfit(subject, new_run).judge(10.0) == (
        "Finished early after 1 of 5 folds, so it is judged on one split."
    )
    assert crossfit(subject, new_run).judge(10.0) == (
        "It was finished early, so it is judged on one split and not on every row."
    )


def test_a_fold_that_breaks_down_does_not_cost_the_run(
    subject: Subject, new_run: Run, trained: Callable[[Callable[[int], None]], list[int]]
) -> None:
    def breaks(number: int) -> None:
        if number == 1:
            raise TrainingDiverged(7, 0.1, 1.0)

    trained(breaks)
    found = crossfit(subject, new_run).judge(10.0)
    assert isinstance(found, str)
    assert found.startswith("Fold 2 of 5 could not be judged, so one split stands. ")


def test_a_run_says_that_every_row_was_judged_and_keeps_the_split_beside_it(
    settings: Settings, database: Database, runs: RunStore, new_run: Run
) -> None:
    folder = settings.runs_folder / new_run.id
    folder.mkdir(parents=True)
    metrics = MetricStore(database)
    recorder = Recorder(new_run.id, runs, metrics, folder)
    runs.update(new_run.id, status="running")
    try:
        assert not Pipeline(new_run.id, runs, metrics, recorder, settings, 1).work()
    finally:
        assert recorder.close()
    run, report = runs.get(new_run.id), json.loads((folder / "report.json").read_text())
    assert run.verdict.startswith("Off by ")
    assert (report["judged"]["rows"], report["judged"]["folds"], len(report["judged"]["each_fold"])) == (442, 5, 5)
    kept = read_folds(folder)
    assert kept is not None
    explained = catalog.find_task(run.task).metric("r2").compute(kept.predictions)
    assert run.test["r2"].value == pytest.approx(explained, abs=1e-6)
    assert run.test["r2"].value != report["judged"]["single_split"]["r2"]["value"]
    assert Stage.FOLDS in run.progress.spent


def test_a_simple_method_that_chooses_its_form_is_one_method_whatever_it_is_called() -> None:
    def answers(*values: int) -> Predictions:
        return Predictions(np.zeros(len(values)), np.array(values), np.array(values))

    fitted = [{"majority": answers(1), "words": answers(2)}, {"majority": answers(3, 4), "characters": answers(5, 6)}]
    found, notes = in_each_fold(fitted, ("majority", "words"), [np.array([1]), np.array([0, 2])])
    assert {name: one.predicted.tolist() for name, one in found.items()} == {"majority": [3, 1, 4], "words": [5, 2, 6]}
    assert notes == ["In 1 of 2 folds characters suited better than words, and stood for it."]


@pytest.mark.parametrize(
    ("changes", "training_s", "wanted", "said"),
    [
        ({"evaluation": "auto"}, 1.0, True, ""),
        ({"evaluation": "auto"}, 100.0, False, "about 8 min, more than the 60 s"),
        ({"evaluation": "auto", "time_budget_min": 2.0}, 1.0, False, "It has 2 min, which training alone may use."),
        ({"evaluation": "quick-look"}, 1.0, False, ""),
        ({"evaluation": "every-row"}, 100.0, True, ""),
        ({"evaluation": "every-row", "continues": "abcdefgh"}, 1.0, False, "It goes on from another run"),
    ],
)
def test_every_row_counts_where_somebody_asked_or_it_is_quick(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], training_s: float, wanted: bool,
    said: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("core.worker.crossfit_plan.baselines_s", lambda *_: 0.5)
    config = subject.spec.config.model_copy(update=changes)
    planned = Planner(config, subject.spec.task, subject.data, 60.0).plan(training_s)
    assert planned.is_wanted is wanted
    assert said in planned.why_not
    assert bool(planned.why_not) is bool(said)
