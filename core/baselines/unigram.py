"""How common each character is: what any model of a text must beat."""

from core.baselines.ngram_text import CHARACTER_S, NGramText
from core.specs import Examples, texts_of
from core.specs.baseline import BaselineSpec


def _fit(train: Examples, validation: Examples, seed: int) -> NGramText:
    del validation, seed
    return NGramText.fit(texts_of(train.inputs), 1)


BASELINE = BaselineSpec(
    name="unigram",
    title="How common each character is",
    purpose="Has learnt nothing of order: a model that is no better knows only which characters are common.",
    tasks=("text-generation",),
    rung=0,
    fit=_fit,
    load=NGramText.load,
    seconds=lambda train: CHARACTER_S * sum(map(len, texts_of(train.inputs))),
)
