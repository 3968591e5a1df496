"""The inference server: put together."""

import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import TouchstoneError
from core.serving.explanation.routes import Explaining, explain_router
from core.serving.server.answer_routes import answer_router
from core.serving.server.direct import Direct
from core.serving.server.errors import CLIENT_LEFT, error_response, respond
from core.serving.server.generation_routes import Writers
from core.serving.server.guard import Guard, Limits
from core.serving.server.leaving import ClientLeft
from core.serving.server.metrics import Metrics
from core.serving.server.model_pool import ModelPool
from core.serving.server.openai_routes import openai_router
from core.serving.server.served_runs import Registry
from core.serving.server.task_routes import asking, task_router

SWITCH_S = 0.0005  # a model's thread gives way to the server's: Python's 5 ms are ten answers of a small model
_log = logging.getLogger("touchstone.serving")


def create_app(
    registry: Registry,
    is_token: Callable[[str], bool],
    *,
    most_bytes: int,
    writers_at_once: int = 2,
    limits: Limits | None = None,
    preload: Sequence[str] = (),
) -> FastAPI:
    """Return the server.

    Args:
        registry: Where runs are found.
        is_token: Whether a bearer token is the right one.
        most_bytes: Memory of all warm models together.
        writers_at_once: Answers of text that are written side by side.
        limits: Of a request.
        preload: Runs whose models are loaded before the first request.
    """
    bounds, metrics = limits or Limits(), Metrics()
    pool, writers = ModelPool(registry, most_bytes, metrics), Writers(writers_at_once, metrics)
    explaining = Explaining()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_S)
        await pool.preload(preload)
        yield
        pool.close()
        writers.close()
        explaining.close()

    app = FastAPIOffline(
        title="Touchstone", version=version("touchstone"), lifespan=lifespan, redoc_url=None,
        dependencies=[Security(HTTPBearer(auto_error=False))],  # `Guard` asks for it; this is for the page of the API
        description="Trained runs, in the formats of OpenAI's API and of Hugging Face's tasks.",
    )  # fmt: skip
    app.include_router(openai_router(pool, bounds, writers))
    app.include_router(answer_router(pool, bounds, writers))
    ask = asking(pool, bounds, writers)
    app.include_router(task_router(ask))
    app.include_router(explain_router(pool, explaining))
    _add_status(app, pool, metrics)
    _add_errors(app)
    app.add_middleware(Direct, ask=ask, handlers=app.exception_handlers)
    app.add_middleware(Guard, is_token=is_token, limits=bounds, metrics=metrics)
    return app


def _add_status(app: FastAPI, pool: ModelPool, metrics: Metrics) -> None:
    @app.get("/health", summary="Whether the server answers; needs no token")
    async def health() -> dict[str, object]:
        return {"status": "ok", "warm_models": len(pool.warm)}

    @app.get("/metrics", summary="Counters for Prometheus")
    async def counted() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_errors(app: FastAPI) -> None:
    """Answer every error with a status and a sentence; log unexpected ones."""

    @app.exception_handler(TouchstoneError)
    async def expected(request: Request, error: Exception) -> JSONResponse:
        return respond(request, error)

    @app.exception_handler(RuntimeError)
    @app.exception_handler(ValueError)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        _log.error("A model failed to answer %s.", request.url.path, exc_info=error)
        return respond(request, error)

    @app.exception_handler(ClientLeft)
    async def left(_: Request, __: ClientLeft) -> Response:
        return Response(status_code=CLIENT_LEFT)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(ValidationError)
    async def invalid(request: Request, error: RequestValidationError | ValidationError) -> JSONResponse:
        return error_response(request.url.path, 400, _invalid(error))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> JSONResponse:
        said = {404: "There is no such address. See /docs for those that there are.", 405: "Use another HTTP method."}
        return error_response(request.url.path, error.status_code, said.get(error.status_code, str(error.detail)))


def _invalid(error: RequestValidationError | ValidationError) -> str:
    """Return the first problem of a request, as a sentence."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"] if part != "body")
    if first["type"] == "extra_forbidden":
        return f"'{name}' is not supported by this server. Leave it out."
    if first["type"] == "json_invalid":
        return "The request is no JSON."
    return f"'{name}': {first['msg']}."
