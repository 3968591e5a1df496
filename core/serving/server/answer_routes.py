"""Routes of the dashboard: answers with remarks and time, text with alternatives."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from core.serving.predictor import NumberPrediction, Prediction
from core.serving.server.generation_routes import Writers, check_writes
from core.serving.server.guard import Limits
from core.serving.server.inputs import inputs_of, parse_json, top_k_of
from core.serving.server.leaving import while_there
from core.serving.server.model_pool import ModelPool, WarmModel
from core.serving.server.remarks import cut_prompt
from core.serving.server.writing import Piece, Wish
from core.training.generation import Sampling

MOST_MEASURED, MOST_ENCODED = 200, 32  # inputs of one request whose distance to training is told; of slow encoders
LINES = "application/x-ndjson"


class WriteRequest(BaseModel):
    """What is to be written, by whom the path says."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = ""
    max_tokens: int = Field(default=200, ge=1, le=4_096)
    temperature: float = Field(default=0.8, ge=0, le=2)
    top_k: int = Field(default=0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    stop: list[str] = Field(default_factory=list, max_length=4)
    alternatives: int = Field(default=0, ge=0, le=20)


def answer_router(pool: ModelPool, limits: Limits, writers: Writers) -> APIRouter:
    """Return the routes.

    Args:
        pool: The models.
        limits: Of a request.
        writers: Writes for models of text.
    """
    router = APIRouter()

    @router.post("/models/{name}/answers", summary="Ask a model; answers with scores, remarks and milliseconds")
    async def answers(name: str, request: Request) -> Response:
        """Send JSON {"inputs": [...], "parameters": {"top_k": 5}}; images as base64."""
        asked = parse_json(await request.body())
        async with pool.model(name) as warm:
            return JSONResponse(await while_there(request, _answers(warm, asked, limits)))

    @router.post("/models/{name}/write", summary="Let a model write; one JSON object a line, with alternatives")
    async def write(name: str, wanted: WriteRequest) -> Response:
        """Each line has `text` and `tokens`; the last one says why the text ends."""
        async with pool.model(name) as warm:
            check_writes(warm)
            note = cut_prompt(warm, wanted.prompt)
        return StreamingResponse(_lines(pool, warm.run.id, wanted, note, writers), media_type=LINES)

    @router.post("/models/{name}/load", summary="Load a model before somebody asks")
    async def load(name: str) -> Response:
        async with pool.model(name) as warm:
            return JSONResponse({"id": warm.run.id, "task": warm.run.task})

    return router


async def _answers(warm: WarmModel, asked: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    inputs, _ = inputs_of(asked, warm.predictor.task.input_kind, warm.run, limits.items)
    top = top_k_of(asked, warm.predictor.info.labels)
    begun = time.perf_counter()
    found = await warm.batcher.answer(inputs)
    ms = 1000 * (time.perf_counter() - begun)
    most = MOST_ENCODED if warm.reads_slowly else MOST_MEASURED
    unlike = await warm.unlike(inputs) if len(inputs) <= most else [()] * len(inputs)
    answers = [_answer(one, top, said) for one, said in zip(found, unlike, strict=True)]
    return {"id": warm.run.id, "ms": ms, "answers": answers}


def _answer(one: Prediction | NumberPrediction, top: int, unlike: tuple[str, ...]) -> dict[str, Any]:
    remarks = (*unlike, *one.remarks)
    if isinstance(one, NumberPrediction):
        return {"value": one.value, "remarks": remarks}
    scores = dict(list(one.scores.items())[:top])
    return {"label": one.label, "score": one.score, "scores": scores, "remarks": remarks}


async def _lines(pool: ModelPool, run: str, wanted: WriteRequest, note: str, writers: Writers) -> AsyncIterator[str]:
    seed = secrets.randbelow(2**31) if wanted.seed is None else wanted.seed
    sampling = Sampling(wanted.temperature, wanted.top_k, wanted.top_p, seed)
    wish = Wish(wanted.prompt, sampling, wanted.max_tokens, tuple(wanted.stop), wanted.alternatives)
    yield _line({"note": note, "seed": seed})
    begun = time.perf_counter()
    async with pool.model(run) as warm:  # held as long as the stream lasts
        async for piece in writers.pieces(warm, wish):
            yield _line(_piece(piece) | {"ms": 1000 * (time.perf_counter() - begun)})


def _piece(piece: Piece) -> dict[str, Any]:
    tokens = [{"text": one.text, "logprob": one.logprob, "likeliest": one.likeliest} for one in piece.tokens]
    return {"text": piece.text, "tokens": tokens, "reason": piece.reason}


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"
