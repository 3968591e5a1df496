"""The coach on the Run page: what a run shows, and one button that does something about it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import Metric, Run, RunStatus, Stage
from core.services.run_service import Service
from core.store.metric_store import MetricStore
from tests.pages.conftest import Open, words
from tests.services.advice.recorded_runs import recorded


@pytest.fixture
def ended_like(service: Service, new_run: Callable[..., Run]) -> Callable[..., Run]:
    """Make a run with the curves of a recorded one; keyword arguments are columns to change."""

    def ended_like(name: str, **values: Any) -> Run:
        evidence = recorded(name)
        facts = {"stage": Stage.DONE, "steps": evidence.run.steps, "steps_total": evidence.run.steps_total}
        run = new_run(**(facts | {"status": RunStatus.SUCCEEDED, "config": evidence.run.config.model_dump()} | values))
        points = [
            Metric(key, int(step), float(value), time.time())
            for key, line in evidence.lines.items()
            for step, value in zip(line.steps, line.values, strict=True)
        ]
        MetricStore(service.database).append(run.id, points)
        return run

    return ended_like


def links(at: AppTest) -> dict[str, str]:
    """Return the address of each link by its label."""
    return {link.proto.label: link.proto.query_string for link in at.get("page_link")}


def test_a_run_that_learns_by_heart_is_told_since_when_and_offers_another(
    open_page: Open, ended_like: Callable[..., Run]
) -> None:
    run = ended_like("learnt by heart")
    at = open_page("run", run=run.id, tab="overview")
    assert "Coach" in [title.value for title in at.header]
    assert "Overfitting since epoch" in words(at)
    (query,) = [query for label, query in links(at).items() if label.startswith("Run again with")]
    assert f"from={run.id}" in query
    assert any(f"{name}=" in query for name in ("epochs", "dropout", "weight_decay"))


def test_a_run_that_is_still_falling_is_trained_longer_by_one_click(
    open_page: Open, service: Service, ended_like: Callable[..., Run]
) -> None:
    run = ended_like("ended too soon")
    folder = service.folder(run.id) / "checkpoints" / "last"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{}")
    at = open_page("run", run=run.id, tab="overview")
    at.button(key="coach-still-falling").click().run()
    (longer,) = service.lineage(run.id).children
    assert longer.config.continues == run.id


def test_the_coach_speaks_while_a_run_still_works(open_page: Open, ended_like: Callable[..., Run]) -> None:
    live = ended_like("learnt by heart", status=RunStatus.RUNNING, stage=Stage.TRAINING)
    assert "Overfitting since" in words(open_page("run", run=live.id))


def test_of_a_good_run_nothing_is_said(open_page: Open, ended_like: Callable[..., Run]) -> None:
    at = open_page("run", run=ended_like("a good run").id, tab="overview")
    assert "Coach" not in [title.value for title in at.header]
