"""Runs that are paused, finished early and trained longer: by the real supervisor, in real processes."""

from collections.abc import Callable
from typing import Any

import pytest

from core.runs import Run, RunStatus, Stage
from core.services.run_service import Service
from tests.live import eventually, has_ended, service

__all__ = ["service"]  # a fixture
Start = Callable[..., Run]
LONG = {"epochs": 1000, "batch_size": 8}
EXACT = {"time_budget_min": 0, "evaluation": "quick-look"}  # with a budget the machine's speed has a say in the steps
DIVERGING = {
    "optimizer": "sgd", "gradient_clip": 0.0, "schedule": "constant", "weight_decay": 1.0, "checkpoint_every_steps": 1
}  # fmt: skip


@pytest.fixture
def start(service: Service) -> Start:
    """Start a run on digits; keyword arguments change settings. `model` may be given."""

    def begin(model: str = "logistic-regression", **changes: object) -> Run:
        return service.start_run(service.make_config("image-classification", "digits", model, "quick", changes))

    return begin


def is_training(service: Service, run: Run) -> bool:
    return service.run(run.id).stage is Stage.TRAINING and len(service.metrics(run.id).get("train/loss", ())) > 5


def ended(service: Service, run: Run) -> Run:
    eventually(lambda: has_ended(service, run))
    return service.run(run.id)


def curve(service: Service, run: Run, key: str) -> list[Any]:
    """Return [(step, value)]."""
    return [point[:2] for point in service.metrics(run.id)[key]]


def test_a_paused_and_resumed_run_is_the_run_that_was_never_paused(service: Service, start: Start) -> None:
    settings = {"epochs": 40, "batch_size": 8, **EXACT}
    run = start(**settings)
    eventually(lambda: is_training(service, run))
    service.pause_run(run.id)
    paused = ended(service, run)
    assert (paused.shown_status, paused.reason) == ("paused", "Paused. Resume it to go on exactly there.")
    assert 0 < paused.steps < paused.steps_total
    eventually(lambda: service.run(run.id).pid is None)  # memory and device are free
    assert not paused.test

    service.resume_run(run.id)
    whole = start(**settings)
    resumed, uninterrupted = ended(service, run), ended(service, whole)
    assert (resumed.status, resumed.attempt) == (RunStatus.SUCCEEDED, 2)
    for key in ("train/loss", "validation/loss", "validation/accuracy"):
        assert curve(service, run, key) == curve(service, whole, key)
    assert resumed.test == uninterrupted.test


def test_a_run_finished_early_has_its_scores(service: Service, start: Start) -> None:
    run = start(**LONG)
    eventually(lambda: is_training(service, run))
    service.finish_run(run.id)
    done = ended(service, run)
    assert (done.status, done.stage, done.reason) == (RunStatus.SUCCEEDED, Stage.DONE, "")
    assert 0 < done.steps < done.steps_total
    assert done.ended_early
    assert {"accuracy", "f1"} <= set(done.test)
    assert done.verdict.startswith("Right on")
    assert set(service.document(run.id)["artifacts"]) == {"model", "card", "report"}
    assert curve(service, run, "validation/loss")[-1][0] == done.steps, "it was looked at where it ended"


def test_a_stopped_run_can_be_finished_afterwards(service: Service, start: Start) -> None:
    run = start(**LONG)
    eventually(lambda: is_training(service, run))
    service.stop_run(run.id)
    stopped = ended(service, run)
    service.finish_run(run.id)
    done = ended(service, run)
    assert (done.status, done.attempt, done.ended_early) == (RunStatus.SUCCEEDED, 2, True)
    assert stopped.steps <= done.steps < done.steps_total
    assert done.test


def test_what_is_trained_longer_begins_where_its_parent_ended_and_is_never_worse(
    service: Service, start: Start
) -> None:
    parent = ended(service, start("mlp", epochs=3, learning_rate=1e-4))
    child = ended(service, service.train_longer(parent.id, 3))
    assert child.status is RunStatus.SUCCEEDED, child.reason
    last, first = curve(service, parent, "validation/loss")[-1], curve(service, child, "validation/loss")[0]
    assert first == (0, pytest.approx(last[1], rel=1e-6))
    assert best(service, child) >= best(service, parent)
    assert [run.id for run in service.lineage(child.id).ancestors] == [parent.id]
    assert service.run(parent.id).test == parent.test


def test_training_longer_at_a_rate_that_ruins_it_keeps_what_was_good(service: Service, start: Start) -> None:
    parent = ended(service, start("mlp", epochs=20))
    child = ended(service, service.train_longer(parent.id, 2, learning_rate=1.0))
    assert child.status is RunStatus.SUCCEEDED, child.reason
    assert curve(service, child, "validation/accuracy")[-1][1] < best(service, parent), "the rate was to ruin it"
    assert child.test == parent.test
    grandchild = ended(service, service.train_longer(child.id, 1, learning_rate=1e-6))
    assert curve(service, grandchild, "validation/accuracy")[-1][1] < best(service, parent), "it began ruined"
    assert grandchild.test == parent.test


def test_a_stopped_child_goes_on_where_it_was_not_where_its_parent_was(service: Service, start: Start) -> None:
    parent = ended(service, start(epochs=2))
    child = service.train_longer(parent.id, 1000)
    eventually(lambda: is_training(service, child))
    service.pause_run(child.id)
    paused = ended(service, child)
    before = curve(service, child, "train/loss")
    service.resume_run(child.id)
    eventually(lambda: service.run(child.id).steps > paused.steps)
    assert curve(service, child, "train/loss")[: len(before) - 1] == before[:-1]
    service.stop_run(child.id)
    assert ended(service, child).attempt == 2


def test_a_child_paused_before_it_began_still_begins_with_its_parent(service: Service, start: Start) -> None:
    parent, blocker = ended(service, start(epochs=5)), start(**LONG)
    eventually(lambda: service.run(blocker.id).status is RunStatus.RUNNING)
    child = service.pause_run(service.train_longer(parent.id, 1).id)
    assert child.shown_status == "paused"
    service.delete(parent.id)
    service.empty_trash()
    service.resume_run(child.id)
    service.stop_run(blocker.id)
    done = ended(service, child)
    assert (done.status, done.attempt) == (RunStatus.SUCCEEDED, 2)
    last, first = curve(service, parent, "validation/loss")[-1], curve(service, child, "validation/loss")[0]
    assert first == (0, pytest.approx(last[1], rel=1e-6))


def test_a_run_that_broke_down_goes_on_from_what_was_good(service: Service, start: Start) -> None:
    broken = ended(service, start("mlp", epochs=5, learning_rate=10.0, **DIVERGING))
    assert (broken.status, broken.cause) == (RunStatus.FAILED, "diverged")
    assert len(curve(service, broken, "validation/accuracy")) > 0
    child = ended(service, service.train_longer(broken.id, 3))
    assert child.config.learning_rate == pytest.approx(1.0)
    assert child.status is RunStatus.SUCCEEDED, child.reason
    assert best(service, child) >= best(service, broken)


def test_a_run_that_broke_down_can_be_judged_as_it_was_at_its_best(service: Service, start: Start) -> None:
    broken = ended(service, start("mlp", epochs=5, learning_rate=10.0, **DIVERGING))
    service.finish_run(broken.id)
    done = ended(service, broken)
    assert done.status is RunStatus.SUCCEEDED, done.reason
    assert done.test


def best(service: Service, run: Run) -> float:
    return max(float(value) for _, value in curve(service, run, "validation/accuracy"))
