"""A pretrained language model from a folder or the hub, fine-tuned on the examples."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.preprocessing.model_tokens import ModelTokens
from core.pretrained.files import read_config
from core.pretrained.hub import Note
from core.pretrained.lora import WriterPart, context_setting, dropout_setting, rank_setting, writer_part_setting
from core.pretrained.source import check_source, fetch_source, local_folder
from core.pretrained.tokens import model_tokens
from core.pretrained.writer import make_writer
from core.specs import DataInfo, Examples, ModelSpec
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn

EXAMPLE = "distilbert/distilgpt2"


class PretrainedLmParams(Params):
    """Settings: the pretrained model, its context length, and how much of it is trained."""

    source: str = setting(
        "",
        label="Pretrained model (a folder, or a name on the hub)",
        level="beginner",
        help="A model that has read much of the internet writes whole sentences from the start; larger ones know more "
        "and are slower.",
    )
    trained: WriterPart = writer_part_setting()
    context: int = context_setting()
    lora_rank: int = rank_setting()
    lora_dropout: float = dropout_setting()


def preprocess(params: PretrainedLmParams, train: Examples) -> ModelTokens:
    """Cut the text as the model does."""
    return model_tokens(local_folder(params.source), params.source.strip(), train, params.context)


def build(params: PretrainedLmParams, info: DataInfo) -> "nn.Module":
    """Compose: the model, with adapters where wanted.

    Raises:
        UnusableModel: The configuration makes no network.
    """
    return make_writer(info, params.trained, params.lora_rank, params.lora_dropout)


def load_pretrained(params: PretrainedLmParams, module: Any) -> None:
    """Give the network what it knows."""
    from core.pretrained.architectures import load_backbone

    named = params.source.strip()
    load_backbone(local_folder(named), named, module.backbone, "writer")


def check(params: PretrainedLmParams) -> None:
    """Make sure, without the network, that there can be such a model."""
    check_source(params.source, needs_tokenizer=True, example=EXAMPLE)


def fetch(params: PretrainedLmParams, note: Note) -> None:
    """Bring the model to this machine, if it is not there."""
    from core.pretrained.architectures import check_architecture

    def check_folder(folder: Path) -> None:
        check_architecture(read_config(folder, params.source), "writer", params.source)

    fetch_source(params.source, True, check_folder, note)


MODEL = ModelSpec(
    name="pretrained-lm",
    title="Pretrained language model (Hugging Face)",
    short="pretrained language model",
    summary="A language model that others have trained on very many texts, from a folder or from the Hugging Face hub, "
    "taught to go on in the style of yours.",
    choose_when="You want whole sentences that make sense from a small text, and have a GPU or patience.",
    paper="Radford et al., 2019 (GPT-2); Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, 2021",
    paper_url="https://arxiv.org/abs/2106.09685",
    tasks=("text-generation",),
    parameter_count=124_439_808,
    params=PretrainedLmParams,
    presets={
        "quick": {"epochs": 1, "batch_size": 4, "learning_rate": 5e-4},
        "balanced": {"epochs": 2, "batch_size": 8, "learning_rate": 5e-4, "lora_rank": 16},
        "best": {"epochs": 3, "batch_size": 8, "learning_rate": 5e-5, "trained": "everything", "context": 256},
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    check=check,
    fetch=fetch,
    load_pretrained=load_pretrained,
)
