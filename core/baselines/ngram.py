"""What followed the last few characters: the simple method for texts that go on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.baselines.ngram_text import CHARACTER_S, LONGEST, NGramText
from core.specs import Examples, texts_of
from core.specs.baseline import BaselineSpec

USUAL = 3  # characters of a gram, where there is no text to choose by


def _fit(train: Examples, validation: Examples, seed: int) -> NGramText:
    """Count grams, up to the length that suits the validation split best.

    Source:
        Witten and Bell 1991; the length by held-out text: Chen and Goodman 1999.
    """
    del seed
    found, judged_by = NGramText.fit(texts_of(train.inputs), LONGEST), texts_of(validation.inputs)
    losses = [_mean(nats) for nats in found.by_length(judged_by)]
    if not np.isfinite(losses).all():
        return found.cut(USUAL)
    length = int(np.argmin(losses[1:])) + 2 if len(losses) > 1 else 1
    return found.cut(length, "the validation split, by which only the length of the grams is chosen")


def _mean(nats: NDArray[Any]) -> float:
    return float(nats.mean()) if len(nats) else float("nan")


BASELINE = BaselineSpec(
    name="ngram",
    title="What followed the last few characters (n-grams)",
    purpose="Looks up what came after the same few characters: quick, and it copies well where texts repeat.",
    tasks=("text-generation",),
    rung=1,
    fit=_fit,
    load=NGramText.load,
    seconds=lambda train: 2 * LONGEST * CHARACTER_S * sum(map(len, texts_of(train.inputs))),
    sees_validation=True,
)
