"""Writing with a character model: one character after the other, each drawn from what the model thinks likely."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidSetting
from core.specs import Preprocessor

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

LONGEST = 10_000  # characters at once
HOTTEST = 5.0
UNKNOWN = 0  # the id of characters that the model never saw, in every character preprocessor


class CharacterPreprocessor(Preprocessor, Protocol):
    """A preprocessor whose ids can be read again."""

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the text that these ids stand for."""


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
        preprocessor: Knows the characters and the context.
        prompt: What to go on from; characters that the model never saw count as unknown.
        max_new_tokens: How many characters to write, 1 to 10,000.
        temperature: Below 1 safer, above 1 bolder; 0 always takes the likeliest character.
        top_k: Draw from this many of the likeliest characters only; 0 is no limit (Fan et al. 2018).
        top_p: Draw from the likeliest characters that together have this probability; 1 is no limit
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
    """Yield one character after the other; settings as in `generate`, checked before the first character.

    Raises:
        InvalidSetting: A setting is out of its bounds.
    """
    _check(max_new_tokens, temperature, top_k, top_p, seed)
    return _characters(module, preprocessor, prompt, max_new_tokens, (temperature, top_k, top_p), seed, device)


def _check(max_new_tokens: int, temperature: float, top_k: int, top_p: float, seed: int) -> None:
    if not 1 <= max_new_tokens <= LONGEST:
        raise InvalidSetting("max_new_tokens", f"must be from 1 to {LONGEST}, not {max_new_tokens}.")
    if not (math.isfinite(temperature) and 0 <= temperature <= HOTTEST):
        raise InvalidSetting("temperature", f"must be from 0 to {HOTTEST:g}, not {temperature:g}.")
    if top_k < 0:
        raise InvalidSetting("top_k", f"must be 0 (no limit) or more, not {top_k}.")
    if not 0 < top_p <= 1:
        raise InvalidSetting("top_p", f"must be above 0 and at most 1, not {top_p:g}.")
    if not 0 <= seed < 2**63:
        raise InvalidSetting("seed", f"must be from 0 to {2**63 - 1}, not {seed}.")


def _characters(
    module: "nn.Module",
    preprocessor: CharacterPreprocessor,
    prompt: str,
    count: int,
    limits: tuple[float, int, float],
    seed: int,
    device: "torch.device | str",
) -> Iterator[str]:
    import torch

    context = preprocessor.info(()).input_shape[0]
    chance = torch.Generator(device="cpu").manual_seed(seed)
    ids = preprocessor.transform((prompt or "\n",)).tolist()[-context:]
    was_training = module.training
    module.eval()
    try:
        for _ in range(count):
            with torch.inference_mode():
                logits = module(torch.tensor([ids], device=device))[0, -1]  # (V,)
            drawn = _draw(logits.float().cpu(), *limits, chance)
            ids = [*ids, drawn][-context:]
            yield preprocessor.decode([drawn])
    finally:
        module.train(was_training)


def _draw(logits: "Tensor", temperature: float, top_k: int, top_p: float, chance: "torch.Generator") -> int:
    """Return one id drawn from the (V,) logits; never the one for unknown characters, which nobody can read."""
    import torch

    if len(logits) > 1:
        logits = logits.clone()
        logits[UNKNOWN] = -math.inf
    if temperature == 0:
        return int(logits.argmax())
    logits = (logits - logits.max()) / temperature
    ranked, order = logits.sort(descending=True, stable=True)
    probabilities = ranked.softmax(0)
    if top_k:
        probabilities[top_k:] = 0
    before = probabilities.cumsum(0) / probabilities.sum() - probabilities / probabilities.sum()
    probabilities[before >= top_p] = 0  # the likeliest always stays: nothing comes before it
    return int(order[torch.multinomial(probabilities, 1, generator=chance)])
