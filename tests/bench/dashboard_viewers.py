"""Many viewers of one live run, without browsers: each asks the chart's route as the chart does, once a second."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.browser.harness import THE_TOKEN

KEY = "train/loss"
PAUSE_S = 0.75  # as in curve_chart.js: then it waits for news


@dataclass
class Seen:
    """What all viewers together met."""

    delays_s: list[float] = field(default_factory=list)  # from the step to its receipt
    answers: int = 0
    bytes: int = 0
    faults: int = 0


def watch(url: str, run_id: str, viewers: int, seconds: float) -> Seen:
    """Let so many watch for so long."""
    return asyncio.run(_watch(url, run_id, viewers, seconds))


async def _watch(url: str, run_id: str, viewers: int, seconds: float) -> Seen:
    seen, end = Seen(), time.monotonic() + seconds
    tasks = [_viewer(url, run_id, PAUSE_S * number / viewers, end, seen) for number in range(viewers)]
    await asyncio.gather(*tasks)
    return seen


async def _viewer(url: str, run_id: str, begins_s: float, end: float, seen: Seen) -> None:
    await asyncio.sleep(begins_s)  # people do not come all in one moment
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 80
    reader, writer = await asyncio.open_connection(host, port)
    last: dict[str, int] = {}
    generation = ""
    while time.monotonic() < end:
        after = ",".join(f"{key}:{length}" for key, length in last.items())
        query = urlencode({"after": after, "generation": generation, "wait": 1} if generation else {})
        asked = f"GET /api/runs/{run_id}/curves?{query} HTTP/1.1\r\nHost: {host}:{port}"
        request = f"{asked}\r\nAuthorization: Bearer {THE_TOKEN}\r\n\r\n"
        writer.write(request.encode())
        status, body = await _answer(reader)
        moment = time.time()
        seen.answers += 1
        seen.faults += status != 200
        found = json.loads(body)
        if generation:  # what was there before the first answer is no news
            seen.bytes += len(body)
            seen.delays_s += [moment - then for then in found["curves"].get(KEY, {}).get("time", ())]
        generation = found["generation"]
        last |= {key: curve["length"] for key, curve in found["curves"].items()}
        await asyncio.sleep(PAUSE_S)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].split()[0])
    return int(head.split()[1]), await reader.readexactly(length)
