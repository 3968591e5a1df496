"""The demo server: pages at addresses that nobody can guess, and nothing else."""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from fastapi import FastAPI
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import DataError, TouchstoneError
from core.serving.demo.bounds import Bounds
from core.serving.demo.questions import Question, read_question
from core.serving.demo.render import page_html, plain_page
from core.specs.demo import LARGEST_IMAGE, LONGEST_COMMENT, Demo, DemoReply

LARGEST_BODY = LARGEST_IMAGE + 2**16  # bytes
BODY_S, ANSWER_S = 30.0, 60.0  # seconds
LONGEST_ANSWER = 200  # characters that are kept of one
_GONE = (
    "This page is not here",
    "The address is wrong, or the page has expired or was withdrawn. Ask whoever gave you the address for a new one.",
)
_log = logging.getLogger("touchstone.demo")


class Answering(Protocol):
    """Who answers."""

    def opened(self, demo: Demo) -> None:
        """Be told that a visitor has opened a page, who will ask soon."""

    def __call__(self, demo: Demo, question: Question) -> Mapping[str, Any]:
        """Return an answer; blocks.

        Raises:
            DataError: The model cannot read what was asked.
            TouchstoneError: It cannot answer.
        """


class Pages(Protocol):
    """Where pages are found and what is said on them is kept."""

    def find(self, token: str, moment: datetime) -> Demo | None:
        """Return the open page of a token, compared in constant time."""

    def note(self, demo: Demo, reply: DemoReply, image: bytes = b"") -> None:
        """Keep what a visitor said or tried.

        Raises:
            UserError: So much was kept already that no more is.
        """


@dataclass(frozen=True)
class Door:
    """One address on which the server listens.

    Args:
        hosts: As browsers name it, without the port: others are refused, so that no rebound name leads here.
        is_room: Other devices come in here; they get the pages alone that were opened to them.
        room_address: Makes the address by which other devices find a page; empty where they cannot.
    """

    hosts: tuple[str, ...]
    is_room: bool = False
    room_address: Callable[[Demo], str] = lambda _: ""


def create_app(pages: Pages, answer: Answering, door: Door, bounds: Bounds) -> FastAPI:
    """Return the server.

    Args:
        pages: The demo pages.
        answer: Asks a page's model.
        door: By which these visitors come in.
        bounds: Shared by all doors.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(_Doorkeeper, hosts=door.hosts)

    def opened(token: str) -> Demo:
        found = pages.find(token, datetime.now(UTC))
        if found is None or (door.is_room and not found.room):
            raise _Gone
        return found

    @app.get("/d/{token}")
    async def show(token: str) -> Response:
        demo, nonce = opened(token), secrets.token_urlsafe(16)
        answer.opened(demo)
        content = page_html(demo, nonce=nonce, room_address=door.room_address(demo) if demo.room else "")
        return HTMLResponse(content, headers={"Content-Security-Policy": _policy(nonce)})

    @app.post("/d/{token}/answer")
    async def ask(token: str, request: Request) -> Response:
        demo = opened(token)
        if refused := bounds.take(_visitor(request)):
            return _error(429, refused)
        question = read_question(demo.input, request.headers.get("content-type", ""), await _body(request))
        found = await _within(ANSWER_S, run_in_threadpool(answer, demo, question))
        if demo.keeps:
            tried = DemoReply(at=datetime.now(UTC), tried=question.in_words, answered=_in_short(found))
            await run_in_threadpool(pages.note, demo, tried, question.image)
        return JSONResponse(found)

    @app.post("/d/{token}/reply")
    async def reply(token: str, request: Request) -> Response:
        demo = opened(token)
        if refused := bounds.take(_visitor(request)):
            return _error(429, refused)
        said = _reply(await _body(request))
        kept = said if demo.keeps else said.model_copy(update={"tried": "", "answered": ""})
        await run_in_threadpool(pages.note, demo, kept)
        return JSONResponse({})

    _add_errors(app)
    return app


class _Gone(Exception):
    """There is no such page, or not for this visitor."""


class _TooLarge(Exception):
    """More was sent than may be."""


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(_Gone)
    @app.exception_handler(404)
    @app.exception_handler(405)
    async def gone(request: Request, _: Exception) -> Response:
        if request.method == "POST":
            return _error(404, " ".join(_GONE[1:]))
        return HTMLResponse(plain_page(*_GONE), 404)

    @app.exception_handler(_TooLarge)
    async def too_large(_: Request, __: Exception) -> Response:
        return _error(413, f"That is larger than {LARGEST_IMAGE // 2**20} MB. Make it smaller first.")

    @app.exception_handler(TimeoutError)
    async def too_slow(_: Request, __: Exception) -> Response:
        return _error(504, "The answer took too long and was given up. Try again in a moment.")

    @app.exception_handler(DataError)
    async def refused(_: Request, error: Exception) -> Response:
        return _error(400, str(error))

    @app.exception_handler(TouchstoneError)
    async def failed(request: Request, error: Exception) -> Response:
        # What is wrong with the owner's machine is the owner's to know, not a visitor's.
        _log.error("A demo page gave no answer.", exc_info=error)
        return _error(503, "The model does not answer at the moment. Try again in a minute.")


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)


def _visitor(request: Request) -> str:
    return request.client.host if request.client else ""


async def _body(request: Request) -> bytes:
    size = request.headers.get("content-length", "")
    if size.isdigit() and int(size) > LARGEST_BODY:
        raise _TooLarge
    content = bytearray()
    async with asyncio.timeout(BODY_S):
        async for part in request.stream():
            content += part
            if len(content) > LARGEST_BODY:  # it said no size, or a wrong one
                raise _TooLarge
    return bytes(content)


async def _within(limit_s: float, work: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
    async with asyncio.timeout(limit_s):
        return await work


def _reply(body: bytes) -> DemoReply:
    try:
        given = json.loads(body)
        said = {name: given[name] for name in ("thumb", "comment", "tried", "answered") if name in given}
        found = DemoReply.model_validate({**said, "at": datetime.now(UTC)})
    except (ValidationError, ValueError, TypeError, RecursionError) as error:
        raise DataError(f"A comment is a text of at most {LONGEST_COMMENT:,} characters. Shorten it.") from error
    if not found.thumb and not found.comment.strip():
        raise DataError("Choose a thumb or write a comment first.")
    return found


def _in_short(found: Mapping[str, Any]) -> str:
    said = found.get("text") or (found["scores"][0][0] if found.get("scores") else found.get("value", ""))
    return str(said)[:LONGEST_ANSWER]


def _policy(nonce: str) -> str:
    """Return what the page may do: run its script, ask its own server."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class _Doorkeeper:
    """Middleware: refuses other names of this machine, adds security headers."""

    HEADERS = (
        (b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer"), (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"), (b"x-robots-tag", b"noindex, nofollow"),
        (b"cross-origin-opener-policy", b"same-origin"), (b"cross-origin-resource-policy", b"same-origin"),
    )  # fmt: skip

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.HEADERS]
            await send(message)

        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").rpartition(":")[0]
        if host not in self._hosts:
            await HTMLResponse(plain_page(*_GONE), 404)(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)
