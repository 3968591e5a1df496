"""EfficientNet-Lite0, frozen with a head on its features, or fine-tuned."""

from typing import TYPE_CHECKING, Any, Literal

from core.preprocessing.image_backbone import FILE, ImageBackbone, pretrained_weights
from core.preprocessing.images import AUGMENTATIONS, ImagePreprocessor
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class EfficientNetLite0Params(Params):
    """How much of it learns."""

    trained: Literal["head", "everything"] = setting(
        "head",
        label="Trainable part (head or everything)",
        level="beginner",
        help="Head only weighs what the network sees already: each image is looked at once, which takes seconds and is "
        "safe with few images. Everything takes minutes and is more accurate with some thousands.",
    )
    dropout: float = setting(
        0.2,
        label="Dropout",
        ge=0.0,
        le=0.95,
        help="Higher: more features are hidden at random while training, which stops overfitting.",
    )


def preprocess(params: EfficientNetLite0Params, train: Examples) -> Preprocessor:
    """Let the frozen network look at each image once, or keep images as bytes."""
    return ImageBackbone.fit(train) if params.trained == "head" else ImagePreprocessor.fit(train)


def build(params: EfficientNetLite0Params, info: DataInfo) -> "nn.Module":
    """Compose: a linear layer on standardised features, or on the network."""
    from core.modules.efficientnet_lite0 import FineTunedLite0
    from core.modules.frozen_head import FrozenHead

    if params.trained == "everything":
        return FineTunedLite0(len(info.labels), params.dropout)
    (width,) = info.input_shape
    return FrozenHead(width, len(info.labels), params.dropout)


def load_pretrained(params: EfficientNetLite0Params, module: Any) -> None:
    """Give the network what it knows; its last layer stays new."""
    if params.trained == "everything":
        module.backbone.load_state_dict(pretrained_weights())


def check(params: EfficientNetLite0Params) -> None:
    """Make sure that the network is installed and known to the byte."""
    del params
    FILE.checked()


# Without dropout and weight decay the last step is computed; those before it show how fast it learns.
FROZEN = {"batch_size": 32, "learning_rate": 1e-3, "weight_decay": 0.0, "dropout": 0.0}
FINE_TUNED = {"batch_size": 32, "learning_rate": 5e-4, "trained": "everything", "augment_flip": True}

MODEL = ModelSpec(
    name="efficientnet-lite0",
    title="Pretrained image network (EfficientNet-Lite0)",
    short="EfficientNet-Lite0",
    summary="A small network that has seen 1.3 million photographs of a thousand kinds of things; your images only "
    "teach it what to conclude. It knows edges, fur and wheels from the start.",
    choose_when="You have photographs, and tens or hundreds of them rather than tens of thousands.",
    paper="Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019",
    paper_url="https://arxiv.org/abs/1905.11946",
    tasks=("image-classification",),
    parameter_count=12_810,
    params=EfficientNetLite0Params,
    presets={
        "quick": {**FROZEN, "epochs": 20},
        "balanced": {**FINE_TUNED, "epochs": 8},
        "best": {**FINE_TUNED, "epochs": 20, "label_smoothing": 0.1},
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    augmentations=AUGMENTATIONS,
    check=check,
    load_pretrained=load_pretrained,
)
