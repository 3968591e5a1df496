"""Warm models: the least recently used leaves, and what cannot be loaded is said."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import httpx2
import openai
import pytest
from fastapi import FastAPI

from core.errors import CheckpointUnusable, RunNotFound
from core.preprocessing.sentence_encoder import SentenceEncoder
from core.serving.predictor import load_predictor
from core.serving.server import model_pool
from core.serving.server.app import create_app
from core.serving.server.guard import Limits, token_check
from core.serving.server.metrics import Metrics
from core.serving.server.model_pool import ModelPool, NoRoom
from core.serving.server.served_runs import ServedRun
from tests.golden.freeze import unpack

T = TypeVar("T")
NAMES = {"texts": "trceqwf2", "reviews": "r8332nhb", "writing": "hqd6dqm7"}  # of the saved home


class Folder:
    """Finds the runs of a saved home by their folders."""

    def __init__(self, home: Path) -> None:
        made = datetime(2026, 1, 1, tzinfo=UTC)
        self.runs = {
            name: ServedRun(run, name, "", home / "runs" / run, made, is_chat=name == "writing")
            for name, run in NAMES.items()
        }

    def find(self, name: str) -> ServedRun:
        found = [run for known, run in self.runs.items() if name in (known, run.id)]
        if not found:
            raise RunNotFound(name)
        return found[0]

    def served(self) -> list[ServedRun]:
        return [*self.runs.values()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(unpack(tmp_path_factory.mktemp("pool"))[0])


async def _ask(pool: ModelPool, *names: str) -> list[str]:
    for name in names:
        async with pool.model(name):
            pass
    return [next(name for name, run in NAMES.items() if run == warm) for warm in pool.warm]


def test_the_least_recently_used_model_leaves(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_pool, "size_of", lambda predictor, grown_bytes: 100)
    assert asyncio.run(_ask(ModelPool(folder, 250, Metrics()), "texts", "reviews", "texts", "writing")) == [
        "texts", "writing",
    ]  # fmt: skip


def test_a_model_that_is_answering_stays(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_pool, "size_of", lambda predictor, grown_bytes: 100)
    pool = ModelPool(folder, 150, Metrics())

    async def two_at_once() -> None:
        async with pool.model("texts"):
            with pytest.raises(NoRoom):
                await _ask(pool, "reviews")
        assert await _ask(pool, "reviews") == ["reviews"]

    asyncio.run(two_at_once())


def test_altered_files_are_said(folder: Folder, tmp_path: Path) -> None:
    run = folder.find("texts")
    best = tmp_path / "checkpoints" / "best"
    best.mkdir(parents=True)
    for file in (run.folder / "checkpoints" / "best").iterdir():
        content = file.read_bytes()
        (best / file.name).write_bytes(content[:-9] if file.suffix == ".safetensors" else content)
    altered = Folder(tmp_path)
    altered.runs["texts"] = replace(run, folder=tmp_path)
    with pytest.raises(CheckpointUnusable):
        asyncio.run(_ask(ModelPool(altered, 10**9, Metrics()), "texts"))


def app_of(folder: Folder, limits: Limits | None = None) -> FastAPI:
    return create_app(folder, token_check("t"), most_bytes=10**9, limits=limits)


def post(folder: Folder, path: str, document: dict[str, Any], limits: Limits | None = None) -> httpx.Response:
    """Ask a server within this process."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app_of(folder, limits))
        async with httpx.AsyncClient(transport=transport, base_url="http://touchstone", timeout=600) as client:
            return await client.post(path, json=document, headers={"Authorization": "Bearer t"})

    return asyncio.run(ask())


def by_openai(folder: Folder, ask: Callable[[openai.AsyncOpenAI], Awaitable[T]]) -> T:
    """Ask a server within this process by the real client."""

    async def asked() -> T:
        http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app_of(folder)), timeout=600)
        async with openai.AsyncOpenAI(base_url="http://touchstone/v1", api_key="t", http_client=http) as client:
            return await ask(client)

    return asyncio.run(asked())


def test_openai_chats_with_a_run_that_learnt_conversations(folder: Folder) -> None:
    how: dict[str, Any] = {
        "model": "writing", "messages": [{"role": "user", "content": "The lamp?"}], "max_tokens": 12, "seed": 1,
        "temperature": 0.8, "top_p": 0.9, "logprobs": True, "top_logprobs": 2,
    }  # fmt: skip

    async def ask(client: openai.AsyncOpenAI) -> tuple[Any, list[Any]]:
        return await client.chat.completions.create(**how), [
            chunk async for chunk in await client.chat.completions.create(**how, stream=True)
        ]

    answer, chunks = by_openai(folder, ask)
    message = answer.choices[0].message
    assert message.role == "assistant"
    told = answer.choices[0].logprobs.content
    assert "".join(token.token for token in told).removeprefix(" ") == message.content
    assert [len(token.top_logprobs) for token in told] == [2] * answer.usage.completion_tokens
    assert "".join(chunk.choices[0].delta.content for chunk in chunks) == message.content


def test_openai_gets_embeddings_of_a_frozen_encoder(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = SentenceEncoder()
    monkeypatch.setattr(
        model_pool, "load_contender", lambda path, _: replace(load_predictor(path), preprocessor=encoder)
    )

    async def ask(client: openai.AsyncOpenAI) -> Any:
        return await client.embeddings.create(model="texts", input=["good", "very good indeed"])

    answer = by_openai(folder, ask)
    assert [len(one.embedding) for one in answer.data] == [encoder.width] * 2
    assert answer.data[0].embedding == pytest.approx(encoder.transform(("good",))[0].tolist(), abs=1e-4)
    assert answer.usage.prompt_tokens == 4


def test_more_requests_than_are_answered_at_once_are_told_to_come_again(folder: Folder) -> None:
    answer = post(folder, "/models/texts", {"inputs": "a"}, Limits(in_flight=0))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json() == {"error": "Too many requests at once. Ask again in a second."}


def test_an_answer_that_takes_too_long_is_given_up(folder: Folder) -> None:
    asked = {"model": "writing", "prompt": "The lamp", "max_tokens": 4096}
    answer = post(folder, "/v1/completions", asked, Limits(timeout_s=0.01))
    assert answer.status_code == 504
    assert json.loads(answer.text)["error"]["message"].startswith("The answer took too long")
