"""A residual network for images of any size, from 8 x 8 pixels up."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import field_validator

from core.models import setting_fields as fields
from core.preprocessing import images
from core.specs import DataInfo, ModelSpec
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class ResNetParams(Params):
    """Size and caution of the network."""

    depth: Literal["9", "18"] = setting(
        "9",
        label="Layers",
        help="18 instead of 9: finer distinctions where images are many, and more than twice the time.",
    )
    width: int = fields.channels(32, "Channels of the first layer")
    dropout: float = fields.dropout(0.0)

    @field_validator("depth", mode="before")
    @classmethod
    def _read_depth(cls, value: Any) -> Any:
        """Take the number 18 for the choice "18"."""
        return str(value) if isinstance(value, int) else value


def build(params: ResNetParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise, residual layers, dropout, one linear layer."""
    from torch import nn

    from core.modules.resnet import ResNet9, ResNet18
    from core.modules.standardize import StandardizeImages

    network = ResNet9 if params.depth == "9" else ResNet18
    found = network(info.input_shape, params.width)
    return nn.Sequential(
        StandardizeImages(info.channel_mean, info.channel_std),
        found,
        nn.Dropout(params.dropout),
        nn.Linear(found.features, len(info.labels)),
    )


MODEL = ModelSpec(
    name="resnet",
    title="ResNet-9 or 18 (residual network)",
    short="ResNet",
    summary="A deep convolutional network whose layers add to what the ones before have found, so that many of them "
    "can be trained: the standard for images since 2015.",
    choose_when="Images are in colour or hard to tell apart, and you have some thousands of them and half an hour. "
    "For digits or letters switch mirroring off: balanced and best mirror images.",
    paper="He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015",
    paper_url="https://arxiv.org/abs/1512.03385",
    tasks=("image-classification",),
    parameter_count=412_266,
    params=ResNetParams,
    # Passes for small data sets; large ones end after 3 minutes, 15, or three quarters of an hour.
    presets={
        "quick": {
            "epochs": 15,
            "batch_size": 64,
            "learning_rate": 4e-3,
            "weight_decay": 0.05,
            "width": 16,
            "time_budget_min": 3,
        },
        "balanced": {
            "epochs": 30,
            "batch_size": 64,
            "learning_rate": 3e-3,
            "weight_decay": 0.1,
            "schedule": "one-cycle",
            "label_smoothing": 0.1,
            "width": 24,
            "augment_flip": True,
            "augment_crop": 0.125,
            "time_budget_min": 15,
        },
        "best": {
            "epochs": 60,
            "batch_size": 64,
            "learning_rate": 3e-3,
            "weight_decay": 0.1,
            "schedule": "one-cycle",
            "label_smoothing": 0.1,
            "augment_flip": True,
            "augment_crop": 0.125,
            "augment_cutout": 0.25,
            "time_budget_min": 45,
        },
    },
    preprocess=images.keep_bytes,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
