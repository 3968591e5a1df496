"""Text generation for OpenAI's and Hugging Face's clients, whole or streamed."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from core.data.tables.conversations.template import written
from core.data.tables.conversations.turns import ASSISTANT, SYSTEM, TOOL, USER, Turn
from core.errors import DataError, UserError
from core.serving.server.leaving import while_there
from core.serving.server.metrics import Metrics
from core.serving.server.model_pool import ModelPool, WarmModel
from core.serving.server.openai_requests import ChatRequest, CompletionRequest
from core.serving.server.remarks import cut_prompt, header_of
from core.serving.server.writing import Piece, Wish, WrittenToken, in_threads, prompt_ids, write
from core.training.generation import Sampling

USUAL_TOKENS = 200  # of an answer, where a request does not say
SPEAKERS = {"system": SYSTEM, "developer": SYSTEM, "user": USER, "assistant": ASSISTANT}
NEXT_SPEAKER = tuple(f"\n{speaker}:" for speaker in (USER, SYSTEM, ASSISTANT, TOOL))


class Writers:
    """Writes answers, so many at a time.

    Args:
        at_once: Answers that are written side by side by models that write one at a time; others wait.
        metrics: Where tokens are counted.
    """

    def __init__(self, at_once: int, metrics: Metrics) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="writer")
        self._places, self._metrics = asyncio.Semaphore(at_once), metrics

    async def pieces(self, warm: WarmModel, wish: Wish) -> AsyncIterator[Piece]:
        """Yield an answer as it is written; who stops listening ends it."""
        steps = warm.shared_writing.pieces(wish) if warm.shared_writing is not None else self._alone(warm, wish)
        try:
            async for piece in steps:
                self._metrics.tokens.inc(piece.count)
                yield piece
        finally:
            await steps.aclose()  # type: ignore[attr-defined]

    async def _alone(self, warm: WarmModel, wish: Wish) -> AsyncIterator[Piece]:
        """Yield the answer of a model that writes one text at a time."""
        async with self._places:
            steps = in_threads(self._threads, write(warm.predictor, wish))
            try:
                async for piece in steps:
                    yield piece
            finally:
                await steps.aclose()  # type: ignore[attr-defined]

    async def whole(self, warm: WarmModel, wish: Wish) -> "Answer":
        """Return a whole answer."""
        async with aclosing(self.pieces(warm, wish)) as pieces:  # type: ignore[type-var]
            return Answer.of([piece async for piece in pieces])

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True)
class Answer:
    """A whole written answer."""

    text: str
    tokens: tuple[WrittenToken, ...]
    count: int
    reason: str

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Answer":
        """Put pieces together."""
        tokens = tuple(token for piece in pieces for token in piece.tokens)
        text, count = "".join(piece.text for piece in pieces), sum(piece.count for piece in pieces)
        return cls(text, tokens, count, pieces[-1].reason or "stop")


def check_writes(warm: WarmModel) -> None:
    """Raise a `UserError` if the model writes no text."""
    if warm.predictor.task.output_kind != "text":
        raise UserError(f"'{warm.run.name}' writes no text. Ask it at: POST /models/{warm.run.id}")


def wishes_of(asked: CompletionRequest | ChatRequest, prompts: Sequence[str]) -> list[Wish]:
    """Return `n` wishes for each prompt, with consecutive seeds."""
    first = secrets.randbelow(2**31) if asked.seed is None else asked.seed
    stop = (asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ())
    if isinstance(asked, ChatRequest):
        most = asked.max_completion_tokens or asked.max_tokens or USUAL_TOKENS
        alternatives, stop = (max(asked.top_logprobs or 0, 1) if asked.logprobs else 0), (*stop, *NEXT_SPEAKER)
    else:
        most = asked.max_tokens or 16  # OpenAI's own
        alternatives = 0 if asked.logprobs is None else max(asked.logprobs, 1)
    temperature = 1.0 if asked.temperature is None else asked.temperature
    return [
        Wish(prompt, Sampling(temperature, asked.top_k, asked.top_p or 1.0, first + index), most, stop, alternatives)
        for prompt in prompts
        for index in range(asked.n or 1)
    ]


def chat_prompt(asked: ChatRequest) -> str:
    """Return a conversation in the template of training, up to the answer."""
    return f"{written(Turn(SPEAKERS[one.role], one.text) for one in asked.messages)}\n{ASSISTANT}:"


class HuggingFaceParameters(BaseModel):
    """Settings of text generation as Hugging Face's clients name them."""

    model_config = ConfigDict(extra="ignore")

    max_new_tokens: int = Field(default=USUAL_TOKENS, ge=1, le=4_096)
    temperature: float | None = Field(default=None, ge=0, le=2)
    do_sample: bool | None = None
    top_k: int | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    stop: list[str] | None = Field(default=None, max_length=4)
    return_full_text: bool = False


async def generated_text(
    request: Request, pool: ModelPool, warm: WarmModel, asked: Mapping[str, Any], writers: Writers
) -> Response:
    """Answer `{"inputs": PROMPT, "parameters": {...}, "stream": bool}`."""
    prompt = asked.get("inputs")
    if not isinstance(prompt, str):
        raise DataError('This model writes text: send {"inputs": "what to go on from"}.')
    given = HuggingFaceParameters.model_validate(asked.get("parameters") or {})
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    temperature = 0.0 if given.do_sample is False else 1.0 if given.temperature is None else given.temperature
    sampling = Sampling(temperature, given.top_k or 0, given.top_p or 1.0, seed)
    wish = Wish(prompt, sampling, given.max_new_tokens, tuple(given.stop or ()))
    remarks = header_of([cut_prompt(warm, prompt)])
    if asked.get("stream"):
        events = _hugging_face_events(pool, warm.run.id, wish, writers)
        return StreamingResponse(events, headers=remarks, media_type="text/event-stream")
    answer = await while_there(request, writers.whole(warm, wish))
    before = prompt if given.return_full_text else ""
    return JSONResponse([{"generated_text": before + answer.text}], headers=remarks)


async def _hugging_face_events(pool: ModelPool, run: str, wish: Wish, writers: Writers) -> AsyncIterator[str]:
    text, count = "", 0
    async with pool.model(run) as warm:  # held as long as the stream lasts
        async for piece in writers.pieces(warm, wish):
            text, count = text + piece.text, count + piece.count
            token = {"id": count, "text": piece.text, "logprob": None, "special": False}
            reason = {"length": "length", "stop": "stop_sequence"}.get(piece.reason or "")
            ended = {"finish_reason": reason, "generated_tokens": count, "seed": wish.sampling.seed}
            whole = {"generated_text": text, "details": ended} if reason else {"generated_text": None, "details": None}
            yield f"data: {json.dumps({'index': count, 'token': token} | whole, ensure_ascii=False)}\n\n"


def usage_of(warm: WarmModel, prompts: Sequence[str], written: int) -> dict[str, int]:
    """Return how many tokens were read and written."""
    read = sum(len(prompt_ids(warm.predictor, prompt)) for prompt in prompts)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
