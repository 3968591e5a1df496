"""A small GPT that reads and writes characters, or pieces of text."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing.tokenization import PieceParams, number_pieces
from core.specs import DataInfo, ModelSpec
from core.specs.config import setting

if TYPE_CHECKING:
    from torch import nn


class MiniGptParams(PieceParams):
    """Size and sight of the network."""

    width: int = setting(
        64,
        label="Embedding size (of a position)",
        level="beginner",
        ge=8,
        le=2_048,
        help="Higher: knows more; doubling it takes about four times as long. Must be a multiple of the heads.",
    )
    depth: int = fields.depth(3, "Blocks", " for each character, and slower.", le=48)
    heads: int = fields.heads("it looks at more places at once, each")
    dropout: float = fields.dropout(0.0, fields.LONG_RUNS_ONLY)


def build(params: MiniGptParams, info: DataInfo) -> "nn.Module":
    """Compose GPT-2's blocks.

    Raises:
        InvalidSetting: The width cannot be shared between the heads.
    """
    from core.modules.mini_gpt import CausalTransformer

    fields.check_heads(params.width, params.heads)
    return CausalTransformer(
        info.vocabulary_size,
        info.input_shape[0],
        width=params.width,
        depth=params.depth,
        heads=params.heads,
        dropout=params.dropout,
    )


MODEL = ModelSpec(
    name="mini-gpt",
    title="Small GPT",
    short="small GPT",
    summary="The architecture behind today's chat assistants, small enough to train here: it looks back at all the "
    "text it sees to choose the next character.",
    choose_when="You want to see how a language model learns, or have a GPU and a larger text.",
    paper="Radford et al., Language Models are Unsupervised Multitask Learners (GPT-2), 2019",
    paper_url="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
    tasks=("text-generation",),
    parameter_count=160_832,
    params=MiniGptParams,
    presets={
        "quick": {"epochs": 10, "batch_size": 16, "learning_rate": 5e-3},
        "balanced": {
            "epochs": 5,
            "batch_size": 16,
            "learning_rate": 8e-3,
            "optimizer": "muon",
            "momentum": 0.95,
            "tokenizer": "byte-pairs",
            "width": 128,
            "depth": 4,
            "dropout": 0.1,
        },
        "best": {
            "epochs": 12,
            "batch_size": 16,
            "learning_rate": 6e-3,
            "optimizer": "muon",
            "momentum": 0.95,
            "tokenizer": "byte-pairs",
            "context": 128,
            "width": 192,
            "depth": 6,
            "heads": 6,
            "dropout": 0.2,
        },
    },
    preprocess=number_pieces,
    build=build,
    times_adamw={"sgd": 60.0},
)
