"""Ways to end a run: pausing, stopping, finishing now."""

from typing import Any

import pytest

from core.errors import RunNotReady
from core.runs import RunStatus, Stage
from core.services.run_service import Service
from core.store.run_store import RunStore
from tests.idle import New, new, service

__all__ = ["new", "service"]  # fixtures


def test_a_run_paused_before_it_started_leaves_the_queue_until_it_is_resumed(service: Service, new: New) -> None:
    run = service.pause_run(new().id)
    assert (run.status, run.paused, run.shown_status) == (RunStatus.STOPPED, True, "paused")
    assert run.reason == "Paused before it started. Resume it to queue it again."
    assert service.queue() == []
    resumed = service.resume_run(run.id)
    assert (resumed.status, resumed.paused, resumed.reason) == (RunStatus.QUEUED, False, "")
    assert [entry.run_id for entry in service.queue()] == [run.id]
    assert service.stop_run(run.id).reason == "Stopped before it went on. Resume it to queue it again."


def test_a_run_that_works_is_only_asked_to_pause_and_the_last_wish_counts(service: Service, new: New) -> None:
    run = new(status=RunStatus.RUNNING)
    asked = service.pause_run(run.id)
    assert (asked.status, asked.paused, asked.shown_status) == (RunStatus.RUNNING, True, "running")
    assert asked.stop_requested_at is not None
    assert service.pause_run(run.id) == asked
    assert service.stop_run(run.id).paused is False
    assert service.run(run.id).stop_requested_at == asked.stop_requested_at


def test_a_run_that_ended_before_it_could_pause_is_not_called_paused(
    service: Service, runs: RunStore, new: New
) -> None:
    run = service.pause_run(new(status=RunStatus.RUNNING).id)
    runs.finish(run.id, RunStatus.SUCCEEDED)
    assert service.run(run.id).paused is False
    with pytest.raises(RunNotReady, match=r"already ended \(succeeded\), so there is nothing to pause"):
        service.pause_run(run.id)


def test_a_run_can_be_asked_once_to_finish_now(service: Service, new: New) -> None:
    run = new(status=RunStatus.RUNNING, stage=Stage.TRAINING, steps=5, steps_total=90)
    assert run.can_finish
    asked = service.finish_run(run.id)
    assert asked.finish_requested_at is not None
    assert (asked.stop_requested_at, asked.can_finish) == (None, False)
    assert service.finish_run(run.id).finish_requested_at == asked.finish_requested_at
    assert [event.message for event in service.events(run.id)] == ["Asked to finish now, after step 5 of 90."]


def test_a_stopped_run_is_queued_again_to_be_judged(service: Service, new: New) -> None:
    run = new(saved=True, status=RunStatus.STOPPED, steps=5, paused=True)
    asked = service.finish_run(run.id)
    assert (asked.status, asked.attempt, asked.paused) == (RunStatus.QUEUED, 2, False)
    assert asked.finish_requested_at is not None
    assert service.events(run.id)[-1].message == "Resumed to be judged and saved as it is."


def test_a_wish_to_finish_does_not_outlive_the_attempt(service: Service, runs: RunStore, new: New) -> None:
    run = new(saved=True, status=RunStatus.RUNNING, steps=5)
    service.finish_run(run.id)
    runs.finish(run.id, RunStatus.INTERRUPTED, "power cut")
    assert service.resume_run(run.id).finish_requested_at is None


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": RunStatus.QUEUED}, "is queued and has learnt nothing yet that could be judged"),
        ({"status": RunStatus.RUNNING}, "is running and has learnt nothing yet that could be judged"),
        ({"status": RunStatus.STOPPED, "steps": 5}, "is stopped and has learnt nothing yet"),
        ({"status": RunStatus.SUCCEEDED, "steps": 5}, "has already finished; its scores are there"),
    ],
)
def test_what_cannot_be_finished_is_refused_in_words(
    service: Service, new: New, columns: dict[str, Any], words: str
) -> None:
    with pytest.raises(RunNotReady, match=words):
        service.finish_run(new(**columns).id)


def test_a_run_that_is_being_stopped_is_not_finished(service: Service, new: New) -> None:
    run = service.stop_run(new(status=RunStatus.RUNNING, steps=5).id)
    with pytest.raises(RunNotReady, match=r"is being stopped\. Once it has stopped, it can be finished"):
        service.finish_run(run.id)
