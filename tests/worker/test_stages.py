"""What is said of the time of a run: all its stages, the count of each, and what is left of all of them."""

from dataclasses import replace
from typing import Any

import pytest

from core.runs import Run, RunStatus, Stage, StageProgress
from core.store.run_store import RunStore, now
from core.training.time_budget import training_budget_s
from core.worker.stages import Stages

EXPECTED = {"starting": 1.0, "loading data": 2.0, "encoding": 30.0, "training": 60.0, "baselines": 20.0,
            "evaluating": 3.0, "saving": 2.0}  # fmt: skip


class Recorder:
    """Hears of stages."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self.live: Any = dict

    def stage(self, stage: Stage) -> None:
        self.stages.append(stage)


@pytest.fixture
def run(runs: RunStore, quick_config: Any) -> Run:
    return replace(runs.create(quick_config(), "", "a", estimate={"stages": EXPECTED}), started_at=now())


def stages_of(run: Run) -> tuple[Stages, Recorder]:
    recorder = Recorder()
    return Stages(recorder, run), recorder  # type: ignore[arg-type]


def test_what_is_left_is_what_the_stage_says_and_all_that_comes_after_it(run: Run) -> None:
    stages, recorder = stages_of(run)
    stages.enter(Stage.TRAINING)
    stages.left(40.0)
    assert stages.time_left_s == 40.0 + 20.0 + 3.0 + 2.0
    stages.count("Encoding texts", 100, 200, 50.0)
    assert stages.time_left_s == 50.0 + 25.0, "training cannot end before everything is encoded"
    stages.count("Encoding texts", 200, 200)
    assert stages.time_left_s == 65.0
    stages.enter(Stage.SAVING)
    stages.left(1.5)
    assert stages.time_left_s == 1.5
    assert recorder.stages == [Stage.TRAINING, Stage.SAVING]


def test_evaluating_is_counted_and_lasts_as_long_as_what_is_counted_or_as_was_expected(run: Run) -> None:
    stages, _ = stages_of(run)
    stages.enter(Stage.EVALUATING)
    count = stages.counter("Judging test examples")
    count(0, 2_196)
    assert counts_of(stages) == [("Judging test examples", 0, 2_196, True)]
    left_s = stages.time_left_s
    assert left_s is not None
    assert 2.0 <= left_s <= 5.0, "as was expected, before a pace is known"
    count(1_024, 2_196)
    assert counts_of(stages) == [("Judging test examples", 1_024, 2_196, False)]
    count(2_196, 2_196)
    assert counts_of(stages) == []


def counts_of(stages: Stages) -> list[tuple[str, int, int, bool]]:
    """Return what is counted: of what, done, of how many, and whether nobody knows how long the others take."""
    counts = stages.values()["estimate"]["progress"]["counts"]
    return [(one["what"], one["done"], one["total"], one["left_s"] is None) for one in counts]


def test_nothing_is_said_to_be_left_where_a_later_stage_is_not_known(run: Run) -> None:
    stages, _ = stages_of(replace(run, estimate={}))
    stages.enter(Stage.TRAINING)
    stages.left(40.0)
    assert stages.time_left_s is None
    stages.expect({"baselines": 5.0, "evaluating": 1.0, "saving": 1.0})
    assert stages.time_left_s == 47.0


def test_waiting_for_an_encoder_is_encoding_and_earlier_attempts_count(run: Run) -> None:
    stages, _ = stages_of(replace(run, progress=StageProgress({"training": 100.0, "encoding": 7.0})))
    stages.enter(Stage.TRAINING)
    stages.moved(50.0, Stage.ENCODING)
    spent = stages.values()["estimate"]["progress"]["spent"]
    assert spent["encoding"] == 57.0
    assert spent["training"] >= 50.0
    assert stages.others_s >= 57.0 + 25.0


def test_a_row_keeps_the_progress_beside_what_was_expected(run: Run, runs: RunStore) -> None:
    stages, _ = stages_of(run)
    stages.enter(Stage.TRAINING)
    stages.count("Encoding texts", 100, 200, 50.0)
    runs.update(run.id, status=RunStatus.RUNNING, **stages.values())
    found = runs.get(run.id)
    assert found.estimate == {"stages": EXPECTED}
    assert (found.progress.counts[0].done, found.progress.counts[0].left_s) == (100, 50.0)
    assert set(found.progress.spent) == {"starting", "training"}
    assert runs.create(run.config, "", "before").progress == StageProgress()


def test_a_time_budget_leaves_to_training_what_the_other_stages_do_not_take() -> None:
    assert training_budget_s(120.0, 30.0) == 90.0
    assert training_budget_s(120.0, 300.0) == 12.0
    assert training_budget_s(0.0, 30.0) == 0.0
