"""OpenAI's API: models, completions, chat and embeddings."""

import asyncio
import base64
import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from core.errors import UserError
from core.preprocessing.abilities import DescribingPreprocessor
from core.preprocessing.sentence_encoder import SentenceEncoder
from core.serving.server.errors import TooLarge
from core.serving.server.generation_routes import Answer, Writers, chat_prompt, check_writes, usage_of, wishes_of
from core.serving.server.guard import Limits
from core.serving.server.leaving import while_there
from core.serving.server.model_pool import ModelPool, WarmModel
from core.serving.server.openai_requests import ChatRequest, CompletionRequest, EmbeddingRequest
from core.serving.server.remarks import cut_prompt, header_of
from core.serving.server.served_runs import ServedRun
from core.serving.server.writing import Piece, Wish, WrittenToken

Asked = CompletionRequest | ChatRequest


def openai_router(pool: ModelPool, limits: Limits, writers: Writers) -> APIRouter:
    """Return the routes below `/v1`.

    Args:
        pool: The models.
        limits: Of a request.
        writers: Writes the answers.
    """
    router = APIRouter(prefix="/v1")

    @router.get("/models", summary="The models that can be asked")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(run) for run in pool.registry.served()]}

    @router.get("/models/{name}", summary="One model")
    def model(name: str) -> dict[str, Any]:
        return _model(pool.registry.find(name))

    @router.post("/completions", summary="Go on from a prompt")
    async def completions(asked: CompletionRequest, request: Request) -> Response:
        async with pool.model(asked.model) as warm:
            check_writes(warm)
            prompts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt
            return await _respond(request, pool, warm, asked, prompts, writers)

    @router.post("/chat/completions", summary="Answer a conversation")
    async def chat(asked: ChatRequest, request: Request) -> Response:
        async with pool.model(asked.model) as warm:
            check_writes(warm)
            if not warm.run.is_chat:
                raise UserError(
                    f"'{warm.run.name}' has no chat template: it has not learnt from conversations. "
                    "Ask it at /v1/completions, or train it on conversations."
                )
            return await _respond(request, pool, warm, asked, [chat_prompt(asked)], writers)

    @router.post("/embeddings", summary="Describe texts by numbers")
    async def embeddings(asked: EmbeddingRequest, request: Request) -> Response:
        async with pool.model(asked.model) as warm:
            texts = [asked.input] if isinstance(asked.input, str) else asked.input
            if len(texts) > limits.items:
                raise TooLarge(f"The request has {len(texts):,} texts; the most at once are {limits.items:,}.")
            encoder = _encoder(warm)
            found = await while_there(request, warm.describe(encoder, texts))
            read = encoder.tokens_in(tuple(texts))
            return JSONResponse(_embeddings(warm.run.id, found, asked.encoding_format, read))

    return router


def _model(run: ServedRun) -> dict[str, Any]:
    about = {"name": run.name, "task": run.task}
    return {
        "id": run.id,
        "object": "model",
        "created": int(run.created_at.timestamp()),
        "owned_by": "touchstone",
    } | about


async def _respond(
    request: Request, pool: ModelPool, warm: WarmModel, asked: Asked, prompts: Sequence[str], writers: Writers
) -> Response:
    wishes, remarks = wishes_of(asked, prompts), header_of(cut_prompt(warm, prompt) for prompt in prompts)
    if asked.stream:
        events = _events(pool, warm.run.id, asked, prompts, wishes, writers)
        return StreamingResponse(events, headers=remarks, media_type="text/event-stream")

    async def answers() -> list[Answer]:
        return await asyncio.gather(*(writers.whole(warm, wish) for wish in wishes))

    found = await while_there(request, answers())
    document = _head(asked, warm.run.id)
    document["choices"] = [_choice(asked, index, answer) for index, answer in enumerate(found)]
    document["usage"] = usage_of(warm, prompts, sum(answer.count for answer in found))
    return JSONResponse(document, headers=remarks)


def _choice(asked: Asked, index: int, answer: Answer) -> dict[str, Any]:
    ending = {"index": index, "finish_reason": answer.reason}
    if isinstance(asked, ChatRequest):
        probabilities = _chat_logprobs(answer.tokens, asked) if asked.logprobs else None
        message = {"role": "assistant", "content": answer.text.removeprefix(" "), "refusal": None}
        return {"message": message, "logprobs": probabilities, **ending}
    probabilities = None if asked.logprobs is None else _logprobs(answer.tokens, asked.logprobs)
    return {"text": answer.text, "logprobs": probabilities, **ending}


def _logprobs(tokens: Sequence[WrittenToken], most: int, start: int = 0) -> dict[str, Any]:
    """Return log probabilities as completions have them."""
    offsets = np.cumsum([start, *(len(token.text) for token in tokens)])[:-1]
    return {
        "tokens": [token.text for token in tokens],
        "token_logprobs": [token.logprob for token in tokens],
        "top_logprobs": [dict(list(token.likeliest.items())[:most]) for token in tokens],
        "text_offset": offsets.tolist(),
    }


def _chat_logprobs(tokens: Sequence[WrittenToken], asked: ChatRequest) -> dict[str, Any]:
    """Return log probabilities as chat has them."""

    def said(text: str, logprob: float) -> dict[str, Any]:
        return {"token": text, "logprob": logprob, "bytes": list(text.encode())}

    content = [
        said(token.text, token.logprob)
        | {"top_logprobs": [said(*one) for one in list(token.likeliest.items())[: asked.top_logprobs or 0]]}
        for token in tokens
    ]
    return {"content": content, "refusal": None}


async def _events(
    pool: ModelPool, run: str, asked: Asked, prompts: Sequence[str], wishes: Sequence[Wish], writers: Writers
) -> AsyncIterator[str]:
    """Yield server-sent events: pieces, the usage where wanted, the end."""
    about, written = _head(asked, run, ".chunk"), 0
    async with pool.model(run) as warm:  # held as long as the stream lasts
        for index, wish in enumerate(wishes):
            length = 0
            async for piece in writers.pieces(warm, wish):
                yield _event(about | {"choices": [_delta(asked, index, piece, length)]})
                written += piece.count
                length += sum(len(token.text) for token in piece.tokens) or len(piece.text)
        if asked.stream_options is not None and asked.stream_options.include_usage:
            yield _event(about | {"choices": [], "usage": usage_of(warm, prompts, written)})
    yield "data: [DONE]\n\n"


def _head(asked: Asked, run: str, part: str = "") -> dict[str, Any]:
    """Return what an answer begins with."""
    is_chat = isinstance(asked, ChatRequest)
    kind, prefix = ("chat.completion" + part, "chatcmpl") if is_chat else ("text_completion", "cmpl")
    return {"id": f"{prefix}-{secrets.token_hex(12)}", "object": kind, "created": int(time.time()), "model": run}


def _event(document: dict[str, Any]) -> str:
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def _delta(asked: Asked, index: int, piece: Piece, length: int) -> dict[str, Any]:
    ending = {"index": index, "finish_reason": piece.reason}
    if isinstance(asked, ChatRequest):
        text = piece.text if length else piece.text.removeprefix(" ")
        probabilities = _chat_logprobs(piece.tokens, asked) if asked.logprobs else None
        return {"delta": {"role": "assistant", "content": text}, "logprobs": probabilities, **ending}
    probabilities = None if asked.logprobs is None else _logprobs(piece.tokens, asked.logprobs, length)
    return {"text": piece.text, "logprobs": probabilities, **ending}


def _encoder(warm: WarmModel) -> SentenceEncoder:
    """Return the encoder within a model.

    Raises:
        UserError: It has none that describes texts.
    """
    preprocessor: object = warm.predictor.preprocessor
    if isinstance(preprocessor, DescribingPreprocessor):
        preprocessor = preprocessor.encoder
    if not isinstance(preprocessor, SentenceEncoder):
        raise UserError(
            f"'{warm.run.name}' has no encoder that describes texts. Embeddings come from runs of a frozen sentence "
            "encoder, such as the model 'minilm-frozen'."
        )
    return preprocessor


def _embeddings(model: str, found: np.ndarray[Any, Any], encoding: str, tokens: int) -> dict[str, Any]:
    def written(row: np.ndarray[Any, Any]) -> Any:
        if encoding == "base64":
            return base64.b64encode(row.astype("<f4").tobytes()).decode()
        return row.tolist()

    data = [{"object": "embedding", "index": index, "embedding": written(row)} for index, row in enumerate(found)]
    return {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}
