"""What a pretrained network sees in an image, weighed."""

from core.baselines.frozen_features import FITTING_EXAMPLES, FrozenFeatures
from core.preprocessing.image_backbone import FILE, IMAGE_S, ImageBackbone
from core.specs import Examples
from core.specs.baseline import BaselineSpec


def _fit(train: Examples, validation: Examples, seed: int) -> FrozenFeatures:
    del validation
    return FrozenFeatures.fit(ImageBackbone.fit(train), train, seed, "EfficientNet features + logistic regression")


BASELINE = BaselineSpec(
    name="backbone-logistic",
    title="Features of a pretrained network, weighed (logistic regression)",
    purpose="Knows photographs from the start: a pretrained network describes each image, your labels only weigh that.",
    tasks=("image-classification",),
    rung=2,
    fit=_fit,
    load=FrozenFeatures.load,
    seconds=lambda train: IMAGE_S * min(len(train), FITTING_EXAMPLES),
    most_examples=FITTING_EXAMPLES,
    missing=lambda _train: FILE.missing(),
    encoder=ImageBackbone.fit,
)
