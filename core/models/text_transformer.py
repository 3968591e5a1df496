"""A small transformer that reads texts, trained from scratch."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing.words import WordParams, number_words
from core.specs import DataInfo, ModelSpec
from core.specs.config import setting

if TYPE_CHECKING:
    from torch import nn


class TextTransformerParams(WordParams):
    """Size of the vocabulary and of the network."""

    width: int = setting(
        64,
        label="Embedding size (of a word)",
        level="beginner",
        ge=8,
        le=1_024,
        help="Higher: finer shades of meaning; doubling it takes about four times as long. Must be a multiple of the "
        "heads.",
    )
    depth: int = fields.depth(2, "Blocks", ", slower.", le=24)
    heads: int = fields.heads("each word looks at more others at once, each")
    dropout: float = fields.dropout(0.3, "Higher: more is hidden at random while training, against overfitting.")


def build(params: TextTransformerParams, info: DataInfo) -> "nn.Module":
    """Compose: blocks of attention over all words, their mean, dropout, one linear layer.

    Raises:
        InvalidSetting: The width cannot be shared between the heads.
    """
    from torch import nn

    from core.modules.text_transformer import TextTransformer

    fields.check_heads(params.width, params.heads)
    return nn.Sequential(
        TextTransformer(
            info.vocabulary_size,
            info.input_shape[0],
            width=params.width,
            depth=params.depth,
            heads=params.heads,
            dropout=params.dropout,
        ),
        nn.Dropout(params.dropout),
        nn.Linear(params.width, len(info.labels)),
    )


MODEL = ModelSpec(
    name="transformer",
    title="Small transformer",
    short="small transformer",
    summary="Every word of a text looks at all others to understand what it means there: the architecture of today's "
    "language models, here without their outside knowledge.",
    choose_when="You have tens of thousands of examples, or want to see what attention alone can do; with fewer, "
    "convolutions or a pretrained encoder do better.",
    paper="Vaswani et al., Attention Is All You Need, 2017",
    paper_url="https://arxiv.org/abs/1706.03762",
    tasks=("text-classification",),
    parameter_count=386_563,
    params=TextTransformerParams,
    presets={
        "quick": {"epochs": 10, "batch_size": 32, "learning_rate": 1e-3, "augment_token_dropout": 0.1},
        "balanced": {
            "epochs": 12,
            "batch_size": 64,
            "learning_rate": 5e-4,
            "vocabulary_size": 20_000,
            "width": 128,
            "augment_token_dropout": 0.1,
        },
        "best": {
            "epochs": 20,
            "batch_size": 64,
            "learning_rate": 3e-4,
            "vocabulary_size": 50_000,
            "length": 256,
            "width": 192,
            "depth": 3,
            "augment_token_dropout": 0.2,
        },
    },
    preprocess=number_words,
    build=build,
    augmentations=("augment_token_dropout",),
    numbers="words",
)
