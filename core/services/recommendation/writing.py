"""Which model writes on from a text: by its length, its characters, and the device."""

from collections.abc import Mapping

from core.services.recommendation.recommendation import Circumstances, Recommendation, ordered
from core.services.recommendation.traits import WritingTraits
from core.specs import ModelSpec

MANY_CHARACTERS = 400  # different ones: a script without an alphabet
SHORT = 20_000  # characters
TRANSFORMER, RECURRENT, TABLE = "mini-gpt", "char-lstm", "bigram"


def recommend_for_writing(
    models: Mapping[str, ModelSpec], traits: WritingTraits, circumstances: Circumstances
) -> Recommendation:
    """Return which model writes on best."""
    length = f"{traits.characters:,} characters"
    if circumstances.has_gpu:
        return ordered(models, [TRANSFORMER, RECURRENT], f"a GPU learns {length} with it in minutes", "gpu")
    return ordered(models, [TRANSFORMER, RECURRENT], f"{length} in an alphabet are enough for it", "alphabet")
