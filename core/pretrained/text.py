"""Text classification with a pretrained encoder, installed or from elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from core.preprocessing import sentence_encoder
from core.preprocessing.word_pieces import WordPieces
from core.pretrained.files import UnusableModel, read_config
from core.pretrained.lora import rank_setting
from core.pretrained.source import chosen_folder, hub_name, local_folder
from core.pretrained.tokens import word_pieces
from core.specs import DataInfo
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn

INSTALLED = "all-MiniLM-L6-v2"
_WIDTHS = ("hidden_size", "d_model", "dim", "n_embd", "embedding_size")


class EncoderParams(Params):
    """How much of a text is read, and how much of the encoder learns."""

    trained: Literal["everything", "lora", "head"] = setting(
        "everything",
        label="Trainable part (head, LoRA or everything)",
        level="beginner",
        help="Everything is the most accurate; LoRA adds small layers and freezes the rest, which needs less "
        "memory; head only weighs what the model says already, which is fastest.",
    )
    length: int = setting(
        128,
        label="Maximum length (tokens)",
        ge=4,
        le=8_192,
        help="Higher: reads further into long texts, and takes longer. A model that can read less reads less.",
    )
    dropout: float = setting(
        0.1,
        label="Dropout of the head",
        ge=0.0,
        le=0.9,
        help="Higher: more of each text's description is hidden at random while training, against overfitting.",
    )
    encoder_dropout: float = setting(
        0.0,
        label="Encoder dropout (0 keeps the model's own)",
        ge=0.0,
        le=0.9,
        help="Higher: more of what it finds on its way is hidden too, which helps where examples are few.",
    )
    lora_rank: int = rank_setting()


def text_folder(source: str) -> Path:
    """Return an encoder's folder; for `""` the installed one, verified by hash.

    Raises:
        EncoderUnavailable: The installed one is missing or was altered.
        HubError: One from the hub is not here.
    """
    if source:
        return local_folder(source)
    folder = sentence_encoder.encoder_folder()
    sentence_encoder.check_weights(folder)
    return folder


def source_name(source: str) -> str:
    """Return what a user calls a model."""
    if not source:
        return INSTALLED
    return source.strip() if chosen_folder(source) else hub_name(source)


def read_texts(params: EncoderParams, source: str) -> WordPieces:
    """Return the preprocessor of an encoder."""
    return word_pieces(text_folder(source), source_name(source), params.length)


def build_classifier(params: EncoderParams, info: DataInfo) -> "nn.Module":
    """Compose: encoder, mean over the tokens, dropout, one linear layer.

    Raises:
        UnusableModel: The configuration makes no encoder.
    """
    from torch import nn

    from core.modules.pretrained_text import TextClassifier
    from core.pretrained.architectures import make_backbone

    encoder = make_backbone(info.backbone, "reader")
    if params.encoder_dropout:
        for layer in encoder.modules():
            if isinstance(layer, nn.Dropout):
                layer.p = params.encoder_dropout
    width = next((int(info.backbone[key]) for key in _WIDTHS if key in info.backbone), 0)
    own: Any = getattr(encoder, "config", None)
    width = int(getattr(own, "hidden_size", 0) or width)
    if not width:
        raise UnusableModel("This model does not say how wide it is. Choose another one.")
    if params.trained == "lora":
        from core.pretrained.lora import add_adapters

        add_adapters(encoder, params.lora_rank, params.dropout)
    elif params.trained == "head":
        encoder.requires_grad_(False)
    return TextClassifier(encoder, width, len(info.labels), info.padding_id, params.dropout)


def load_encoder(source: str, module: "nn.Module") -> None:
    """Put the pretrained weights into a freshly built classifier."""
    from core.pretrained.architectures import load_backbone

    load_backbone(text_folder(source), source_name(source), cast("nn.Module", module.backbone), "reader")


def check_reader(folder: Path, named: str) -> None:
    """Make sure that a folder's model is one that reads texts.

    Raises:
        UnusableModel: It is not.
    """
    from core.pretrained.architectures import check_architecture

    check_architecture(read_config(folder, named), "reader", named)
