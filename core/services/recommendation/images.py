"""Which model tells a data set's images apart: by what they look like, their number, and the time there is."""

from collections.abc import Mapping

from core.services.recommendation.recommendation import Circumstances, Recommendation, ordered
from core.services.recommendation.traits import ImageTraits
from core.specs import ModelSpec

MANY = 2_000  # images to learn from, from which a deep network learns more than a small one
SMALL_NETWORK, DEEP_NETWORK, NO_NEIGHBOURS = "small-cnn", "resnet", "mlp"


def recommend_eye(models: Mapping[str, ModelSpec], traits: ImageTraits, circumstances: Circumstances) -> Recommendation:
    """Return which model tells images apart best."""
    said = f"the {traits.count:,} training images are {traits.kind}"
    if traits.are_photographs and traits.count >= MANY:
        return ordered(models, [DEEP_NETWORK, SMALL_NETWORK], f"{said}, which take many layers", "photographs")
    if traits.are_photographs:
        return ordered(models, [SMALL_NETWORK, DEEP_NETWORK], f"{said}, too few for many layers", "few-photographs")
    return ordered(models, [SMALL_NETWORK, NO_NEIGHBOURS], f"{said}, for which few layers are enough", "drawings")
