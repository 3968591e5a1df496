"""Access checks of the upload routes: allowed requests, refused ones and their messages."""

import functools
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from errno import EDQUOT, ENOSPC
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from core.errors import DataError, DiskFull, TouchstoneError, UserError
from core.formatting import limit_size
from core.web.routes import refusal

_DRAINED_BYTES = 64 * 2**20
Endpoint = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")
log = logging.getLogger("touchstone")


class Refused(Exception):
    """A refused request: an HTTP status and a whole sentence."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


def guarded(endpoint: Endpoint, hosts: tuple[str, ...]) -> Endpoint:
    """Answer only to our own pages, and put what goes wrong into a sentence."""

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        if sentence := refusal(request, hosts) or _forgery(request):
            return _sentence(403, sentence)
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return _sentence(400, "The connection was cut before everything had arrived. Nothing of this was kept.")
        except (Refused, TouchstoneError, OSError) as error:
            if isinstance(error, OSError):
                log.error("%s could not be served.", request.url.path, exc_info=error)
            await _drain(request)
            return _sentence(*_in_words(error))

    return guarded


def _forgery(request: Request) -> str:
    """Return why a request is forged: other pages cannot send both headers."""
    if request.method in ("GET", "HEAD"):
        return ""
    if "origin" not in request.headers or request.headers.get("x-touchstone") != "1":
        return "Only Touchstone's own pages may write here."
    return ""


def _in_words(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence for what went wrong."""
    if isinstance(error, Refused):
        return error.status, str(error)
    if isinstance(error, DiskFull):
        return 507, str(error)
    if isinstance(error, UserError):
        return 422, str(error)
    if isinstance(error, TouchstoneError):
        return 503, str(error)
    if isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT):
        return 507, "The disk is full. Nothing of this was kept. Free some space, then try again."
    return 500, "Touchstone could not write this to its disk. Nothing of it was kept. The server's log says more."


async def found_or_404(function: Callable[..., T], *arguments: Any) -> T:
    """Call a lookup in a thread; a missing result becomes a 404."""
    try:
        return await run_in_threadpool(function, *arguments)
    except DataError:
        raise
    except UserError as error:
        raise Refused(404, str(error)) from error


async def _drain(request: Request) -> None:
    """Read a request's rest up to a limit, so its sender reads the response."""
    left = _DRAINED_BYTES
    with suppress(RuntimeError, ClientDisconnect):  # everything was read already; or the browser is gone
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                return


async def body_of(request: Request, limit: int) -> bytes:
    """Return the request's body, which may not be larger than so many bytes."""
    check_size(length_of(request), limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        check_size(len(body), limit)
    return bytes(body)


def length_of(request: Request) -> int:
    """Return how many bytes are to come, as the request says."""
    text = request.headers.get("content-length", "")
    if not text.isdecimal() or len(text) > 18:
        raise Refused(411, "The size must be sent first (Content-Length).")
    return int(text)


def integer_of(request: Request, name: str) -> int:
    """Return a whole number of the query; 0 where there is none."""
    text = request.query_params.get(name, "0")
    if not text.isdecimal() or len(text) > 18:
        raise Refused(400, f"'{name}' must be a whole number.")
    return int(text)


def check_size(size: int, limit: int) -> None:
    """Return if so many bytes are allowed, or refuse them in words."""
    if size > limit:
        raise Refused(
            413,
            f"This is larger than {limit_size(limit)}, which is the most that one file may have. "
            "Nothing of it was kept.",
        )


def as_json(document: dict[str, Any], status: int = 200) -> Response:
    """Return a document that nobody keeps."""
    return JSONResponse(document, status, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


def _sentence(status: int, text: str) -> Response:
    return as_json({"message": text}, status)
