"""What every request passes: token, limits of size and number, count."""

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.serving.server.errors import error_response
from core.serving.server.metrics import Metrics

OPEN = ("/health", "/docs", "/openapi.json")  # they tell nothing of anybody's runs
OPEN_BELOW = "/static-offline-docs/"  # what the page of the API is drawn with


@dataclass(frozen=True)
class Limits:
    """What one request may take.

    Args:
        body_bytes: Of its body.
        items: Inputs in one request.
        timeout_s: Until its answer is complete; of a stream, until its last piece.
        in_flight: Requests at once; whoever comes then is told to come again.
    """

    body_bytes: int = 32 * 2**20
    items: int = 1_000
    timeout_s: float = 120.0
    in_flight: int = 256


def token_check(token: str = "", token_sha256: str = "") -> Callable[[str], bool]:
    """Return what compares a bearer token, in constant time.

    Args:
        token: The expected one.
        token_sha256: Or its SHA-256, hexadecimal, where only that is stored.
    """
    if not token_sha256:
        expected = token.encode()
        return lambda given: bool(expected) and hmac.compare_digest(given.encode(), expected)
    return lambda given: hmac.compare_digest(sha256(given.encode()).hexdigest(), token_sha256)


class Guard:
    """Middleware that refuses with 401, 413 or 429, and counts the rest.

    Args:
        app: What answers.
        is_token: Whether a bearer token is the right one.
        limits: Of a request.
        metrics: Where to count.
    """

    def __init__(self, app: ASGIApp, is_token: Callable[[str], bool], limits: Limits, metrics: Metrics) -> None:
        self._app, self._is_token, self._limits, self._metrics = app, is_token, limits, metrics
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await error_response(scope["path"], *refused)(scope, receive, send)
            self._metrics.requests.labels("refused", str(refused[0])).inc()
            return
        await self._counted(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the sentence with which a request ends here."""
        headers = dict(scope["headers"])
        kind, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        is_open = scope["path"] in OPEN or scope["path"].startswith(OPEN_BELOW)
        if not is_open and not (kind.lower() == "bearer" and self._is_token(token.strip())):
            return 401, "This server asks for its token: send the header 'Authorization: Bearer TOKEN'."
        size = headers.get(b"content-length", b"0")
        if size.isdigit() and int(size) > self._limits.body_bytes:
            return 413, self._too_large()
        if self._in_flight >= self._limits.in_flight:
            return 429, "Too many requests at once. Ask again in a second."
        return None

    def _too_large(self) -> str:
        return f"The request is larger than {self._limits.body_bytes // 2**20} MB. Send less at once."

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), "499"
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limits.body_bytes:  # it said no size, or a wrong one
                raise _TooLargeBody
            return message

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        self._in_flight += 1
        self._metrics.in_flight.set(self._in_flight)
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                await self._app(scope, bounded, noted)
        except _TooLargeBody:
            await error_response(scope["path"], 413, self._too_large())(scope, receive, noted)
        except TimeoutError:
            if status == "499":  # nothing was sent yet; a stream just ends
                sentence = "The answer took too long and was given up. Ask for less at once."
                await error_response(scope["path"], 504, sentence)(scope, receive, noted)
        finally:
            self._in_flight -= 1
            self._metrics.in_flight.set(self._in_flight)
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, status).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began)


class _TooLargeBody(Exception):
    """More came than may come."""
