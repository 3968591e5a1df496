"""Answers of several requests, written together a token at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import cast

import torch

from core.errors import TouchstoneError
from core.serving.predictor import Predictor
from core.serving.server.writing import Piece, Wish, Written
from core.training.generation import CharacterPreprocessor
from core.training.together import Text, Together

SLICE_S = 0.01  # how long tokens are drawn before they are told, and before who waits joins


@dataclass(eq=False)
class _Asked:
    wish: Wish
    told: "asyncio.Queue[list[Piece] | Exception]" = field(default_factory=asyncio.Queue)
    has_left: bool = False
    written: Written | None = None
    text: Text | None = None


class SharedWriting:
    """Writes for whoever asks one model, in a thread of its own.

    Args:
        predictor: A model that `can_share`.
    """

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._together = Together(
            predictor.module, cast(CharacterPreprocessor, predictor.preprocessor), predictor.device
        )
        self._waiting: list[_Asked] = []
        self._writing: list[_Asked] = []
        self._work: asyncio.Task[None] | None = None

    async def pieces(self, wish: Wish) -> AsyncIterator[Piece]:
        """Yield an answer as it is written; who stops listening ends it."""
        asked = _Asked(wish)
        self._waiting.append(asked)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._write_all())
        try:
            while True:
                told = await asked.told.get()
                if isinstance(told, Exception):
                    raise told
                for piece in told:
                    yield piece
                    if piece.reason:
                        return
        finally:
            asked.has_left = True

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting or self._writing:
            try:
                told = await loop.run_in_executor(self._thread, self._slice)
            except (TouchstoneError, RuntimeError, ValueError) as error:  # no memory for so many
                for asked in self._writing:
                    self._end(asked)
                    asked.told.put_nowait(error)
                self._writing = []
                continue
            for asked, pieces in told:
                asked.told.put_nowait(pieces)

    def _slice(self) -> Sequence[tuple[_Asked, list[Piece]]]:
        """Draw tokens for a moment; return the pieces of each answer."""
        torch.set_num_threads(1)  # a token is too little for two
        told: dict[_Asked, list[Piece]] = {}
        until = time.monotonic() + SLICE_S
        while True:
            self._come_and_go()
            if not self._writing:
                break
            by_text = {asked.text: asked for asked in self._writing}
            for text, token in self._together.step():
                asked = by_text[text]
                assert asked.written is not None
                piece = asked.written.take(token)
                told.setdefault(asked, []).append(piece)
                if piece.reason:
                    self._end(asked)
            self._writing = [asked for asked in self._writing if asked.text is not None]
            if time.monotonic() >= until:
                break
        return list(told.items())

    def _come_and_go(self) -> None:
        """End the answers of who has left; begin others where there is room."""
        for asked in self._writing:
            if asked.has_left:
                self._end(asked)
        self._writing = [asked for asked in self._writing if asked.text is not None]
        while self._waiting and not self._together.is_full:
            asked = self._waiting.pop(0)
            if not asked.has_left:
                self._writing.append(asked)
                asked.written = Written(self._predictor, asked.wish)
                asked.text = self._together.join(asked.written.ids, asked.wish.sampling, asked.wish.alternatives)

    def _end(self, asked: _Asked) -> None:
        if asked.text is not None:
            self._together.leave(asked.text)
            asked.text = None

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)
