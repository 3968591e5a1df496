"""The guard before the dashboard: this machine, our own pages, the token; and the headers of every answer."""

from collections.abc import Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.access.guard import AccessGuard
from core.access.token import cookie_value
from core.access.visitor import is_owner

SECRET = "a token of this test alone"
HOME_URL = "http://127.0.0.1:8501"
STREAM = "ws://127.0.0.1:8501/_stcore/stream"
Enter = Callable[..., TestClient]


@pytest.fixture
def enter() -> Iterator[Enter]:
    """Open a client of a little application behind the guard."""
    opened: list[TestClient] = []

    def enter(token: str = SECRET, url: str = HOME_URL, peer: str = "127.0.0.1", base_path: str = "") -> TestClient:
        async def page(request: Request) -> Response:
            return PlainTextResponse("owner" if is_owner(dict(request.headers)) else "visitor")

        async def stream(socket: WebSocket) -> None:
            await socket.accept()
            await socket.send_text("hello")
            await socket.close()

        routes = [
            Route("/_stcore/health", lambda _: PlainTextResponse("ok")),
            WebSocketRoute("/_stcore/stream", stream),
            Route("/{path:path}", page, methods=["GET", "POST"]),
        ]
        app = AccessGuard(Starlette(routes=routes), token, base_path)
        client = TestClient(app, base_url=url, client=(peer, 4711), follow_redirects=False)
        opened.append(client)
        return client

    yield enter
    for client in opened:
        client.close()


def test_without_the_token_nobody_gets_in_but_health_is_open(enter: Enter) -> None:
    client = enter()
    assert client.get("/runs").status_code == 401
    assert client.get("/api/runs/ab").json()["error"].startswith("This needs the token of this start.")
    assert client.get("/_stcore/health").text == "ok"
    with pytest.raises(WebSocketDisconnect):
        client.websocket_connect(STREAM).__enter__()


def test_a_browser_without_the_token_is_asked_for_it(enter: Enter) -> None:
    answer = enter().get("/run?run=ab", headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert '<label for="token">' in answer.text
    assert '<input type="hidden" name="run" value="ab">' in answer.text
    hostile = enter().get("/", params={'"><b>': '"><script>'}, headers={"Accept": "text/html"}).text
    assert "<b>" not in hostile
    assert "<script>" not in hostile


def test_the_printed_address_opens_the_page_and_leaves_no_token_in_the_address(enter: Enter) -> None:
    client = enter()
    answer = client.get(f"/run?run=ab&token={SECRET}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/run?run=ab")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert SECRET not in answer.headers["set-cookie"]
    assert client.get("/run?run=ab").text == "owner"
    with client.websocket_connect(STREAM) as socket:
        assert socket.receive_text() == "hello"


@pytest.mark.parametrize("token", ["", "wrong", SECRET[:-1], SECRET + "x", cookie_value(SECRET), "ü" * 20])
def test_a_wrong_token_opens_nothing(enter: Enter, token: str) -> None:
    client = enter()
    assert client.get("/", params={"token": token}).status_code == 401
    assert client.get("/", headers=[(b"authorization", f"Bearer {token}".encode())]).status_code == 401
    client.cookies.set("touchstone-8501", token.encode().decode("ascii", "ignore"))
    assert client.get("/").status_code == (200 if token == cookie_value(SECRET) else 401)


def test_an_address_of_two_slashes_does_not_lead_away(enter: Enter) -> None:
    answer = enter().get(f"//evil.example/?token={SECRET}")
    assert answer.headers.get("location", "/").startswith("/")
    assert not answer.headers.get("location", "/").startswith("//")


def test_a_script_sends_the_token_in_a_header(enter: Enter) -> None:
    assert enter().get("/api/runs/ab", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 200


def test_two_dashboards_of_a_machine_have_two_cookies(enter: Enter) -> None:
    names = {
        enter(url=f"http://127.0.0.1:{port}").get(f"/?token={SECRET}").headers["set-cookie"].partition("=")[0]
        for port in (8501, 8502)
    }
    assert names == {"touchstone-8501", "touchstone-8502"}


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:8502", "http://localhost:8501", "null", "http://[::1"]
)
def test_a_foreign_page_opens_no_connection_even_with_the_cookie(enter: Enter, origin: str) -> None:
    client = enter()
    client.cookies.set("touchstone-8501", cookie_value(SECRET))
    with pytest.raises(WebSocketDisconnect):
        client.websocket_connect(STREAM, headers={"Origin": origin}).__enter__()
    with client.websocket_connect(STREAM, headers={"Origin": HOME_URL}) as socket:
        assert socket.receive_text() == "hello"


@pytest.mark.parametrize("url", ["http://192.168.1.7:8501", "http://10.0.0.3:8501", "http://[fe80::1]:8501"])
def test_nobody_gets_in_from_elsewhere_however_the_server_was_started(enter: Enter, url: str) -> None:
    answer = enter(url=url).get("/", headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == 403
    assert "signing in from elsewhere is not built yet" in answer.json()["error"]


def test_only_the_owner_at_this_machine_may_name_paths(enter: Enter) -> None:
    signed = {"Authorization": f"Bearer {SECRET}"}
    assert enter().get("/", headers=signed).text == "owner"
    assert enter(peer="192.168.1.9").get("/", headers=signed).text == "visitor"  # as a proxy says it
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert enter().get("/", headers=signed | {name: "127.0.0.1"}).text == "visitor"
    assert enter(token="").get("/", headers={"X-Touchstone-Visitor": "owner"}).text == "visitor"


def test_health_is_open_under_a_base_path(enter: Enter) -> None:
    client = enter(base_path="/touchstone/")
    assert client.get("/touchstone/_stcore/health").status_code == 200
    assert client.get("/touchstone/runs").status_code == 401


def test_every_answer_carries_the_headers(enter: Enter) -> None:
    client = enter()
    for path in ("/", "/_stcore/health", f"/?token={SECRET}"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == "frame-ancestors 'self'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
