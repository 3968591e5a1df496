"""The demo server without a model behind it: who gets in, what is refused, what is kept, and what stays secret."""

import html
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.errors import CheckpointUnusable, DataError
from core.services.demos.demo_store import DemoStore
from core.serving.demo.app import Door, create_app
from core.serving.demo.bounds import Bounds
from core.serving.demo.questions import Question
from core.specs.demo import LARGEST_IMAGE, Demo, DemoExample, DemoField, DemoInput, DemoWords

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{data}}"
TOKEN = "a-token-that-is-long-enough-to-be-no-guess"
TEXTS = DemoInput(kind="text", answer="label", examples=(DemoExample(name=EVIL, text=EVIL),))


class Answering:
    """Answers at once, or fails as it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, list[Question]()

    def opened(self, demo: Demo) -> None:
        pass

    def __call__(self, demo: Demo, question: Question) -> Mapping[str, Any]:
        self.asked.append(question)
        if self.error is not None:
            raise self.error
        return {"scores": [["good", 0.9], ["bad", 0.1]], "remarks": []}


def a_demo(asked: DemoInput = TEXTS, days: float = 7, **more: Any) -> Demo:
    now = datetime.now(UTC)
    words = DemoWords(title=EVIL[:80], intro=EVIL, limits=EVIL)
    made = Demo(
        id="page0001", run="run00001", token=TOKEN, words=words, input=asked, created_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    return made.model_copy(update=more)


@pytest.fixture
def store(tmp_path: Path) -> DemoStore:
    return DemoStore(tmp_path)


def visitor(
    store: DemoStore, answering: Answering | None = None, bounds: Bounds | None = None, *, room: bool = False
) -> TestClient:
    door = Door(("testserver", "here"), is_room=room)
    app = create_app(store, answering or Answering(), door, bounds or Bounds())
    return TestClient(app, base_url="http://testserver:80", headers={"Host": "testserver:80"})


def ask(client: TestClient, text: str = "a text", token: str = TOKEN) -> Any:
    return client.post(f"/d/{token}/answer", json={"text": text})


def test_a_page_holds_no_html_that_somebody_wrote(store: DemoStore) -> None:
    store.save(a_demo())
    answer = visitor(store).get(f"/d/{TOKEN}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert html.escape(EVIL[:80]) in answer.text  # the tab's title
    data = answer.text.partition('id="demo">')[2].partition("</script>")[0]
    assert json.loads(data)["words"]["intro"] == EVIL
    assert "script-src 'nonce-" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "run00001" not in answer.text


def test_only_an_open_page_is_there(store: DemoStore) -> None:
    client = visitor(store)
    assert client.get(f"/d/{TOKEN}").status_code == 404  # there is none yet
    store.save(a_demo())
    assert ask(client).json()["scores"][0] == ["good", 0.9]
    assert client.get(f"/d/{TOKEN[:-1]}x").status_code == 404
    assert ask(client, token="").status_code == 404
    store.save(a_demo(days=-1))
    assert ask(client).status_code == 404  # expired
    store.save(a_demo(token="", withdrawn_at=datetime.now(UTC)))
    assert ask(client).status_code == 404
    assert "withdrawn" in client.get(f"/d/{TOKEN}").text
    assert client.get("/d/").status_code == 404
    for other in ("/", "/docs", "/openapi.json", "/api/health", "/d"):
        assert client.get(other).status_code == 404


def test_the_room_sees_only_what_was_opened_to_it_and_no_other_name_leads_here(store: DemoStore) -> None:
    store.save(a_demo())
    own, room = visitor(store), visitor(store, room=True)
    assert own.get(f"/d/{TOKEN}").status_code == 200
    assert room.get(f"/d/{TOKEN}").status_code == 404
    store.save(a_demo(room=True))
    assert room.get(f"/d/{TOKEN}").status_code == 200
    assert own.get(f"/d/{TOKEN}", headers={"Host": "rebound.example:80"}).status_code == 404


def test_a_visitor_and_all_together_ask_so_often_and_no_more(store: DemoStore) -> None:
    store.save(a_demo())
    now = [0.0]
    bounds = Bounds(visitor=2, everybody=3, clock=lambda: now[0])
    client = visitor(store, bounds=bounds)
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]
    assert bounds.take("another") == ""
    assert "Too many people" in bounds.take("a third")
    now[0] = 61.0
    assert ask(client).status_code == 200


def test_what_is_asked_is_checked_and_errors_of_the_machine_stay_here(store: DemoStore) -> None:
    store.save(a_demo())
    client = visitor(store)
    assert ask(client, "  ").status_code == 400
    assert ask(client, "x" * 5_001).status_code == 400
    assert client.post(f"/d/{TOKEN}/answer", content=b"[" * 100_000).status_code == 400
    assert client.post(f"/d/{TOKEN}/answer", content=b"x" * (LARGEST_IMAGE + 2**17)).status_code == 413
    secret = CheckpointUnusable("The checkpoint at /home/somebody/runs/ab12cd34 is damaged.")
    answer = ask(visitor(store, Answering(secret)))
    assert answer.status_code == 503
    assert "/home" not in answer.text
    said = ask(visitor(store, Answering(DataError("Row 1: 'x' is no number."))))
    assert said.status_code == 400
    assert said.json()["error"] == "Row 1: 'x' is no number."


def test_a_row_has_the_columns_of_the_form_and_no_others(store: DemoStore) -> None:
    fields = (DemoField(name="area", kind="number"), DemoField(name="city", kind="choice", options=("Oslo",)))
    store.save(a_demo(DemoInput(kind="table", answer="number", fields=fields)))
    answering = Answering()
    client = visitor(store, answering)
    assert client.post(f"/d/{TOKEN}/answer", json={"row": {"area": 3, "other": "x"}}).status_code == 200
    assert dict(answering.asked[0].row) == {"area": 3, "city": None}
    assert client.post(f"/d/{TOKEN}/answer", json={"row": {"city": "x" * 3_000}}).status_code == 400
    assert client.post(f"/d/{TOKEN}/answer", json={"row": {"city": ["x"]}}).status_code == 400


def test_what_visitors_try_is_kept_only_where_the_owner_wants_it_and_the_page_says_so(store: DemoStore) -> None:
    demo = a_demo()
    store.save(demo)
    client = visitor(store)
    assert "is not kept" in client.get(f"/d/{TOKEN}").text
    ask(client, "my secret")
    said = {"thumb": "up", "comment": "<b>nice</b>", "tried": "my secret", "at": "2001-01-01T00:00:00Z"}
    assert client.post(f"/d/{TOKEN}/reply", json=said).status_code == 200
    (reply,) = store.replies(demo)
    assert (reply.thumb, reply.comment, reply.tried) == ("up", "<b>nice</b>", "")
    assert reply.at.year > 2001
    store.save(a_demo(keeps=True))
    assert "is kept, so that its owner" in client.get(f"/d/{TOKEN}").text
    ask(client, "a text that is kept")
    assert [reply.tried for reply in store.replies(demo)][-1] == "a text that is kept"
    for bad in ({"thumb": "sideways"}, {"comment": "x" * 1_001}, {}, {"comment": ["x"]}):
        assert client.post(f"/d/{TOKEN}/reply", json=bad).status_code == 400


def test_pages_and_replies_are_their_owner_s_alone(store: DemoStore) -> None:
    store.save(a_demo(keeps=True))
    ask(visitor(store))
    modes = {file.stat().st_mode & 0o777 for file in store.folder.rglob("*") if file.is_file()}
    assert modes == {0o600}
    assert store.folder.stat().st_mode & 0o777 == 0o700
