"""A textbook convolutional network: three convolutions with pooling and one dense layer."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing import images
from core.specs import DataInfo, ModelSpec
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class SimpleCnnParams(Params):
    """Size and caution of the network."""

    width: int = setting(
        32,
        label="Channels of the first layer",
        level="beginner",
        ge=4,
        le=512,
        help="Higher: it looks for more kinds of detail; the layers after the first have twice as many. Doubling it "
        "takes about four times as long.",
    )
    dense: int = setting(
        64,
        label="Hidden size (neurons of the dense layer)",
        ge=4,
        le=4096,
        help="Higher: it can weigh what it found in finer ways, and overfits small data sooner.",
    )
    dropout: float = fields.dropout(0.0)


def build(params: SimpleCnnParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise, three convolutions with pooling, one dense layer, one linear layer."""
    from torch import nn

    from core.modules.simple_cnn import PooledConvolutions
    from core.modules.standardize import StandardizeImages

    found = PooledConvolutions(info.input_shape, (params.width, 2 * params.width, 2 * params.width))
    return nn.Sequential(
        StandardizeImages(info.channel_mean, info.channel_std),
        found,
        nn.Linear(found.features, params.dense),
        nn.ReLU(),
        nn.Dropout(params.dropout),
        nn.Linear(params.dense, len(info.labels)),
    )


MODEL = ModelSpec(
    name="simple-cnn",
    title="Simple CNN (convolutional network)",
    short="simple CNN",
    summary="Three layers that look for patterns, each followed by a step back, and one layer that weighs what was "
    "found: the network of most introductions, without anything newer.",
    choose_when="You follow a course or a book, or want the plainest network that sees neighbouring pixels together.",
    paper="LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition, 1998",
    paper_url="https://doi.org/10.1109/5.726791",
    tasks=("image-classification",),
    parameter_count=93_322,
    params=SimpleCnnParams,
    # Passes for small data sets; large ones end after 3 minutes, 15, or three quarters of an hour.
    presets={
        "quick": {
            "epochs": 20,
            "batch_size": 32,
            "learning_rate": 2e-3,
            "time_budget_min": 3,
        },
        "balanced": {
            "epochs": 60,
            "batch_size": 32,
            "learning_rate": 1e-3,
            "dropout": 0.3,
            "augment_crop": 0.08,
            "time_budget_min": 15,
        },
        "best": {
            "epochs": 120,
            "batch_size": 64,
            "learning_rate": 1e-3,
            "width": 64,
            "dense": 128,
            "dropout": 0.5,
            "augment_crop": 0.1,
            "time_budget_min": 45,
        },
    },
    preprocess=images.keep_bytes,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
