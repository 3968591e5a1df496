"""The inference server: clients together over one after another, over a call here, and the key-value cache."""

import asyncio
import io
import json
import statistics
import string
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import nn

from core.modules.mini_gpt import CausalTransformer
from core.preprocessing.characters import CharacterPreprocessor
from core.serving.predictor import load_predictor
from core.training.generation import Sampling, draw_tokens
from tests.golden.freeze import unpack
from tests.serving.server.conftest import TOKEN, served
from tests.training.test_key_value_cache import Uncached

CLIENTS, ROUNDS = 32, 5
TEXT = "The lamp broke at once on the journey, and nobody answered."
ROW = {"area": 120, "rooms": 4, "city": "Wien"}
JSON = "application/json"
TOKENS = 256
MEASURED = "r8332nhb"  # the run whose answers are compared with a call here


@dataclass(frozen=True)
class Case:
    """A small model of the saved home, and what it is asked."""

    name: str
    path: str
    body: bytes
    kind: str = JSON
    alone: int = 200  # requests of one client
    each: int = 30  # of each of several

    def request(self) -> bytes:
        """Return the bytes that a client sends."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
            f"Content-Type: {self.kind}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def cases() -> list[Case]:
    """Return one model of each kind."""
    text, row = json.dumps({"inputs": TEXT}).encode(), json.dumps({"inputs": ROW}).encode()
    drawn = io.BytesIO()
    Image.new("L", (8, 8), 90).save(drawn, "PNG")
    found = [
        Case("texts, ngram-linear", f"/models/{MEASURED}", text),
        Case("texts, bag-of-embeddings", "/models/trceqwf2", text),
        Case("rows, mlp", "/models/xx88393f", row),
        Case("images, small-cnn", "/models/x3p36wdz", drawn.getvalue(), "image/png"),
        Case("images, logistic-regression", "/models/s9syykp3", drawn.getvalue(), "image/png"),
    ]
    for name, run in (("mini-gpt", "hqd6dqm7"), ("bigram", "g23z225v")):
        asked: dict[str, Any] = {"model": run, "prompt": "The lamp", "max_tokens": 64, "seed": 1}
        found.append(
            Case(f"writing 64 tokens, {name}", "/v1/completions", json.dumps(asked).encode(), alone=30, each=4)
        )
    return found


def measure() -> list[dict[str, object]]:
    """Return throughput, latency and the cache's gain."""
    with tempfile.TemporaryDirectory() as folder:
        home, sources = unpack(Path(folder))
        predictor = load_predictor(home / "runs" / MEASURED)
        in_process_s = statistics.median(_timed(lambda: predictor.predict([TEXT])) for _ in range(200))
        with served(home, sources) as server:
            port = int(server.url.rsplit(":", 1)[1])
            rows = [_throughput(port, case) for case in cases()]
            alone = asyncio.run(_ask(port, cases()[0].request(), 1, 300))
    over = 1e3 * (statistics.median(alone) - in_process_s)
    rows.append({"case": "p50 over HTTP beyond the call in process", "milliseconds": round(over, 2)})
    return [*rows, {"case": f"key-value cache, {TOKENS} tokens", "ratio": round(_cache_ratio(), 2)}]


def _throughput(port: int, case: Case) -> dict[str, object]:
    """Return answers a second of one client and of several, by turns: the median ratio of some rounds."""
    request = case.request()
    asyncio.run(_ask(port, request, CLIENTS, 2))  # warm
    pairs = []
    for _ in range(ROUNDS):
        alone = case.alone / _timed(lambda: asyncio.run(_ask(port, request, 1, case.alone)))
        pairs.append(
            (alone, CLIENTS * case.each / _timed(lambda: asyncio.run(_ask(port, request, CLIENTS, case.each))))
        )
    ratios = sorted(together / alone for alone, together in pairs)
    return {
        "case": f"{CLIENTS} clients over one, {case.name}",
        "alone": round(statistics.median(alone for alone, _ in pairs)),
        "together": round(statistics.median(together for _, together in pairs)),
        "ratio": round(statistics.median(ratios), 2), "least": round(ratios[0], 2),
    }  # fmt: skip


def _timed(what: Any) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


class _Client(asyncio.Protocol):
    """Asks again as soon as it is answered. As little client as there can be."""

    def __init__(self, request: bytes, count: int, done: "asyncio.Future[list[float]]") -> None:
        self._request, self._left, self._done = request, count, done
        self._seconds: list[float] = []
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.lower().partition(b"content-length:")[2].split()[0]):
            return
        assert head.startswith(b"HTTP/1.1 200"), self._read
        self._seconds.append(time.perf_counter() - self._began)
        self._read, self._left = b"", self._left - 1
        if self._left:
            self._send()
        else:
            self._transport.close()
            self._done.set_result(self._seconds)


async def _ask(port: int, request: bytes, clients: int, count: int) -> list[float]:
    """Let clients ask so many times, each over a connection of its own; return the seconds of each answer."""
    loop = asyncio.get_running_loop()
    done: list[asyncio.Future[list[float]]] = [loop.create_future() for _ in range(clients)]
    for one in done:
        await loop.create_connection(lambda one=one: _Client(request, count, one), "127.0.0.1", port)  # type: ignore[misc]
    return [second for seconds in await asyncio.gather(*done) for second in seconds]


def _cache_ratio() -> float:
    """Return the CPU seconds without the cache over those with it; mini-gpt of the preset *balanced*."""
    torch.set_num_threads(1)  # both ways alike: what threads wait for each other is no computing
    letters = CharacterPreprocessor(string.printable[:95], context=TOKENS + 1)
    module = CausalTransformer(96, TOKENS + 1, width=256, depth=6, heads=8)

    def seconds(writes: nn.Module) -> float:
        began = time.process_time()
        tokens = [token.id for token in islice(draw_tokens(writes, letters, [1], Sampling(1.0)), TOKENS)]
        written.append(tokens)
        return time.process_time() - began

    written: list[list[int]] = []
    seconds(module)
    ratios = [seconds(Uncached(module)) / seconds(module) for _ in range(ROUNDS)]
    assert all(tokens == written[0] for tokens in written)
    return min(ratios)
