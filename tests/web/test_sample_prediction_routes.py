"""The routes of the wall: what was seen, what is new since then, the pictures, and nothing else of the disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.evaluation.sample_predictions import EvaluationPassFile, image_of, write_examples
from core.runs import Run
from core.services.run_service import Service
from core.services.supervisor_client import SupervisorProcess
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.run_store import RunStore
from core.web.routes import routes


@pytest.fixture
def service(settings: Settings, database: Database) -> Service:
    return Service(settings, database, SupervisorProcess(settings, database))


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(lambda: service)), base_url="http://127.0.0.1:8501") as opened:
        yield opened


@pytest.fixture
def run(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Run:
    return runs.create(quick_config(), "", "one")


@pytest.fixture
def folder(service: Service, run: Run) -> Path:
    """The folder of a run that has looked twice at one example."""
    made = service.folder(run.id)
    example = {"target": "cat", "image": "wall/0.png"}
    write_examples(made, {"kind": "label", "labels": ["cat", "dog"], "examples": [example]})
    Image.new("L", (8, 8), 200).save(image_of(made, 0))
    looks = EvaluationPassFile(made)
    looks.begin(0)
    for step, label in ((1, 1), (20, 0)):
        looks.add({"step": step, "predicted": [label], "confidence": [0.6], "right": [0.4]})
    return made


def test_a_wall_comes_whole_and_then_only_what_is_new(client: TestClient, run: Run, folder: Path) -> None:
    whole = client.get(f"/api/runs/{run.id}/wall").json()
    assert (whole["active"], whole["complete"], whole["kind"]) == (True, True, "label")
    assert whole["labels"] == ["cat", "dog"]
    assert whole["examples"] == [{"target": "cat", "image": "wall/0.png"}]
    assert [look["step"] for look in whole["looks"]] == [1, 20]

    EvaluationPassFile(folder).add({"step": 40, "predicted": [0], "confidence": [0.9], "right": [0.9]})
    known = {"after": "20", "generation": whole["generation"]}
    fresh = client.get(f"/api/runs/{run.id}/wall", params=known).json()
    assert (fresh["complete"], fresh["examples"], [look["step"] for look in fresh["looks"]]) == (False, [], [40])


def test_after_a_resume_everything_is_sent_again(client: TestClient, run: Run, folder: Path) -> None:
    known = client.get(f"/api/runs/{run.id}/wall").json()["generation"]
    EvaluationPassFile(folder).begin(10)
    again = client.get(f"/api/runs/{run.id}/wall", params={"after": "20", "generation": known}).json()
    assert (again["complete"], [look["step"] for look in again["looks"]]) == (True, [1])


def test_of_a_model_that_writes_each_step_counts_once(client: TestClient, runs: RunStore, run: Run) -> None:
    for step, text in ((10, "old"), (20, "later"), (10, "new")):
        runs.add_event(run.id, "sample", "", {"step": step, "text": text, "prompt": "Once "})
    found = client.get(f"/api/runs/{run.id}/wall").json()
    assert found["kind"] == "writing"
    assert [(look["step"], look["text"]) for look in found["looks"]] == [(10, "new"), (20, "later")]


def test_a_run_that_has_not_looked_yet_has_an_empty_wall(client: TestClient, run: Run) -> None:
    found = client.get(f"/api/runs/{run.id}/wall", params={"after": "nonsense"}).json()
    assert (found["complete"], found["looks"], found["examples"]) == (True, [], [])


@pytest.mark.usefixtures("folder")
def test_a_picture_is_a_picture(client: TestClient, run: Run) -> None:
    found = client.get(f"/api/runs/{run.id}/wall/0.png")
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert found.content.startswith(b"\x89PNG")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["1.png", "-1.png", "examples.json", "..%2F..%2Flog.txt", "0.png%00.txt"])
def test_nothing_else_of_the_disk_can_be_read(client: TestClient, run: Run, name: str) -> None:
    assert client.get(f"/api/runs/{run.id}/wall/{name}").status_code == 404


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("path", ["wall", "wall/0.png"])
def test_another_page_gets_nothing(client: TestClient, run: Run, path: str) -> None:
    external = {"origin": "http://evil.example"}
    assert client.get(f"/api/runs/{run.id}/{path}", headers=external).status_code == 403
    assert client.get(f"/api/runs/nothere/{path}").status_code == 404
