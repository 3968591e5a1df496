"""Recommendation of a model that writes, by the text and the device."""

from collections.abc import Mapping

from core.services.recommendation.recommendation import Circumstances, Recommendation, ordered
from core.services.recommendation.traits import WritingTraits
from core.specs import ModelSpec

ALPHABET = 400  # different characters, at most; of more, most are rare
TRANSFORMER, RECURRENT = "mini-gpt", "char-lstm"


def recommend_for_writing(
    models: Mapping[str, ModelSpec], traits: WritingTraits, circumstances: Circumstances
) -> Recommendation:
    """Return which model writes on best."""
    script = "of an alphabet" if traits.distinct <= ALPHABET else f"of a script with {traits.distinct:,} different ones"
    length = f"{traits.characters:,} characters {script}"
    if circumstances.has_gpu:
        return ordered(models, [TRANSFORMER, RECURRENT], f"a GPU is fast with it on {length}", "gpu")
    return ordered(models, [TRANSFORMER, RECURRENT], f"{length} let it look far back", "text-to-learn")
