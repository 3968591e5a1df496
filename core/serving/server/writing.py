"""Text that a model writes for a request: tokens, stop texts, log probabilities."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from core.serving.predictor import Predictor
from core.training.generation import BROKEN, CharacterPreprocessor, DrawnToken, Sampling, TokenReader, draw_tokens

Reason = Literal["stop", "length"]
T = TypeVar("T")


@dataclass(frozen=True)
class WrittenToken:
    """A token with its probability, for whoever asked for it.

    Args:
        text: What it stands for; a part of a character is U+FFFD.
        logprob: Its log probability in nats, before temperature.
        likeliest: Log probabilities of the likeliest tokens, by their text.
    """

    text: str
    logprob: float
    likeliest: dict[str, float]


@dataclass(frozen=True)
class Piece:
    """What one step adds to the answer.

    Args:
        text: Whole characters; empty while a stop text may be beginning or a character is incomplete.
        tokens: Drawn since the last piece; with probabilities where these were asked for.
        count: How many tokens were drawn since the last piece.
        reason: Why the text ends here; None while it goes on.
    """

    text: str = ""
    tokens: tuple[WrittenToken, ...] = ()
    count: int = 0
    reason: Reason | None = None


@dataclass(frozen=True)
class Wish:
    """What is to be written.

    Args:
        prompt: What to go on from.
        sampling: How to draw.
        most_tokens: When to end at the latest.
        stop: Texts before which to end.
        alternatives: How many of the likeliest tokens to tell with each; 0 is no probabilities at all.
    """

    prompt: str
    sampling: Sampling = field(default_factory=Sampling)
    most_tokens: int = 16
    stop: tuple[str, ...] = ()
    alternatives: int = 0


class StopText:
    """Holds text back that may be the beginning of a stop text.

    Args:
        stop: The texts before which to end.
    """

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(text for text in stop if text)
        self._held = ""

    def add(self, text: str) -> tuple[str, bool]:
        """Return what may be told, and whether a stop text was met."""
        held = self._held + text
        met = [place for stop in self._stop if (place := held.find(stop)) >= 0]
        if met:
            self._held = ""
            return held[: min(met)], True
        keep = max((_overlap(held, stop) for stop in self._stop), default=0)
        self._held = held[len(held) - keep :]
        return held[: len(held) - keep], False

    def rest(self) -> str:
        """Return what was held back for nothing."""
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str, stop: str) -> int:
    """Return how many of the last characters may begin a stop text."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)


def prompt_ids(predictor: Predictor, prompt: str) -> list[int]:
    """Return the ids of a prompt; an empty one is a new line."""
    ids: list[int] = predictor.preprocessor.transform((prompt or "\n",)).tolist()
    return ids


class Written:
    """An answer, as its tokens become text.

    Args:
        predictor: The model that draws them.
        wish: What to write.
    """

    def __init__(self, predictor: Predictor, wish: Wish) -> None:
        self._reader, self._wish = cast(CharacterPreprocessor, predictor.preprocessor), wish
        self.ids = prompt_ids(predictor, wish.prompt)
        self._characters, self._stop = TokenReader(self._reader, self.ids[-1:]), StopText(wish.stop)
        self._count = 0

    def take(self, token: DrawnToken) -> Piece:
        """Return what a token adds; the last piece says why the answer ends."""
        self._count += 1
        told: tuple[WrittenToken, ...] = ()
        if self._wish.alternatives:
            likeliest = {self._reader.decode([id]) or BROKEN: value for id, value in token.alternatives.items()}
            told = (WrittenToken(self._reader.decode([token.id]) or BROKEN, _finite(token.logprob), likeliest),)
        text, stopped = self._stop.add(self._characters.read(token.id))
        if stopped:
            return Piece(text, told, 1, "stop")
        if self._count >= self._wish.most_tokens:
            return Piece(text + self._stop.rest(), told, 1, "length")
        return Piece(text, told, 1)


def write(predictor: Predictor, wish: Wish) -> Iterator[Piece]:
    """Yield the answer piece by piece; the last piece says why it ends.

    Args:
        predictor: A model that writes.
        wish: What to write.
    """
    written, reader = Written(predictor, wish), cast(CharacterPreprocessor, predictor.preprocessor)
    for token in draw_tokens(predictor.module, reader, written.ids, wish.sampling, predictor.device, wish.alternatives):
        piece = written.take(token)
        yield piece
        if piece.reason:
            return


def _finite(value: float) -> float:
    return value if math.isfinite(value) else -9999.0  # what OpenAI's API writes for no chance at all


async def in_threads(threads: ThreadPoolExecutor, steps: Iterator[T]) -> AsyncIterator[T]:
    """Yield what an iterator yields, each step computed in a thread.

    A caller that stops listening ends it.
    """
    loop, end = asyncio.get_running_loop(), cast(Any, object())
    try:
        while (item := await loop.run_in_executor(threads, next, steps, end)) is not end:
            yield item
    finally:
        with suppress(ValueError):  # its last step is still being computed; nothing comes after it
            cast(Any, steps).close()
