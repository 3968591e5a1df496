"""A pretrained image model from a folder or the hub, fine-tuned on the examples."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.errors import InvalidSetting
from core.preprocessing.images import AUGMENTATIONS
from core.preprocessing.pretrained_images import PretrainedImages
from core.pretrained.files import read_config
from core.pretrained.hub import Note
from core.pretrained.image_processor import expected_images
from core.pretrained.source import check_source, fetch_source, local_folder
from core.specs import DataInfo, Examples, ModelSpec
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn

EXAMPLE = "microsoft/resnet-18"


class PretrainedImageParams(Params):
    """Which network, and how much of it learns."""

    source: str = setting(
        "",
        label="Pretrained model (a folder, or a name on the hub)",
        level="beginner",
        help="A network that has seen a million images knows edges, fur and wheels already; larger ones know more "
        "and are slower.",
    )
    trained: Literal["head", "everything"] = setting(
        "head",
        label="Trainable part (head, LoRA or everything)",
        level="beginner",
        help="Head only weighs what the network sees already, which is fast and safe with few images; everything is "
        "more accurate with some thousands.",
    )
    side: int = setting(
        0,
        label="Input size (pixels; 0 is what the model was trained with)",
        ge=0,
        le=2_048,
        help="Lower is faster and sees less; most networks other than vision transformers accept any.",
    )


def preprocess(params: PretrainedImageParams, train: Examples) -> PretrainedImages:
    """Leave pictures as they are, and remember what the network expects."""
    folder = local_folder(params.source)
    return PretrainedImages.fit(train, expected_images(folder, params.source.strip()))


def build(params: PretrainedImageParams, info: DataInfo) -> "nn.Module":
    """Compose: resize and normalise, the network, a new last layer.

    Raises:
        UnusableModel: The configuration makes no network.
        InvalidSetting: The network only takes pictures of another size.
    """
    from core.modules.pretrained_image import PretrainedImageClassifier, ResizedImages
    from core.pretrained.architectures import is_head, make_backbone

    expected = info.backbone
    network = make_backbone(expected["config"], "looker", len(info.labels))
    if params.trained == "head":
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(is_head(name))
    side = params.side or int(expected["side"])
    prepare = ResizedImages(side, expected["mean"], expected["std"], expected["interpolation"])
    module = PretrainedImageClassifier(prepare, network, is_frozen=params.trained == "head")
    if params.side not in (0, expected["side"]):
        _try(module, info, int(expected["side"]))
    return module


def _try(module: "nn.Module", info: DataInfo, usual: int) -> None:
    """Raise `InvalidSetting` if the model rejects the input size, tested on a black image.

    Some networks only accept the size that they were trained with.
    """
    import torch

    try:
        with torch.no_grad():
            module.eval()(torch.zeros(1, *info.input_shape, dtype=torch.uint8))
    except (ValueError, RuntimeError) as error:
        raise InvalidSetting("side", f"must be 0 or {usual}: this model takes images of no other size.") from error
    module.train()


def load_pretrained(params: PretrainedImageParams, module: Any) -> None:
    """Give the network what it knows; its last layer stays new."""
    from core.pretrained.architectures import load_backbone

    named = params.source.strip()
    load_backbone(local_folder(named), named, module.backbone, "looker", module.backbone.config.num_labels)


def check(params: PretrainedImageParams) -> None:
    """Make sure, without the network, that there can be such a model."""
    check_source(params.source, needs_tokenizer=False, example=EXAMPLE)


def fetch(params: PretrainedImageParams, note: Note) -> None:
    """Bring the model to this machine, if it is not there."""
    from core.pretrained.architectures import check_architecture

    def check_folder(folder: Path) -> None:
        check_architecture(read_config(folder, params.source), "looker", params.source)

    fetch_source(params.source, False, check_folder, note)


MODEL = ModelSpec(
    name="pretrained-image",
    title="Pretrained image model (Hugging Face)",
    short="pretrained image model",
    summary="A network that others have trained on very many photographs, from a folder or from the Hugging Face hub, "
    "taught by your images what to conclude.",
    choose_when="You have photographs, and tens or hundreds of them rather than tens of thousands.",
    paper="He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015; Dosovitskiy et al., 2020",
    paper_url="https://arxiv.org/abs/1512.03385",
    tasks=("image-classification",),
    parameter_count=11_181_642,
    params=PretrainedImageParams,
    presets={
        "quick": {"epochs": 5, "batch_size": 32, "learning_rate": 2e-3},
        "balanced": {"epochs": 5, "batch_size": 32, "learning_rate": 1e-4, "trained": "everything"},
        "best": {
            "epochs": 15,
            "batch_size": 32,
            "learning_rate": 1e-4,
            "trained": "everything",
            "label_smoothing": 0.1,
        },
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    augmentations=AUGMENTATIONS,
    check=check,
    fetch=fetch,
    load_pretrained=load_pretrained,
)
