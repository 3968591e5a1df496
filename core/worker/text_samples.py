"""Samples of a finished model at several temperatures, and how much is copied."""

import time
from typing import TYPE_CHECKING, Any

from core.evaluation.memorization import MOST_CHARACTERS, STRETCH, copied
from core.specs import DOCUMENT_BREAK, texts_of
from core.training.generation import stream

if TYPE_CHECKING:
    import torch

    from core.data.prepare.prepare_dataset import PreparedDataset

TEMPERATURES = (0.5, 0.8, 1.0, 1.2)
CHARACTERS = 400  # of each sample
PATIENCE_S = 3.0  # for each sample: a large model writes less
EXCERPTS = 8  # of unseen text, as long as a sample each


def samples(module: "torch.nn.Module", data: "PreparedDataset", seed: int, device: "torch.device") -> dict[str, Any]:
    """Return samples by temperature with their copied shares, and unseen text's, as JSON.

    The unseen text is real.

    Args:
        module: The best model, on `device`.
        data: Its preprocessor reads and writes; the validation text gives the prompt.
        seed: Of the drawing.
        device: Where to compute.
    """
    prompt = first_words(texts_of(data.examples["validation"].inputs)[0])
    written = [_write(module, data, prompt, temperature, seed, device) for temperature in TEMPERATURES]
    training = DOCUMENT_BREAK.join(texts_of(data.examples["train"].inputs))
    unseen = _excerpts(DOCUMENT_BREAK.join(texts_of(data.examples["test"].inputs)))
    found = copied([*written, *unseen], training)
    real, sizes = found[len(written) :], sum(map(len, unseen))
    return {
        "prompt": prompt,
        "stretch": STRETCH,
        "searched": min(len(training), MOST_CHARACTERS),
        "training_characters": len(training),
        "unseen_copied": sum(c.share * len(t) for c, t in zip(real, unseen, strict=True)) / sizes if sizes else None,
        "written": [
            {"temperature": temperature, "text": text, "copied": one.share, "longest": one.longest}
            for temperature, text, one in zip(TEMPERATURES, written, found, strict=False)
        ],
    }


def first_words(text: str, length: int = 40) -> str:
    """Return the first words of a text, to go on from."""
    words = text.strip()[:length].replace("\n", " ")
    return words.rsplit(" ", 1)[0] + " " if " " in words else words


def _write(
    module: "torch.nn.Module",
    data: "PreparedDataset",
    prompt: str,
    temperature: float,
    seed: int,
    device: "torch.device",
) -> str:
    text, until = "", time.monotonic() + PATIENCE_S
    reader: Any = data.preprocessor
    for piece in stream(module, reader, prompt, CHARACTERS, temperature, seed=seed, device=device):
        text += piece
        if time.monotonic() > until:
            break
    return text


def _excerpts(text: str) -> list[str]:
    step = max(len(text) // EXCERPTS, CHARACTERS)
    return [text[start : start + CHARACTERS] for start in range(0, len(text) - CHARACTERS + 1, step)]
