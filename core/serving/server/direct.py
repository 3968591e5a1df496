"""The short way to an answer, past FastAPI's routing."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/models/"
_ROUTE = SimpleNamespace(path="/models/{name}")  # as the counters name it


class Direct:
    """Answers `POST /models/NAME` itself; a middleware.

    FastAPI's routing costs more than a small model's answer. It has the same route for the page of the API.

    Args:
        app: What answers everything else.
        ask: Answers a request to a model of this name.
        handlers: Of errors.
    """

    def __init__(
        self,
        app: ASGIApp,
        ask: Callable[[str, Request], Awaitable[Response]],
        handlers: dict[Any, Any],
    ) -> None:
        self._app, self._ask = app, ask
        self._direct = ExceptionMiddleware(self._answer, handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        path: str = scope.get("path", "")
        is_asked = scope["type"] == "http" and scope["method"] == "POST" and path.startswith(PREFIX)
        if is_asked and len(path) > len(PREFIX) and "/" not in path[len(PREFIX) :]:
            scope["route"] = _ROUTE
            await self._direct(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._ask(scope["path"][len(PREFIX) :], Request(scope, receive, send))
        await response(scope, receive, send)
