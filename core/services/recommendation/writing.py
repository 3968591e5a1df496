"""Recommendation of a model that writes, by the text and the device."""

from collections.abc import Mapping

from core.services.recommendation.recommendation import Circumstances, Recommendation, ordered
from core.services.recommendation.traits import WritingTraits
from core.specs import ModelSpec

ALPHABET = 400  # different characters, at most; of more, most are rare
TRANSFORMER, RECURRENT, PRETRAINED = "mini-gpt", "char-lstm", "smollm2"
SHORT = 100_000  # characters that the pretrained one learns from in minutes (3.3 ms of a core each)


def recommend_for_writing(
    models: Mapping[str, ModelSpec], traits: WritingTraits, circumstances: Circumstances
) -> Recommendation:
    """Return which model writes on best."""
    script = "of an alphabet" if traits.distinct <= ALPHABET else f"of a script with {traits.distinct:,} different ones"
    length = f"{traits.characters:,} characters {script}"
    if circumstances.has_gpu:
        return ordered(models, [TRANSFORMER, RECURRENT], f"a GPU is fast with it on {length}", "gpu")
    said = f"{length} let it look far back"
    if _is_known(models, traits):
        learns = "learns for minutes" if traits.characters <= SHORT else "learns from a part of so much"
        said += f"; the runner-up knows English from the start, and {learns}"
        return ordered(models, [TRANSFORMER, PRETRAINED], said, "english-text")
    return ordered(models, [TRANSFORMER, RECURRENT], said, "text-to-learn")


def _is_known(models: Mapping[str, ModelSpec], traits: WritingTraits) -> bool:
    """Return whether the pretrained model knows the language of a text."""
    pretrained = models.get(PRETRAINED)
    if pretrained is None or pretrained.reading is None or not traits.is_english:
        return False
    return not pretrained.reading(pretrained.params(), ()).missing
