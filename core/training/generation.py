"""Text generation: one token after another, sampled from the model's distribution."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidSetting
from core.specs import Preprocessor

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

LONGEST = 10_000  # characters at once
HOTTEST = 5.0
LONGEST_CHARACTER = 4  # tokens: UTF-8 has at most so many bytes a character
LONGEST_WAIT = 64  # tokens in a row that each end within a character
BROKEN = "\N{REPLACEMENT CHARACTER}"  # what bytes that are no whole character are read as


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn.

    Args:
        temperature: Below 1 safer, above 1 bolder; 0 always takes the likeliest token.
        top_k: Draw from this many of the likeliest tokens only; 0 is no limit (Fan et al. 2018).
        top_p: Draw from the likeliest tokens that together have this probability; 1 is no limit
            (Holtzman et al. 2020).
        seed: The same seed draws the same tokens; no other random number is disturbed.

    Raises:
        InvalidSetting: A setting is out of its bounds.
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and 0 <= self.temperature <= HOTTEST):
            raise InvalidSetting("temperature", f"must be from 0 to {HOTTEST:g}, not {self.temperature:g}.")
        if self.top_k < 0:
            raise InvalidSetting("top_k", f"must be 0 (no limit) or more, not {self.top_k}.")
        if not 0 < self.top_p <= 1:
            raise InvalidSetting("top_p", f"must be above 0 and at most 1, not {self.top_p:g}.")
        if not 0 <= self.seed < 2**63:
            raise InvalidSetting("seed", f"must be from 0 to {2**63 - 1}, not {self.seed}.")


@dataclass(frozen=True)
class DrawnToken:
    """A token that was drawn.

    Args:
        id: Its number in the vocabulary.
        logprob: Its log probability in nats, before temperature; NaN where alternatives were not asked for.
        alternatives: Log probabilities of the likeliest tokens by id, the likeliest first.
    """

    id: int
    logprob: float = math.nan
    alternatives: Mapping[int, float] = field(default_factory=dict)


class Advance(Protocol):
    """What a module with a key-value cache has as `advance`."""

    def __call__(self, ids: "Tensor", state: Any) -> "tuple[Tensor, Any]":
        """Return logits of new ids, (1, T, V), and the new state.

        Args:
            ids: Those that follow what the state has read.
            state: None at first, then what the last call returned.
        """


class CharacterPreprocessor(Preprocessor, Protocol):
    """A preprocessor whose ids can be read again."""

    never_written: ClassVar[tuple[int, ...]]  # ids that nobody can read, such as that of unknown characters

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the text of these ids; incomplete characters are shown as U+FFFD."""


def generate(
    module: "nn.Module",
    preprocessor: CharacterPreprocessor,
    prompt: str,
    max_new_tokens: int = 200,
    temperature: float = 0.8,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 0,
    device: "torch.device | str" = "cpu",
) -> str:
    """Return what the model writes after the prompt, without the prompt.

    Args:
        module: Maps (1, T) ids to (1, T, V) logits; already on `device`; its mode is put back afterwards.
        preprocessor: Knows the characters, or longer tokens, and the context.
        prompt: What to go on from; characters that the model never saw count as unknown.
        max_new_tokens: How many characters to write, 1 to 10,000.
        temperature: Below 1 safer, above 1 bolder; 0 always takes the likeliest token.
        top_k: Draw from this many of the likeliest tokens only; 0 is no limit (Fan et al. 2018).
        top_p: Draw from the likeliest tokens that together have this probability; 1 is no limit
            (Holtzman et al. 2020).
        seed: The same seed gives the same text; no other random number is disturbed.
        device: Where to compute.

    Raises:
        InvalidSetting: A setting is out of its bounds.
    """
    return "".join(stream(module, preprocessor, prompt, max_new_tokens, temperature, top_k, top_p, seed, device))


def stream(
    module: "nn.Module",
    preprocessor: CharacterPreprocessor,
    prompt: str,
    max_new_tokens: int = 200,
    temperature: float = 0.8,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 0,
    device: "torch.device | str" = "cpu",
) -> Iterator[str]:
    """Yield whole characters as they are generated; settings as in `generate`.

    The settings are checked before the first character. One or a few characters come at a time.

    Raises:
        InvalidSetting: A setting is out of its bounds.
    """
    if not 1 <= max_new_tokens <= LONGEST:
        raise InvalidSetting("max_new_tokens", f"must be from 1 to {LONGEST}, not {max_new_tokens}.")
    sampling = Sampling(temperature, top_k, top_p, seed)
    return _characters(module, preprocessor, prompt, max_new_tokens, sampling, device)


def _characters(
    module: "nn.Module",
    preprocessor: CharacterPreprocessor,
    prompt: str,
    count: int,
    sampling: Sampling,
    device: "torch.device | str",
) -> Iterator[str]:
    left = count
    ids = preprocessor.transform((prompt or "\n",)).tolist()
    reader = TokenReader(preprocessor, ids[-1:])
    for drawn in islice(draw_tokens(module, preprocessor, ids, sampling, device), LONGEST_CHARACTER * count):
        written = reader.read(drawn.id)[:left]
        left -= len(written)
        if written:
            yield written
        if not left:
            return


class TokenReader:
    """Incremental decoder of tokens into text.

    A token that is a part of a character waits until the character is complete.

    Args:
        preprocessor: Knows what tokens stand for.
        read: The last tokens before: some are written in another way where a text begins.
    """

    def __init__(self, preprocessor: CharacterPreprocessor, read: list[int]) -> None:
        self._decode, self._read = preprocessor.decode, read
        self._waiting: list[int] = []  # the last of them ends within a character
        self._told = 0  # characters of those that wait

    def read(self, token: int) -> str:
        """Return the whole characters that this token completes; never a broken one."""
        self._waiting.append(token)
        text = self._decode(self._read + self._waiting)[len(self._decode(self._read)) :]
        unfinished = text.endswith(BROKEN)
        whole = text[:-1] if unfinished else text
        new, self._told = whole[self._told :], len(whole)
        if not unfinished:
            self._read, self._waiting, self._told = self._waiting, [], 0
        elif len(self._waiting) == LONGEST_WAIT:  # this is no text: what comes next is read without it
            self._read, self._waiting, self._told = [], [], 0
        return new.replace(BROKEN, "")


def draw_tokens(
    module: "nn.Module",
    preprocessor: CharacterPreprocessor,
    ids: list[int],
    sampling: Sampling,
    device: "torch.device | str" = "cpu",
    alternatives: int = 0,
) -> Iterator[DrawnToken]:
    """Yield tokens after the prompt's ids, one at a time, without end.

    A module with `advance` reads only what is new (a key-value cache). When the context is full, the later half of it
    is read again, cached or not, so both ways write the same.

    Args:
        module: Maps (1, T) ids to (1, T, V) logits; its mode is put back afterwards.
        preprocessor: Knows the context and the ids that are never written.
        ids: The prompt's; only the last `context` of them are read.
        sampling: How to draw.
        device: Where the module is.
        alternatives: How many of the likeliest tokens to tell with each.
    """
    import torch

    context = preprocessor.info(()).input_shape[0]
    chance = torch.Generator(device="cpu").manual_seed(sampling.seed)
    window, silent = ids[-context:], list(preprocessor.never_written)
    advance: Advance | None = getattr(module, "advance", None)
    was_training, new, state = module.training, window, None
    module.eval()
    try:
        while True:
            with torch.inference_mode(), _threads_for(len(window if advance is None else new)):
                if advance is None:
                    logits = module(torch.tensor([window], device=device))
                else:
                    logits, state = advance(torch.tensor([new], device=device), state)
                last = silenced(logits[:1, -1].float().cpu(), silent)
                (drawn,) = drawn_each(last, [(sampling, chance, alternatives)])
            yield drawn
            new = [drawn.id]
            window = [*window, drawn.id]
            if len(window) > context:
                new = window = window[-max(context // 2, 1) :]
                state = None
    finally:
        module.train(was_training)


@contextmanager
def _threads_for(tokens: int) -> Iterator[None]:
    """Compute a single token in one thread: two wait for each other."""
    import torch

    threads = torch.get_num_threads()
    if tokens > 1 or threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def silenced(logits: "Tensor", silent: list[int]) -> "Tensor":
    """Return (B, V) logits in which some ids have no chance."""
    if not silent or logits.shape[1] <= len(silent):
        return logits
    logits = logits.clone()
    logits[:, silent] = -math.inf
    return logits


def drawn_each(logits: "Tensor", settings: Sequence[tuple[Sampling, "torch.Generator", int]]) -> list[DrawnToken]:
    """Return the next token of each row.

    Args:
        logits: (B, V) float32.
        settings: Of each row: how to draw, by which chance, and how many alternatives to tell.
    """
    chosen = _draw(logits, [sampling for sampling, _, _ in settings], [chance for _, chance, _ in settings])
    return [
        _told(row, token, alternatives) if alternatives else DrawnToken(token)
        for row, token, (_, _, alternatives) in zip(logits, chosen, settings, strict=True)
    ]


def _told(logits: "Tensor", token: int, alternatives: int) -> DrawnToken:
    known = logits.log_softmax(0)
    best = known.topk(min(alternatives, len(known)))
    likeliest = dict(zip(best.indices.tolist(), best.values.tolist(), strict=True))
    return DrawnToken(token, float(known[token]), likeliest)


def _draw(logits: "Tensor", samplings: Sequence[Sampling], chances: Sequence["torch.Generator"]) -> list[int]:
    """Return one id of each row of (B, V) logits."""
    import torch

    if all(one.temperature == 0 for one in samplings):
        return cast(list[int], logits.argmax(1).tolist())
    count = logits.shape[1]
    temperature = torch.tensor([[one.temperature or 1.0] for one in samplings])
    ranked, order = ((logits - logits.amax(1, keepdim=True)) / temperature).sort(descending=True, stable=True)
    probabilities = ranked.softmax(1)
    if any(one.top_k for one in samplings):
        most = torch.tensor([[one.top_k or count] for one in samplings])
        probabilities[torch.arange(count) >= most] = 0
    if any(one.top_p < 1 for one in samplings):
        whole = probabilities.sum(1, keepdim=True)
        before = probabilities.cumsum(1) / whole - probabilities / whole
        limit = torch.tensor([[one.top_p if one.top_p < 1 else math.inf] for one in samplings])
        probabilities[before >= limit] = 0  # the likeliest always stays: nothing comes before it
    # What `torch.multinomial` does for one draw, whose part that is not chance is done for all rows at once.
    noise = torch.ones_like(probabilities)
    for row, one, chance in zip(noise, samplings, chances, strict=True):
        if one.temperature:
            row.exponential_(generator=chance)
    places = (probabilities / noise).argmax(1)
    places[torch.tensor([one.temperature == 0 for one in samplings])] = 0
    return cast(list[int], order.gather(1, places[:, None])[:, 0].tolist())
