"""The read-only JSON routes: what they say, and to whom."""

from collections.abc import Callable, Iterator
from math import inf, nan
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.testclient import TestClient

import core.services.curve_cache
from core.access.token import find_dashboard
from core.runs import Metric, Run
from core.services.run_service import Service
from core.services.supervisor_client import SupervisorProcess
from core.settings import Settings
from core.specs import Score
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.web.html_head import head
from core.web.js_assets import PLOTLY, UPLOT
from core.web.routes import routes

HOME_URL = "http://127.0.0.1:8501"


@pytest.fixture
def client(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(core.services.curve_cache, "REFRESH_S", 0.0)
    service = Service(settings, database, SupervisorProcess(settings, database))
    with TestClient(Starlette(routes=routes(lambda: service)), base_url=HOME_URL) as opened:
        yield opened


@pytest.fixture
def run(runs: RunStore, quick_config: Callable[..., TrainConfig]) -> Run:
    return runs.create(quick_config(), "", "one")


def test_curves_come_whole_and_then_only_what_is_new(client: TestClient, database: Database, run: Run) -> None:
    store = MetricStore(database)
    store.append(run.id, [Metric("train/loss", 0, 2.0, 10.0), Metric("train/loss", 5, 1.0, 11.0)])
    first = client.get(f"/api/runs/{run.id}/curves").json()
    assert first["complete"] is True
    assert first["active"] is True
    assert first["status"] == "queued"
    line = {"length": 2, "step": [0, 5], "value": [2.0, 1.0], "time": [10.0, 11.0]}
    assert first["curves"] == {"train/loss": line}

    store.append(run.id, [Metric("train/loss", 9, 0.5, 12.0)])
    query = {"after": "train/loss:2,validation/loss:3", "generation": first["generation"]}
    second = client.get(f"/api/runs/{run.id}/curves", params=query).json()
    assert second["complete"] is False
    assert second["curves"]["train/loss"]["step"] == [9]


def test_names_and_steps_of_any_kind_come_once(client: TestClient, database: Database, run: Run) -> None:
    store = MetricStore(database)
    store.append(run.id, [Metric("a,b:c%", -1, 2.0, 10.0)])
    first = client.get(f"/api/runs/{run.id}/curves").json()
    query = {"after": "a%2Cb%3Ac%25:1", "generation": first["generation"]}
    assert client.get(f"/api/runs/{run.id}/curves", params=query).json()["curves"] == {}
    table = client.get(f"/api/runs/{run.id}/curves.csv", params={"keys": "a%2Cb%3Ac%25"}).text
    assert table.splitlines()[1] == '"a,b:c%",-1,2.0,10.000'


def test_a_loss_that_is_no_number_survives_as_json(client: TestClient, database: Database, run: Run) -> None:
    values = [1.0, nan, inf, -inf]
    MetricStore(database).append(run.id, [Metric("train/loss", i, v, 0.0) for i, v in enumerate(values)])
    found = client.get(f"/api/runs/{run.id}/curves").json()
    assert found["curves"]["train/loss"]["value"][0] == 1.0
    assert found["curves"]["train/loss"]["value"][1] is None
    assert set(map(str, found["curves"]["train/loss"]["value"][2:])) <= {"Infinity", "-Infinity", "None"}


def test_an_ended_run_says_that_there_is_nothing_to_wait_for(client: TestClient, runs: RunStore, run: Run) -> None:
    runs.request_stop(run.id)
    assert client.get(f"/api/runs/{run.id}/curves").json()["active"] is False


def test_the_run_as_a_document(client: TestClient, runs: RunStore, run: Run) -> None:
    runs.set_scores(run.id, "model", {"accuracy": Score(0.9, nan, nan)})
    found = client.get(f"/api/runs/{run.id}").json()
    assert found["id"] == run.id
    assert found["test"] == {"accuracy": {"value": 0.9, "ci_low": None, "ci_high": None}}


@pytest.mark.parametrize("path", ["/api/runs/nothere", "/api/runs/nothere/curves", "/assets/passwords.txt"])
def test_what_does_not_exist_is_a_sentence(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"].endswith((".", "list"))


@pytest.mark.parametrize("after", ["", "nonsense", "train/loss:-3", "train/loss:1e9", ":5", "a:" + "9" * 40, ",,,"])
def test_a_bad_position_is_the_beginning(client: TestClient, database: Database, run: Run, after: str) -> None:
    MetricStore(database).append(run.id, [Metric("train/loss", 0, 2.0, 10.0)])
    answer = client.get(f"/api/runs/{run.id}/curves", params={"after": after})
    assert answer.status_code == 200
    assert answer.json()["curves"]["train/loss"]["step"] == [0]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[::1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_page_or_address_gets_nothing(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.get("/api/health", headers=headers)
    assert answer.status_code == 403
    assert "error" in answer.json()
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "LOCALHOST", "[::1]:8501"])
def test_our_own_pages_are_answered(client: TestClient, host: str) -> None:
    headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert client.get("/api/health", headers=headers).status_code == 200


def test_a_configured_name_is_answered(settings: Settings, database: Database) -> None:
    service = Service(settings, database, SupervisorProcess(settings, database))
    app = Starlette(routes=routes(lambda: service, ["*.example.org"]))
    assert TestClient(app, base_url="http://team.example.org").get("/api/health").status_code == 200
    assert TestClient(app, base_url="http://example.net").get("/api/health").status_code == 403


def test_the_routes_only_read(client: TestClient, run: Run) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.request(method, f"/api/runs/{run.id}").status_code == 405


@pytest.mark.parametrize(("file", "begins"), [(PLOTLY, b"plotly.js"), (UPLOT, b"leeoniya/uPlot")])
def test_the_chart_libraries_are_served_from_this_machine_and_kept(
    client: TestClient, file: str, begins: bytes
) -> None:
    answer = client.get(f"/assets/{file}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert begins in answer.content[:200]


def test_every_file_that_is_fetched_early_is_there() -> None:
    names = [part.rpartition("/")[2] for part in head("compare").split('"') if part.startswith("./static/js/")]
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    assert len(names) > 20
    assert [name for name in names if not (folder / name).is_file()] == []


def test_the_application_serves_routes_and_pages(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SupervisorProcess, "ensure", lambda self: None)
    from app import app

    with TestClient(app, base_url=HOME_URL) as client:
        assert client.get("/api/health").status_code == 401
        dashboard = find_dashboard(home)
        assert dashboard is not None
        assert client.get("/", params={"token": dashboard.token}).status_code == 200  # the cookie does from here on
        assert client.get("/api/health").json()["status"] == "ok"
        assert client.get("/train").status_code == 200
        # The head of a page says where the server is, and fetches early what the page begins with.
        for path, early in (("/", ()), ("/run", (UPLOT,)), ("/system", ()), ("/runs", ("DataFrame.",))):
            browser = {"accept": "text/html", "accept-encoding": "gzip", "if-none-match": '"before"'}
            answer = client.get(path, headers=browser)
            top, _, _ = answer.text.partition("</head>")
            assert answer.status_code == 200
            assert "BACKEND_BASE_URL" in top
            assert all(name in top for name in early)
            assert ("modulepreload" in top.partition("BACKEND_BASE_URL")[2]) is (path == "/runs")
            assert len(answer.content) == int(answer.headers["content-length"])
            assert "etag" not in answer.headers


def test_a_part_of_a_long_curve_comes_in_full_detail(client: TestClient, database: Database, run: Run) -> None:
    store = MetricStore(database)
    store.append(run.id, [Metric("train/loss", step, float(step % 7), 0.0) for step in range(5_000)])
    whole = client.get(f"/api/runs/{run.id}/curves").json()["curves"]["train/loss"]
    assert whole["thinned"] is True
    assert len(whole["step"]) < 1_100
    query = {"keys": "train/loss", "low": "100", "high": "200"}
    part = client.get(f"/api/runs/{run.id}/detail", params=query).json()["curves"]["train/loss"]
    assert part["step"] == list(range(99, 202))  # a point more on either side, so that the line leads out of the part
    assert "thinned" not in part
    assert "smooth" not in part
    asked = query | {"smooth": "0.9"}
    smoothed = client.get(f"/api/runs/{run.id}/detail", params=asked).json()["curves"]["train/loss"]
    assert (smoothed["count"], smoothed["numbers"], smoothed["middle"]) == (5_000, 5_000, [0.0, 6.0])
    assert smoothed["smooth"]["step"] == part["step"]
    assert all(2 < value < 4 for value in smoothed["smooth"]["value"])  # of 0 to 6, over about fifty points
    for odd in ("", "nan", "much", "-1"):
        answer = client.get(f"/api/runs/{run.id}/detail", params=query | {"smooth": odd})
        assert "smooth" not in answer.json()["curves"]["train/loss"]


def test_a_table_of_a_curve_holds_every_point_and_no_formula(client: TestClient, database: Database, run: Run) -> None:
    store = MetricStore(database)
    store.append(run.id, [Metric("train/loss", 1, 0.5, 10.0), Metric("=cmd", 2, nan, 11.0)])
    answer = client.get(f"/api/runs/{run.id}/curves.csv", params={"keys": "train/loss,=cmd,nobody"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines() == [
        "curve,step,value,seconds_since_1970", "train/loss,1,0.5,10.000", "'=cmd,2,nan,11.000",
    ]  # fmt: skip
