"""Start: one place for one's data, a real result, a demo of each task, and the last runs."""

import json
from collections.abc import Callable

import pytest

from core.runs import Run
from core.services.run_service import Service
from core.services.supervisor_client import SupervisorProcess
from core.specs.target import Target
from tests.pages.conftest import Open, healthy, words


def test_a_worker_is_ready_before_anybody_clicks(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(SupervisorProcess, "ensure", lambda outside: asked.append(outside))
    open_page("start")
    assert asked


def test_start_offers_one_demo_for_each_task_and_says_how_long_it_takes(open_page: Open, service: Service) -> None:
    at = open_page("start")
    assert {b.key for b in at.button} >= {f"demo-{task}" for task in service.tasks()}
    assert all(f"about {task.demo_seconds} s" in words(at) for task in service.tasks().values())


def test_a_demo_starts_what_the_task_says(open_page: Open, service: Service) -> None:
    at = open_page("start")
    at.button(key="demo-image-classification").click().run()
    (run,) = service.runs()
    assert (run.config.dataset, run.config.model, run.config.preset) == ("product-photos", "small-cnn", "quick")
    assert {name: getattr(run.config, name) for name in ("epochs", "time_budget_min")} == {
        name: service.tasks()["image-classification"].demo_settings[name] for name in ("epochs", "time_budget_min")
    }


def test_the_example_leads_to_its_run_until_it_is_deleted_for_good(open_page: Open, service: Service) -> None:
    at = open_page("start")
    run = service.example()
    assert run is not None
    assert service.runs() == []
    assert f"run={run.id}" in [link.proto.query_string for link in at.get("page_link")]
    assert "comes with Touchstone" in words(healthy(open_page("run", run=run.id)))
    service.delete(run.id)
    service.empty_trash()
    at = open_page("start")
    assert service.example() is None
    assert f"run={run.id}" not in [link.proto.query_string for link in at.get("page_link")]


def test_a_run_stands_with_its_score_and_how_it_stands(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished(name="Reviews")
    file = service.folder(run.id) / "report.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"judged": {"rows": 200}}))
    service.set_target(run.id, Target.parse("accuracy 80%", service.tasks()[run.task]))
    assert all(part in words(open_page("start")) for part in ("90.0 %", "wanted: at least 80 % right", "Reached"))
