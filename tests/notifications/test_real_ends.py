"""The end of a real run is told by its process, the end of a killed one by the supervisor; no run waits or fails."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.notifications.webhook import checked, save
from core.runs import Run, RunStatus, Stage
from core.services.run_service import Service
from tests.live import eventually, has_ended, service
from tests.notifications.listener import Chat, chat, dead_url
from tests.notifications.test_notify import files_with

__all__ = ["service"]  # a fixture
Start = Callable[..., Run]


@pytest.fixture
def start(service: Service) -> Start:
    """Start a run on digits; keyword arguments change settings."""

    def begin(**changes: object) -> Run:
        settings = {"epochs": 2, **changes}
        config = service.make_config("image-classification", "digits", "logistic-regression", "quick", settings)
        return service.start_run(config)

    return begin


def told(heard: Chat, run: Run) -> list[dict[str, Any]]:
    """Return what a chat was told of a run."""
    return [said for _, said in heard.heard if said["run"] == run.id]


def test_a_run_that_finishes_is_told_once_with_its_verdict_and_scores(service: Service, start: Start) -> None:
    with chat() as heard:
        save(service.settings, checked(heard.url, ("finished", "failed", "stopped")))
        run = start()
        eventually(lambda: bool(told(heard, run)))
        eventually(lambda: has_ended(service, run) and service.run(run.id).pid is None)
    (said,) = told(heard, run)
    assert said["status"] == "succeeded"
    assert said["verdict"].startswith("Right on")
    assert said["scores"]["accuracy"]["value"] == service.run(run.id).test["accuracy"].value
    assert "Telling the webhook how it ended." in [event.message for event in service.events(run.id)]
    assert files_with(Path(service.settings.home), b"SECRET") == ["webhook.json"]


def test_a_run_that_is_killed_is_told_by_the_supervisor(service: Service, start: Start) -> None:
    with chat() as heard:
        save(service.settings, checked(heard.url, ("stopped",)))
        run = start(epochs=1000, batch_size=8)
        eventually(lambda: service.run(run.id).stage is Stage.TRAINING and service.run(run.id).pid is not None)
        os.kill(service.run(run.id).pid or 0, signal.SIGKILL)
        eventually(lambda: bool(told(heard, run)))
    assert told(heard, run)[0]["status"] == "interrupted"
    assert "ended from outside (SIGKILL)" in told(heard, run)[0]["reason"]


def test_a_dead_chat_costs_a_run_nothing_and_hears_of_it_when_it_is_back(service: Service, start: Start) -> None:
    url = dead_url()
    save(service.settings, checked(url, ("finished",)))
    first, second = start(), start()
    eventually(lambda: has_ended(service, first) and has_ended(service, second))
    assert [service.run(run.id).status for run in (first, second)] == [RunStatus.SUCCEEDED] * 2
    eventually(lambda: log(service).count("Trying again") >= 2)
    with chat(port=urlsplit(url).port or 0) as heard:
        eventually(lambda: bool(told(heard, first) and told(heard, second)))
        eventually(lambda: log(service).count("It was taken") >= 4)
    assert files_with(Path(service.settings.home), b"SECRET") == ["webhook.json"]


def log(service: Service) -> str:
    """Return what the processes that tell have logged."""
    return (service.settings.logs_folder / "notifying.log").read_text()
