"""Routes of the page Try: images, and text as it is written."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from core.access.token import LOOPBACK
from core.errors import TouchstoneError
from core.services.inference import WritingSettings
from core.services.run_service import Service
from core.services.side_by_side import pieces_of
from core.services.tried_inputs import LARGEST_IMAGE, TriedInputs
from core.web.uploads.guard import Refused, as_json, body_of, guarded

LARGEST_REQUEST = 2**20  # bytes of a prompt and its settings


class _Writing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    contender: str
    prompt: str
    max_tokens: int = Field(ge=1, le=4_096)
    temperature: float = Field(ge=0, le=2)
    top_k: int = Field(ge=0)
    top_p: float = Field(gt=0, le=1)
    seed: int = Field(ge=0, lt=2**63)
    stop: tuple[str, ...] = ()
    alternatives: int = Field(default=5, ge=0, le=20)
    confirmed_host: str = ""


def try_routes(open_service: Callable[[], Service], allowed_hosts: Iterable[str] = LOOPBACK) -> list[Route]:
    """Return the routes to mount.

    Args:
        open_service: Returns the process's service; called at the first request, not before.
        allowed_hosts: Host names under which the dashboard may be reached, as in `core.web.routes`.
    """
    hosts = tuple(host.strip().lower() for host in allowed_hosts) or LOOPBACK

    async def keep_image(request: Request) -> Response:
        content = await body_of(request, LARGEST_IMAGE)
        return as_json({"image": await run_in_threadpool(TriedInputs(open_service()).keep_image, content)}, 201)

    async def write(request: Request) -> Response:
        try:
            asked = _Writing.model_validate_json(await body_of(request, LARGEST_REQUEST))
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise Refused(422, f"'{name}': {first['msg']}.") from error
        return StreamingResponse(_lines(open_service(), asked), media_type="application/x-ndjson")

    paths = {"/api/tried/images": keep_image, "/api/tried/write": write}
    return [Route(path, guarded(endpoint, hosts), methods=["POST"]) for path, endpoint in paths.items()]


def _lines(service: Service, asked: _Writing) -> Iterator[str]:
    """Yield what a model writes, as JSON lines; an error is a line too."""
    settings = WritingSettings(**asked.model_dump(exclude={"contender", "prompt", "confirmed_host"}))
    try:
        for piece in pieces_of(service, asked.contender, asked.prompt, settings, asked.confirmed_host):
            yield _line(piece)
    except TouchstoneError as error:
        yield _line({"error": str(error)})


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"
