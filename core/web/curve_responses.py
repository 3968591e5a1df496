"""Responses of the chart route, shared by equal requests and sent upon any change.

Three hundred viewers of a live run ask the same question in the same second. One look at the store serves them all, and
one text; who asks before there is news is kept waiting for it, so that a point is on the screen soon after its step
though everybody asks but once a second.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from core.errors import TouchstoneError
from core.services import curve_cache
from core.services.curve_cache import CurveCache, Snapshot

LONGEST_WAIT_S = 2.0
KNOWN_AT_MOST = 64  # different questions about one state of a run whose answers are kept
RUNS_AT_MOST = 64
Made = tuple[bytes, bool]  # the answer, and whether there is news in it


class Question(NamedTuple):
    """What a viewer asks of a run."""

    after: str  # what it knows: `train/loss:120,validation/loss:90`
    generation: str  # what the last answer was called
    keys: tuple[str, ...] = ()  # the curves that it shows; all where there are none


@dataclass
class _Known:
    """The answers about one run, as long as nothing changes."""

    version: int = -1
    looked_at: float = float("-inf")  # monotonic seconds
    poll: "asyncio.Task[int] | None" = None
    answers: "dict[Question, asyncio.Task[Made]]" = field(default_factory=dict)


class CurveAnswers:
    """Used from one event loop; what takes time happens in threads."""

    def __init__(self, cache: CurveCache, write: Callable[[Snapshot], bytes]) -> None:
        self._cache, self._write = cache, write
        self._known: dict[str, _Known] = {}

    async def answer(
        self, run_id: str, after: str, generation: str, wait_s: float = 0.0, keys: tuple[str, ...] = ()
    ) -> bytes:
        """Return what is new to a viewer.

        Args:
            run_id: The run.
            after: How many points of each curve the viewer knows, as the route's query says it:
                `train/loss:120,validation/loss:90`.
            generation: What the last answer was called.
            wait_s: Where nothing is new, how long to wait for it; two seconds at most.
            keys: The curves that it shows; empty is all.

        Raises:
            RunNotFound: There is none of this id.
            DatabaseUnavailable: The database cannot be read now.
        """
        question = Question(after, generation, keys)
        end = time.monotonic() + min(wait_s, LONGEST_WAIT_S)
        while True:
            known = self._known.setdefault(run_id, _Known())
            made, is_news = await self._current(run_id, known, question)
            left_s = end - time.monotonic()
            if is_news or left_s <= 0:
                return made
            next_look_s = known.looked_at + curve_cache.REFRESH_S - time.monotonic()
            await asyncio.sleep(min(left_s, max(next_look_s, 0.01)))

    async def _current(self, run_id: str, known: _Known, question: Question) -> Made:
        try:
            await self._poll(run_id, known)
        except TouchstoneError:
            self._known.pop(run_id, None)  # a name that nobody has takes no room
            raise
        task = known.answers.get(question)
        if task is None or (task.done() and task.exception() is not None):
            while len(known.answers) >= KNOWN_AT_MOST:
                known.answers.pop(next(iter(known.answers)))
            task = asyncio.create_task(asyncio.to_thread(self._make, run_id, question))
            known.answers[question] = task
        return await asyncio.shield(task)

    async def _poll(self, run_id: str, known: _Known) -> None:
        """Check for changes; concurrent requests share one check, valid a moment longer."""
        if known.poll is None or known.poll.done():
            if time.monotonic() - known.looked_at < curve_cache.REFRESH_S:
                return
            known.poll = asyncio.create_task(asyncio.to_thread(self._cache.version, run_id))
            while len(self._known) > RUNS_AT_MOST:
                self._known.pop(next(iter(self._known)))
        version = await asyncio.shield(known.poll)
        known.looked_at = time.monotonic()
        if version != known.version:
            known.version = version
            known.answers.clear()

    def _make(self, run_id: str, question: Question) -> Made:
        snapshot = self._cache.read(run_id, lengths_of(question.after), question.generation, question.keys)
        return self._write(snapshot), bool(snapshot.curves) or snapshot.complete or not snapshot.run.status.is_active


def lengths_of(text: str) -> Mapping[str, int]:
    """Read `train/loss:120,validation/loss:90`, the names quoted once more; what cannot be read is left out."""
    pairs = (part.rpartition(":") for part in text.split(","))
    return {unquote(key): int(length) for key, _, length in pairs if key and length.isdecimal() and is_step(length)}


def is_step(text: str) -> bool:
    """Return whether a text is a 64-bit whole number, negative ones included."""
    return text.removeprefix("-").isdecimal() and len(text) < 19
