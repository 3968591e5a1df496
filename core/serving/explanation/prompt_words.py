"""Which of a prompt's words mattered for what was written after it."""

from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np

from core.errors import DataError
from core.serving.explanation.subject import Numbers
from core.serving.explanation.words import Words, without, words_of
from core.serving.predictor import Predictor
from core.training.generation import CharacterPreprocessor

LONGEST = 2_000  # characters of what was written that are judged


@dataclass(frozen=True)
class PromptWord:
    """One word of a prompt.

    Args:
        word: It.
        nats: How much less likely what was written is without it: by the factor e to the power of this.
        is_read: Whether it stands within the model's context; what lies before is never read.
    """

    word: str
    nats: float
    is_read: bool


def prompt_words(predictor: Predictor, prompt: str, written: str) -> dict[str, Any]:
    """Return how much each word of a prompt mattered for the text.

    Raises:
        DataError: There is no prompt, or nothing was written.
    """
    written = written[:LONGEST]
    words = words_of(prompt)
    if not words or not written:
        raise DataError("There is nothing to explain yet: write a prompt and let the model go on from it.")
    reader = cast(CharacterPreprocessor, predictor.preprocessor)
    whole, alone = log_likelihood(predictor, prompt, written), log_likelihood(predictor, "\n", written)
    reach = _characters_read(reader, prompt)
    found = [
        asdict(PromptWord(prompt[begin:end], whole - _likelihood_without(predictor, prompt, words, number, written),
                          end > len(prompt) - reach))
        for number, (begin, end) in enumerate(words)
    ]  # fmt: skip
    return {"words": found, "whole": whole, "alone": alone, "tokens": len(reader.transform((written,)))}


def changes(predictor: Predictor, prompt: str, written: str) -> Numbers:
    """Return how much less likely the text is without each word, (W,)."""
    return np.array([one["nats"] for one in prompt_words(predictor, prompt, written)["words"]])


def _likelihood_without(predictor: Predictor, prompt: str, words: Words, number: int, written: str) -> float:
    shorter = without(prompt, words, [number])
    ending = prompt[len(prompt.rstrip()) :]  # what was written goes on after the same space
    return log_likelihood(predictor, shorter + ending if shorter else "\n", written)


def log_likelihood(predictor: Predictor, prompt: str, written: str) -> float:
    """Return the log probability of what was written after a prompt, in nats.

    Each token is judged with as much before it as fits into the context.
    """
    import torch

    reader = cast(CharacterPreprocessor, predictor.preprocessor)
    context = reader.info(()).input_shape[0]
    before, after = (reader.transform((text,)).tolist() for text in (prompt, written))
    ids = [*before[-context:], *after]
    found, step = 0.0, max(context // 2, 1)
    for at in range(len(ids) - len(after), len(ids), step):
        end = min(at + step, len(ids))
        start = min(max(end - 1 - context, 0), at - 1)
        with torch.inference_mode():
            logits = predictor.module(torch.tensor([ids[start : end - 1]], device=predictor.device))[0].float()
        known = logits.log_softmax(-1)[at - 1 - start :]  # (end - at, V)
        found += float(known.gather(1, torch.tensor(ids[at:end], device=known.device)[:, None]).sum())
    return found


def _characters_read(reader: CharacterPreprocessor, prompt: str) -> int:
    """Return how many of a prompt's last characters the model reads."""
    context, ids = reader.info(()).input_shape[0], reader.transform((prompt,)).tolist()
    return len(reader.decode(ids[-context:])) if len(ids) > context else len(prompt)
