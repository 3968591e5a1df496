import math
from collections.abc import Callable

import pytest

from core.errors import RunNotFound
from core.runs import Artifact, Run, RunStatus, Stage
from core.specs import Score
from core.specs.config import TrainConfig
from core.store.job_queue import JobQueue
from core.store.run_store import RunStore, now

Config = Callable[..., TrainConfig]


@pytest.fixture
def run(runs: RunStore, quick_config: Config) -> Run:
    return runs.create(quick_config(), "", "key-1")


def test_a_new_run_waits_and_is_named_after_what_it_trains(run: Run) -> None:
    assert (run.status, run.stage) == (RunStatus.QUEUED, Stage.WAITING)
    assert run.name == "digits, logistic-regression"
    assert run.config_hash == run.config.config_hash()


def test_the_same_key_makes_no_second_run(runs: RunStore, run: Run, quick_config: Config) -> None:
    again = runs.create(quick_config(epochs=99), "another", "key-1")
    assert again == run
    assert len(runs.list()) == 1


def test_the_newest_run_is_listed_first(runs: RunStore, run: Run, quick_config: Config) -> None:
    second = runs.create(quick_config(), "second", "key-2")
    assert [r.id for r in runs.list()] == [second.id, run.id]
    assert [r.id for r in runs.list(limit=1)] == [second.id]


def test_the_loser_of_a_race_changes_nothing(runs: RunStore, run: Run) -> None:
    runs.update(run.id, status=RunStatus.RUNNING)
    assert runs.finish(run.id, RunStatus.STOPPED, "asked")
    assert not runs.finish(run.id, RunStatus.FAILED, "too late")
    assert (runs.get(run.id).status, runs.get(run.id).reason) == (RunStatus.STOPPED, "asked")


def test_a_run_that_waits_is_stopped_at_once(runs: RunStore, run: Run) -> None:
    assert runs.request_stop(run.id)
    assert runs.get(run.id).status is RunStatus.STOPPED


def test_a_run_that_works_is_only_asked_to_stop(runs: RunStore, run: Run) -> None:
    runs.update(run.id, status=RunStatus.RUNNING)
    assert runs.request_stop(run.id)
    assert runs.get(run.id).status is RunStatus.RUNNING
    assert runs.get(run.id).stop_requested_at is not None
    assert not runs.request_stop(run.id)


def test_how_a_run_failed_is_kept_until_it_is_resumed(runs: RunStore, run: Run) -> None:
    runs.update(run.id, status=RunStatus.RUNNING)
    assert runs.finish(run.id, RunStatus.FAILED, "The loss is no longer a number.", "diverged")
    assert runs.get(run.id).cause == "diverged"
    assert JobQueue(runs.database).requeue(run.id)
    assert (runs.get(run.id).cause, runs.get(run.id).reason) == ("", "")


def test_the_wish_to_finish_is_noted_once_and_only_while_the_run_works(runs: RunStore, run: Run) -> None:
    assert not runs.request_finish(run.id)
    runs.update(run.id, status=RunStatus.RUNNING)
    assert runs.request_finish(run.id)
    assert not runs.request_finish(run.id)
    assert runs.get(run.id).stop_requested_at is None


def test_whoever_is_being_stopped_is_not_asked_to_finish(runs: RunStore, run: Run) -> None:
    runs.update(run.id, status=RunStatus.RUNNING)
    runs.request_stop(run.id)
    assert not runs.request_finish(run.id)


def test_scores_keep_nan_and_infinity(runs: RunStore, run: Run) -> None:
    runs.set_scores(run.id, "model", {"loss": Score(math.inf, math.nan, 2.5)})
    runs.set_scores(run.id, "majority", {"loss": Score(1.0, 0.5, 1.5)})
    found = runs.get(run.id)
    assert found.test["loss"].value == math.inf
    assert math.isnan(found.test["loss"].ci_low)
    assert found.baselines == {"majority": {"loss": Score(1.0, 0.5, 1.5)}}


def test_events_come_back_in_order_and_by_kind(runs: RunStore, run: Run) -> None:
    runs.add_event(run.id, "note", "first")
    runs.add_event(run.id, "sample", "second", {"step": 7})
    assert [e.message for e in runs.events(run.id)] == ["first", "second"]
    assert [e.data for e in runs.events(run.id, "sample")] == [{"step": 7}]


def test_an_artifact_is_noted_once_with_its_newest_state(runs: RunStore, run: Run) -> None:
    runs.add_artifact(run.id, Artifact("model", "a.safetensors", 10, "aa"))
    runs.add_artifact(run.id, Artifact("model", "a.safetensors", 20, "bb"))
    assert runs.artifacts(run.id) == [Artifact("model", "a.safetensors", 20, "bb")]


def test_only_what_is_in_the_trash_can_be_removed(runs: RunStore, run: Run) -> None:
    runs.remove([run.id])
    assert runs.get(run.id) == run
    runs.update(run.id, deleted_at=now())
    assert runs.list() == []
    assert [r.id for r in runs.list(trashed=True)] == [run.id]
    runs.remove([run.id])
    with pytest.raises(RunNotFound, match="There is no run"):
        runs.get(run.id)
