"""Text CNN (convolutions over words): short phrases that give a text away."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing.words import WordParams, number_words
from core.specs import DataInfo, ModelSpec
from core.specs.config import setting

if TYPE_CHECKING:
    from torch import nn

PATTERN_LENGTHS = (3, 4, 5)  # words, as in the paper


class TextCnnParams(WordParams):
    """Size of the vocabulary and number of patterns."""

    width: int = fields.word_width(64)
    filters: int = setting(
        64,
        label="Filters of each length (channels)",
        level="beginner",
        ge=2,
        le=1_024,
        help="Higher: recognises more different phrases, more parameters, and slower.",
    )
    dropout: float = fields.dropout(0.5, fields.DESCRIPTION_HIDDEN)


def build(params: TextCnnParams, info: DataInfo) -> "nn.Module":
    """Compose: the strongest answer of each pattern, dropout, one linear layer."""
    from torch import nn

    from core.modules.text_cnn import TextConvolution

    return nn.Sequential(
        TextConvolution(info.vocabulary_size, params.width, params.filters, PATTERN_LENGTHS, params.dropout / 2),
        nn.Dropout(params.dropout),
        nn.Linear(params.filters * len(PATTERN_LENGTHS), len(info.labels)),
    )


MODEL = ModelSpec(
    name="text-cnn",
    title="Text CNN (convolutions over words)",
    short="text CNN",
    summary="Learns phrases of three to five words that give a text away, wherever in it they stand. It starts from "
    "nothing: no outside knowledge.",
    choose_when="A few words in a row decide, such as in reviews or requests, in any language that puts spaces between "
    "words, and you have thousands of examples.",
    paper="Kim, Convolutional Neural Networks for Sentence Classification, 2014",
    paper_url="https://arxiv.org/abs/1408.5882",
    tasks=("text-classification",),
    parameter_count=332_035,
    params=TextCnnParams,
    presets={
        "quick": {"epochs": 10, "batch_size": 32, "learning_rate": 1e-3, "augment_token_dropout": 0.1},
        "balanced": {
            "epochs": 8,
            "batch_size": 64,
            "learning_rate": 1e-3,
            "vocabulary_size": 20_000,
            "width": 128,
            "filters": 100,
            "augment_token_dropout": 0.1,
        },
        "best": {
            "epochs": 12,
            "batch_size": 64,
            "learning_rate": 5e-4,
            "vocabulary_size": 50_000,
            "length": 256,
            "width": 256,
            "filters": 128,
            "augment_token_dropout": 0.2,
        },
    },
    preprocess=number_words,
    build=build,
    augmentations=("augment_token_dropout",),
    numbers="words",
)
