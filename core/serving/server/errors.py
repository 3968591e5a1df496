"""Every error of the server: the right status, and one sentence for whoever asked."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from core.errors import (
    CheckpointUnusable,
    DataError,
    RunNotFound,
    RunNotReady,
    TouchstoneError,
    UserError,
)
from core.serving.server.batching import TooBusy
from core.serving.server.model_pool import NoRoom

CLIENT_LEFT = 499  # nginx's number for a client that did not wait
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (RunNotFound, 404),
    (RunNotReady, 409),
    (CheckpointUnusable, 410),
    (DataError, 422),
    (UserError, 400),
    (TooBusy, 429),
    (NoRoom, 503),
    (TouchstoneError, 500),
)


class TooLarge(UserError):
    """A request has more than the server takes."""


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, TooLarge):
        return 413
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def sentence_of(error: Exception) -> str:
    """Return what to say of an error."""
    if isinstance(error, TouchstoneError):
        return str(error)
    return "The model could not compute an answer. The server's log has the details; try a smaller input."


def error_response(path: str, status: int, sentence: str) -> JSONResponse:
    """Return an error in the format of the API that was asked.

    Args:
        path: Of the request: below `/v1` OpenAI's format, else that of Hugging Face.
        status: HTTP status.
        sentence: What happened, why, what to do now.
    """
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status in (429, 503) else {}
    if path.startswith("/v1/"):
        kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
        kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
        body: object = {"error": {"message": sentence, "type": kind, "param": None, "code": None}}
    else:
        body = {"error": sentence}
    return JSONResponse(body, status, headers)


def respond(request: Request, error: Exception) -> JSONResponse:
    """Return the answer to a request that raised an error."""
    return error_response(request.url.path, status_of(error), sentence_of(error))
