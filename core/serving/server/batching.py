"""Dynamic batching: requests that come together are computed together."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from core.errors import TouchstoneError

MOST_TOGETHER = 256  # inputs in one batch, but for a single request that has more
MOST_WAITING = 4_096  # inputs that wait; whoever comes then is told to come again


class TooBusy(TouchstoneError):
    """More requests wait than can be answered in time."""


@dataclass(eq=False)
class _Asked:
    inputs: Sequence[Any]
    kind: Hashable  # only requests of the same kind are computed together
    answers: "asyncio.Future[list[Any]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Batcher:
    """Computes what waits for one model, in a thread of its own.

    While a batch is computed, requests gather for the next one. So nobody waits for others to come: the wait is
    bounded by the batch before.

    Args:
        compute: Returns one answer for each input, in order.
        kind: What requests must have in common to be computed together; None of a request that stays alone.
        measured: Is told the size of each batch.

    Source:
        Crankshaw et al., Clipper: A Low-Latency Online Prediction Serving System, NSDI 2017 (adaptive batching).
    """

    def __init__(
        self,
        compute: Callable[[Sequence[Any]], list[Any]],
        kind: Callable[[Sequence[Any]], Hashable | None],
        measured: Callable[[int], None],
    ) -> None:
        self._compute, self._kind, self._measured = compute, kind, measured
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._waiting: deque[_Asked] = deque()
        self._work: asyncio.Task[None] | None = None

    async def answer(self, inputs: Sequence[Any]) -> list[Any]:
        """Return the answers; a caller that is cancelled is not computed any more.

        Raises:
            TooBusy: Too many inputs wait.
        """
        if sum(len(asked.inputs) for asked in self._waiting) + len(inputs) > max(MOST_WAITING, len(inputs)):
            raise TooBusy("Too many requests wait for this model. Ask again in a second.")
        kind = self._kind(inputs)
        asked = _Asked(inputs, object() if kind is None else kind)
        self._waiting.append(asked)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_all())
        return await asked.answers  # a cancelled caller cancels this, which takes it out of the next batch

    async def _answer_all(self) -> None:
        while True:
            await asyncio.sleep(0)  # what has reached the sockets meanwhile comes along
            if not (batch := self._next_batch()):
                return
            self._measured(sum(len(asked.inputs) for asked in batch))
            await self._answer_batch(batch)

    def _next_batch(self) -> list[_Asked]:
        """Return the first request, and those of its kind that fit beside it."""
        batch: list[_Asked] = []
        size, others = 0, deque[_Asked]()
        while self._waiting:
            asked = self._waiting.popleft()
            if asked.answers.done():  # its client has left
                continue
            fits = not batch or (asked.kind == batch[0].kind and size + len(asked.inputs) <= MOST_TOGETHER)
            (batch if fits else others).append(asked)
            size += len(asked.inputs) if fits else 0
        self._waiting = others
        return batch

    async def _answer_batch(self, batch: Sequence[_Asked]) -> None:
        """Compute a batch; where that fails, each request alone."""
        loop = asyncio.get_running_loop()
        together = [given for asked in batch for given in asked.inputs]
        try:
            answers = await loop.run_in_executor(self._thread, self._compute, together)
        except (TouchstoneError, RuntimeError, ValueError) as error:  # what is no input, or no memory for so many
            if len(batch) == 1:
                with suppress(asyncio.InvalidStateError):
                    batch[0].answers.set_exception(error)
                return
            for asked in batch:
                if not asked.answers.done():
                    await self._answer_batch([asked])
            return
        start = 0
        for asked in batch:
            with suppress(asyncio.InvalidStateError):  # its client left meanwhile
                asked.answers.set_result(answers[start : start + len(asked.inputs)])
            start += len(asked.inputs)

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)
