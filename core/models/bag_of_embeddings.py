"""A text as the average of its words, learnt from nothing but the examples."""

from typing import TYPE_CHECKING

from core.config import setting
from core.preprocessing.words import WordParams, number_words
from core.specs import DataInfo, ModelSpec

if TYPE_CHECKING:
    from torch import nn


class BagOfEmbeddingsParams(WordParams):
    """Size of the vocabulary and of its vectors."""

    width: int = setting(
        32,
        label="Numbers that describe a word",
        level="beginner",
        ge=2,
        le=1_024,
        help="Higher: finer shades of meaning, more to learn, and small data is learnt by heart sooner.",
    )
    dropout: float = setting(
        0.5,
        label="Dropout",
        ge=0.0,
        le=0.9,
        help="Higher: more of each text's description is hidden at random while learning, against learning by heart.",
    )


def build(params: BagOfEmbeddingsParams, info: DataInfo) -> "nn.Module":
    """Compose: average of the words, dropout, one linear layer."""
    from torch import nn

    from core.layers.bag import BagOfEmbeddings

    return nn.Sequential(
        BagOfEmbeddings(info.vocabulary_size, params.width),
        nn.Dropout(params.dropout),
        nn.Linear(params.width, len(info.labels)),
    )


MODEL = ModelSpec(
    name="bag-of-embeddings",
    title="Bag of words with meaning",
    summary="Learns from your examples what each word stands for and averages the words of a text, without regard to "
    "their order. It starts from nothing: no outside knowledge.",
    choose_when="You have many examples, in any language or jargon, and want something tiny and fast.",
    paper="Joulin, Grave, Bojanowski and Mikolov, Bag of Tricks for Efficient Text Classification, 2016",
    paper_url="https://arxiv.org/abs/1607.01759",
    tasks=("text-classification",),
    parameter_count=141_155,
    params=BagOfEmbeddingsParams,
    presets={
        "quick": {"epochs": 40, "batch_size": 32, "learning_rate": 1e-3},
        "balanced": {"epochs": 60, "batch_size": 32, "learning_rate": 1e-3, "vocabulary_size": 20_000, "width": 64},
        "best": {"epochs": 100, "batch_size": 32, "learning_rate": 5e-4, "vocabulary_size": 50_000, "width": 128},
    },
    preprocess=number_words,
    build=build,
    augmentations=("augment_token_dropout",),
)
