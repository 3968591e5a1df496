"""A small vision transformer, trained from scratch."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing import images
from core.specs import DataInfo, ModelSpec
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class VitParams(Params):
    """Size and caution of the network."""

    patch: int = setting(
        0,
        label="Patch size (pixels; 0 lets the size of the images decide)",
        ge=0,
        le=64,
        help="Higher: fewer patches, so that it is faster and sees less detail.",
    )
    width: int = setting(
        96,
        label="Embedding size (of a patch)",
        level="beginner",
        ge=8,
        le=1024,
        help="Higher: understands more of each patch; doubling it takes about four times as long.",
    )
    depth: int = fields.depth(4, "Blocks", ", slower, and hungrier for images.", le=24)
    heads: int = fields.heads("each patch looks at more places at once, at each", le=16)
    dropout: float = fields.dropout(0.1)


def build(params: VitParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise, transformer over patches, one linear layer.

    Raises:
        InvalidSetting: The width is not a multiple of the heads.
    """
    from torch import nn

    from core.modules.standardize import StandardizeImages
    from core.modules.vit import VisionTransformer, patch_for

    fields.check_heads(params.width, params.heads)
    understood = VisionTransformer(
        info.input_shape,
        patch=params.patch or patch_for(info.input_shape),
        width=params.width,
        depth=params.depth,
        heads=params.heads,
        dropout=params.dropout,
    )
    return nn.Sequential(
        StandardizeImages(info.channel_mean, info.channel_std),
        understood,
        nn.Linear(params.width, len(info.labels)),
    )


MODEL = ModelSpec(
    name="vit",
    title="Vision transformer (from scratch)",
    short="vision transformer",
    summary="Cuts the image into patches and lets each look at all others. The strongest kind of network where "
    "images are millions; with thousands it has to learn first what a convolution knows from the start.",
    choose_when="You have very many images, or want to see how a transformer sees. For few, take resnet.",
    paper="Dosovitskiy et al., An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, 2020",
    paper_url="https://arxiv.org/abs/2010.11929",
    tasks=("image-classification",),
    parameter_count=152_074,
    params=VitParams,
    # Passes for small data sets; large ones end after 3 minutes, 15, or three quarters of an hour.
    presets={
        "quick": {
            "epochs": 30,
            "batch_size": 64,
            "learning_rate": 2e-3,
            "weight_decay": 0.05,
            "width": 64,
            "depth": 3,
            "time_budget_min": 3,
        },
        "balanced": {
            "epochs": 80,
            "batch_size": 64,
            "learning_rate": 1e-3,
            "weight_decay": 0.05,
            "augment_crop": 0.1,
            "time_budget_min": 15,
        },
        "best": {
            "epochs": 150,
            "batch_size": 64,
            "learning_rate": 1e-3,
            "weight_decay": 0.1,
            "width": 128,
            "depth": 6,
            "label_smoothing": 0.1,
            "augment_crop": 0.1,
            "augment_cutout": 0.25,
            "time_budget_min": 45,
        },
    },
    preprocess=images.keep_bytes,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
