"""What must be true of real runs: trained by the real supervisor, ended in every way."""

import math
import os
import signal
from collections.abc import Callable

import pytest

from core.errors import RunNotReady
from core.runs import Run, RunStatus, Stage
from core.services.run_service import Service
from tests.live import eventually, has_ended, kill_supervisor, service

__all__ = ["service"]  # a fixture
Start = Callable[..., Run]
LONG = {"epochs": 1000, "batch_size": 8}
EXACT = {"time_budget_min": 0, "evaluation": "quick-look"}  # with a budget the machine's speed has a say in the steps


@pytest.fixture
def start(service: Service) -> Callable[..., Run]:
    """Start a run on digits; keyword arguments change settings. `model` may be given."""

    def begin(model: str = "logistic-regression", **changes: object) -> Run:
        config = service.make_config("image-classification", "digits", model, "quick", changes)
        return service.start_run(config)

    return begin


def is_training(service: Service, run: Run) -> bool:
    return service.run(run.id).stage is Stage.TRAINING and len(service.metrics(run.id).get("train/loss", ())) > 5


def test_a_run_ends_with_an_honest_score_and_complete_curves(service: Service, start: Start) -> None:
    run = start(epochs=10)
    eventually(lambda: has_ended(service, run))
    ended = service.run(run.id)
    assert (ended.status, ended.stage, ended.reason) == (RunStatus.SUCCEEDED, Stage.DONE, "")
    assert set(ended.test) >= {"accuracy", "precision", "recall", "f1"}
    score = ended.test["accuracy"]
    assert score.ci_low <= score.value <= score.ci_high
    assert set(ended.baselines) == {"majority", "pixels + logistic regression"}
    assert ended.verdict.startswith("Right on")
    assert ended.verdict.count("\n") == 0
    assert len(ended.dataset_fingerprint) == 64
    assert ended.versions["torch"].startswith("2.")
    assert ended.steps == ended.steps_total > 0
    assert [len(row) for row in service.report(run.id)["confusion"]] == [10] * 10
    assert [s["topic"] for s in service.report(run.id)["verdict_card"]] == ["fails", "costs"]
    kept = {"examples.zip", "outcomes.npz", "outcomes-validation.npz", "report.json"}
    assert kept <= {file.name for file in service.folder(run.id).iterdir()}
    assert len([key for key in service.metrics(run.id) if key.startswith("validation/recall/")]) == 10
    assert set(service.document(run.id)["artifacts"]) == {"model", "card", "report"}
    assert "Training ended" in service.log(run.id)
    curves = service.metrics(run.id)
    assert curves["train/loss"][0][0] == 1
    assert curves["train/loss"][-1][0] == ended.steps_total
    assert {"validation/loss", "validation/accuracy", "train/accuracy"} <= set(curves)
    assert all(math.isfinite(value) for points in curves.values() for _, value, _ in points)


def test_the_same_seed_gives_the_same_run(service: Service, start: Start) -> None:
    first, second, other = (start(epochs=3, seed=seed, **EXACT) for seed in (0, 0, 1))
    eventually(lambda: all(has_ended(service, run) for run in (first, second, other)))

    def losses(run: Run) -> list[float]:
        return [value for _, value, _ in service.metrics(run.id)["train/loss"]]

    assert losses(first) == losses(second)
    assert losses(first) != losses(other)


def test_a_stop_saves_what_was_learnt_and_a_resume_goes_on_from_there(service: Service, start: Start) -> None:
    run = start(**LONG)
    eventually(lambda: is_training(service, run))
    service.stop_run(run.id)
    eventually(lambda: has_ended(service, run))
    stopped = service.run(run.id)
    assert stopped.status is RunStatus.STOPPED
    assert not stopped.test, "a stopped run must not have looked at the test split"
    before = service.metrics(run.id)["train/loss"]

    service.resume_run(run.id)
    eventually(lambda: service.run(run.id).steps > stopped.steps)
    assert service.metrics(run.id)["train/loss"][: len(before) - 1] == before[:-1]
    service.stop_run(run.id)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).attempt == 2


def test_a_killed_run_says_so_and_can_be_resumed(service: Service, start: Start) -> None:
    run = start(epochs=60, **EXACT)
    whole = start(epochs=60, **EXACT)
    eventually(lambda: is_training(service, run))
    pid = service.run(run.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.INTERRUPTED
    assert "SIGKILL" in service.run(run.id).reason
    assert service.metrics(run.id)["train/loss"]

    service.resume_run(run.id)
    eventually(lambda: has_ended(service, run) and has_ended(service, whole))
    assert service.run(run.id).status is RunStatus.SUCCEEDED
    resumed, uninterrupted = service.metrics(run.id), service.metrics(whole.id)
    for key in ("train/loss", "validation/loss"):
        assert [p[:2] for p in resumed[key]] == [p[:2] for p in uninterrupted[key]]
    assert service.run(run.id).test == service.run(whole.id).test


def test_a_killed_supervisor_costs_nothing(service: Service, start: Start) -> None:
    run = start(**LONG)
    eventually(lambda: is_training(service, run))
    kill_supervisor(service)
    steps = service.run(run.id).steps
    eventually(lambda: service.run(run.id).steps > steps)  # the run goes on without it
    service.watch()
    eventually(lambda: service.worker.info().alive)
    assert service.run(run.id).status is RunStatus.RUNNING
    service.stop_run(run.id)
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.STOPPED


def test_a_run_and_a_supervisor_killed_together_are_told_apart_from_the_living(service: Service, start: Start) -> None:
    run = start(**LONG)
    eventually(lambda: is_training(service, run))
    pid = service.run(run.id).pid
    assert pid is not None
    kill_supervisor(service)
    os.kill(pid, signal.SIGKILL)
    service.watch()
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.INTERRUPTED


def test_a_run_that_diverges_says_at_which_step(service: Service, start: Start) -> None:
    run = start("mlp", learning_rate=10.0, optimizer="sgd", gradient_clip=0.0, schedule="constant", weight_decay=1.0)
    eventually(lambda: has_ended(service, run))
    ended = service.run(run.id)
    if ended.status is RunStatus.FAILED:
        assert "the loss is no longer a number" in ended.reason
        assert "Traceback" in service.log(run.id)
        assert "Traceback" not in ended.reason
    else:
        pytest.fail("a learning rate of 10 was expected to diverge")


def test_what_still_works_cannot_be_deleted_and_what_ended_can_with_its_files(service: Service, start: Start) -> None:
    run = start(**LONG)
    eventually(lambda: is_training(service, run))
    with pytest.raises(RunNotReady, match="Stop it first"):
        service.delete(run.id)
    with pytest.raises(RunNotReady, match="only a run that was paused, stopped"):
        service.resume_run(run.id)
    service.stop_run(run.id)
    eventually(lambda: has_ended(service, run))
    service.delete(run.id)
    assert run.id not in [r.id for r in service.runs()]
    service.restore(run.id)
    assert run.id in [r.id for r in service.runs()]
    folder = service.folder(run.id)
    assert folder.exists()
    service.delete(run.id)
    assert service.empty_trash() >= 1
    assert not folder.exists()
