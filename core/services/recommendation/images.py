"""Recommendation for images, by what they look like, their number, and the time."""

from collections.abc import Mapping

from core.preprocessing.image_backbone import IMAGE_S
from core.services.recommendation.recommendation import Circumstances, Recommendation, ordered
from core.services.recommendation.traits import ImageTraits
from core.specs import ModelSpec

MANY = 2_000  # images to learn from, from which a deep network learns more than a small one
PLENTY = 10_000  # photographs from which a deep network learns more than a pretrained one knows (a guess)
SEEING = 0.85  # of the time: a head on what was seen trains in seconds
ALL_SPLITS = 1 / 0.7  # times as many images as those to learn from
FEWEST_EPOCHS = 5  # that a network must manage in the time
# Pixels that each learns from in a second of one core, forward and back, in its quick preset (measured on 32 x 32).
PIXELS_A_SECOND = {"small-cnn": 0.26e6, "resnet": 0.37e6}
PRETRAINED = "efficientnet-lite0"
SMALL, DEEP, FAST, NO_NEIGHBOURS = "small-cnn", "resnet", "simple-cnn", "mlp"


def recommend_for_images(
    models: Mapping[str, ModelSpec], traits: ImageTraits, circumstances: Circumstances
) -> Recommendation:
    """Return which model tells images apart best."""
    said = f"the {traits.count:,} training images are {traits.kind}"
    if traits.are_photographs and _is_seen_in_time(models, traits, circumstances):
        knows = "a network that has seen a million photographs looks at each once, which takes less time than training"
        other = DEEP if traits.count >= MANY else SMALL
        return ordered(models, [PRETRAINED, other], f"{said}, and {knows}", "known-photographs")
    if traits.are_photographs and traits.count >= MANY:
        if _in_time(DEEP, traits, circumstances):
            return ordered(models, [DEEP, SMALL], f"{said}, enough of them for a deep network", "many-photographs")
        return ordered(
            models, [FAST, DEEP], f"{said}, more than a deep network learns from {circumstances.on}", "slow-network"
        )
    if not _in_time(SMALL, traits, circumstances):
        return ordered(
            models, [FAST, SMALL], f"{said}, so many that {circumstances.on} a fast network sees most", "slow-network"
        )
    if traits.are_photographs:
        return ordered(models, [SMALL, DEEP], f"{said}, too few for a deep network", "few-photographs")
    return ordered(models, [SMALL, NO_NEIGHBOURS], f"{said}, for which a small network is enough", "drawings")


def _is_seen_in_time(models: Mapping[str, ModelSpec], traits: ImageTraits, circumstances: Circumstances) -> bool:
    """Return whether the pretrained network sees all images in time and knows more."""
    if PRETRAINED not in models or traits.missing or traits.count >= PLENTY:
        return False
    seconds = IMAGE_S * ALL_SPLITS * traits.count / circumstances.cores
    return circumstances.has_gpu or seconds <= SEEING * 60 * circumstances.minutes


def _in_time(model: str, traits: ImageTraits, circumstances: Circumstances) -> bool:
    """Return whether a network manages enough epochs in the time; on GPUs always."""
    pixels = FEWEST_EPOCHS * traits.count * traits.side**2
    return circumstances.has_gpu or pixels <= 60 * circumstances.minutes * circumstances.cores * PIXELS_A_SECOND[model]
