"""The inference server: clients together over one after another, over a call here, and the key-value cache."""

import asyncio
import json
import statistics
import string
import tempfile
import time
from itertools import islice
from pathlib import Path

from torch import nn

from core.modules.mini_gpt import CausalTransformer
from core.preprocessing.characters import CharacterPreprocessor
from core.serving.predictor import load_predictor
from core.training.generation import Sampling, draw_tokens
from tests.golden.freeze import unpack
from tests.serving.server.conftest import TOKEN, served
from tests.training.test_key_value_cache import Uncached

CLIENTS, REQUESTS = 32, 30
TEXT = "The lamp broke at once on the journey, and nobody answered."
RUN = "r8332nhb"  # of the saved home: a small model of texts
TOKENS = 256


def measure() -> list[dict[str, object]]:
    """Return throughput, latency and the cache's gain."""
    with tempfile.TemporaryDirectory() as folder:
        home, sources = unpack(Path(folder))
        predictor = load_predictor(home / "runs" / RUN)
        in_process_s = statistics.median(_timed(lambda: predictor.predict([TEXT])) for _ in range(200))
        with served(home, sources) as server:
            port = int(server.url.rsplit(":", 1)[1])
            asyncio.run(_ask(port, 50))  # warm
            alone = asyncio.run(_ask(port, 10 * REQUESTS))
            began = time.perf_counter()
            asyncio.run(_together(port))
            together_s = time.perf_counter() - began
    per_second_alone, per_second = len(alone) / sum(alone), CLIENTS * REQUESTS / together_s
    return [
        {
            "case": f"{CLIENTS} clients over one after another", "per_second": round(per_second),
            "ratio": round(per_second / per_second_alone, 2),
        },
        {
            "case": "p50 over HTTP beyond the call in process",
            "milliseconds": round(1e3 * (statistics.median(alone) - in_process_s), 2),
        },
        {"case": f"key-value cache, {TOKENS} tokens", "ratio": round(_cache_ratio(), 2)},
    ]  # fmt: skip


def _timed(what: object) -> float:
    began = time.perf_counter()
    what()  # type: ignore[operator]
    return time.perf_counter() - began


async def _together(port: int) -> None:
    await asyncio.gather(*(_ask(port, REQUESTS) for _ in range(CLIENTS)))


async def _ask(port: int, count: int) -> list[float]:
    """Ask so many times over one connection; return the seconds of each answer. As little client as there can be."""
    body = json.dumps({"inputs": TEXT}).encode()
    head = (
        f"POST /models/{RUN} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seconds = []
    for _ in range(count):
        began = time.perf_counter()
        writer.write(head.encode() + body)
        answered = await reader.readuntil(b"\r\n\r\n")
        assert answered.startswith(b"HTTP/1.1 200"), answered
        await reader.readexactly(int(answered.lower().partition(b"content-length:")[2].split()[0]))
        seconds.append(time.perf_counter() - began)
    writer.close()
    return seconds


def _cache_ratio() -> float:
    """Return the CPU seconds without the cache over those with it; mini-gpt of the preset *balanced*."""
    letters = CharacterPreprocessor(string.printable[:95], context=TOKENS + 1)
    module = CausalTransformer(96, TOKENS + 1, width=256, depth=6, heads=8)

    def seconds(writes: nn.Module) -> float:
        began = time.process_time()
        tokens = [token.id for token in islice(draw_tokens(writes, letters, [1], Sampling(1.0)), TOKENS)]
        written.append(tokens)
        return time.process_time() - began

    written: list[list[int]] = []
    seconds(module)
    ratio = seconds(Uncached(module)) / seconds(module)
    assert written[0] == written[1] == written[2]
    return ratio
