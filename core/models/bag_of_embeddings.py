"""A text as the average of its words, learnt from nothing but the examples."""

from typing import TYPE_CHECKING

from core.config import Params, setting
from core.preprocessing import words
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor

if TYPE_CHECKING:
    from torch import nn


class BagOfEmbeddingsParams(Params):
    """Size of the vocabulary and of its vectors."""

    vocabulary_size: int = setting(
        5_000,
        label="Words to know",
        ge=10,
        le=200_000,
        help="Higher: rarer words count too; each needs a few examples before it helps.",
    )
    length: int = setting(
        64,
        label="Longest text (words)",
        ge=4,
        le=2_000,
        help="Higher: reads further into long texts, and takes longer.",
    )
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


def preprocess(params: BagOfEmbeddingsParams, train: Examples) -> Preprocessor:
    """Number the commonest words."""
    return words.PREPROCESSOR.fit(train, vocabulary_size=params.vocabulary_size, length=params.length)


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
    preprocess=preprocess,
    build=build,
    augmentations=("augment_token_dropout",),
)
