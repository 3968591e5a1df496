"""A small convolutional network with batch normalisation: the first choice for small pictures."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing import images
from core.specs import DataInfo, ModelSpec
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class SmallCnnParams(Params):
    """Size and caution of the network."""

    width: int = fields.channels(32, "Channels of the first stage")
    stages: int = setting(
        0,
        label="Stages (0 lets the size of the images decide)",
        ge=0,
        le=5,
        help="Higher: each stage sees a larger part of the image and has twice the channels; large images need 3.",
    )
    dropout: float = fields.dropout(0.2)


def stages_for(side: int) -> int:
    """Return two stages for images of 8 pixels a side, three from 16 up."""
    return 2 if side < 16 else 3


def build(params: SmallCnnParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise, stages of two convolutions, dropout, one linear layer."""
    from torch import nn

    from core.modules.convolution import ConvStages
    from core.modules.standardize import StandardizeImages

    count = params.stages or stages_for(min(info.input_shape[1:]))
    stages = ConvStages(info.input_shape, [params.width * 2**stage for stage in range(count)])
    return nn.Sequential(
        StandardizeImages(info.channel_mean, info.channel_std),
        stages,
        nn.Dropout(params.dropout),
        nn.Linear(stages.features, len(info.labels)),
    )


MODEL = ModelSpec(
    name="small-cnn",
    title="Small CNN (convolutional network)",
    short="small CNN",
    summary="Looks for small patterns everywhere in the image, then for patterns of patterns: how computers have "
    "read handwriting since 1998, with today's training methods.",
    choose_when="You have images. Start here.",
    paper="LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, 1998",
    paper_url="https://doi.org/10.1109/5.726791",
    tasks=("image-classification",),
    parameter_count=292_010,
    params=SmallCnnParams,
    # Passes for small data sets; large ones end after 3 minutes, 15, or three quarters of an hour.
    presets={
        "quick": {
            "epochs": 30,
            "batch_size": 32,
            "learning_rate": 3e-3,
            "weight_decay": 0.05,
            "time_budget_min": 3,
        },
        "balanced": {
            "epochs": 60,
            "batch_size": 64,
            "learning_rate": 3e-3,
            "weight_decay": 0.05,
            "dropout": 0.3,
            "augment_crop": 0.08,
            "time_budget_min": 15,
        },
        "best": {
            "epochs": 100,
            "batch_size": 64,
            "learning_rate": 3e-3,
            "weight_decay": 0.1,
            "width": 48,
            "dropout": 0.4,
            "label_smoothing": 0.05,
            "augment_crop": 0.1,
            "augment_cutout": 0.2,
            "time_budget_min": 45,
        },
    },
    preprocess=images.keep_bytes,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
