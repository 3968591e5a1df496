"""Runs with scores, tags, settings and times of their own, one of them from elsewhere."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.runs import Run, RunStatus, Stage
from core.services.bootstrap import open_database
from core.services.run_search.run_tags import RunTags
from core.services.run_service import Service
from core.settings import Settings
from core.specs import Score
from core.store.external_runs import ExternalRuns
from core.store.run_store import RunStore
from tests.idle import NobodyWorks, new, service

__all__ = ["new", "service"]  # fixtures

Scored = Callable[..., Run]
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One store for all tests of a file: none of them changes anything."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    database = open_database(settings)
    yield Service(settings, database, NobodyWorks())
    database.dispose()


@pytest.fixture
def run_tags(service: Service) -> RunTags:
    return RunTags(service)


@pytest.fixture
def scored(service: Service) -> Scored:
    """Make a finished run of this accuracy."""
    return lambda name, accuracy, settings=None, **columns: scored_run(service, name, accuracy, settings, **columns)


@pytest.fixture
def three(service: Service) -> list[Run]:
    return three_runs(service)


def scored_run(
    service: Service, name: str, accuracy: float, settings: dict[str, Any] | None = None, **columns: Any
) -> Run:
    """Make a finished run of this accuracy; other arguments are columns."""
    runs = RunStore(service.database)
    config = service.make_config("image-classification", "digits", "logistic-regression", "quick", settings)
    run = service.start_run(config, name)
    ended = {"status": RunStatus.SUCCEEDED, "stage": Stage.DONE, "dataset_fingerprint": "f1"}
    runs.update(run.id, **(ended | columns))
    runs.set_scores(run.id, "model", {"accuracy": Score(accuracy, accuracy - 0.05, accuracy + 0.05)})
    return runs.get(run.id)


def three_runs(service: Service) -> list[Run]:
    """Make a good run that took ten minutes, a failed one with a note, and one that was logged from a script."""
    runs = RunStore(service.database)
    times = {"created_at": NOON, "started_at": NOON, "finished_at": NOON + timedelta(minutes=10)}
    good = scored_run(
        service, "good", 0.95, {"learning_rate": 0.001}, tags=["demo", "First try"], starred=True, **times
    )
    digits = ("image-classification", "digits", "logistic-regression", "quick")
    bad = service.start_run(service.make_config(*digits, {"learning_rate": 0.1}), "bad")
    runs.update(bad.id, status=RunStatus.FAILED, note="Learns *nothing*")
    settings = {"lr": "0.01", "model": "gpt", "net": {"depth": 4, "wide": True}, "name": "=1+1"}
    other = ExternalRuns(service.database).create("tracked", "other", "churn", settings)
    runs.finish(other.id, RunStatus.SUCCEEDED)
    return [good, runs.get(bad.id), runs.get(other.id)]
