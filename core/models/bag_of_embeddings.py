"""A bag-of-embeddings model: the sum of word and word pair vectors.

They are learnt from the examples alone.
"""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing.word_ngrams import WordNgrams
from core.preprocessing.words import WordParams, number_words
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import setting

if TYPE_CHECKING:
    from torch import nn

READ: dict[str, float] = {"length": 512, "ngrams": 2, "augment_token_dropout": 0.3}


class BagOfEmbeddingsParams(WordParams):
    """Size of the vocabulary and of its vectors."""

    ngrams: int = setting(
        1,
        label="Words in a row (n-grams)",
        ge=1,
        le=5,
        help="2: pairs such as 'not good' count as words of their own, and each once a text. "
        "1: single words, averaged over the text, which loses the few that decide in a long one.",
    )
    width: int = fields.word_width(32, level="beginner")
    dropout: float = fields.dropout(0.5, fields.DESCRIPTION_HIDDEN)


def build(params: BagOfEmbeddingsParams, info: DataInfo) -> "nn.Module":
    """Build it: mean of words or tempered sum of n-grams, dropout, linear layer."""
    from torch import nn

    from core.modules.bag_of_embeddings import BagOfEmbeddings

    return nn.Sequential(
        BagOfEmbeddings(info.vocabulary_size, params.width, tempered=params.ngrams > 1),
        nn.Dropout(params.dropout),
        nn.Linear(params.width, len(info.labels)),
    )


def preprocess(params: BagOfEmbeddingsParams, train: Examples) -> Preprocessor:
    """Number the commonest words, or those n-grams that more than one text holds."""
    if params.ngrams == 1:  # as every run before there were n-grams
        return number_words(params, train)
    return WordNgrams.fit(train, params.vocabulary_size, params.ngrams, params.length)


MODEL = ModelSpec(
    name="bag-of-embeddings",
    title="Bag of embeddings",
    short="bag of embeddings",
    summary="Learns from your examples what each word and each pair of words stands for and adds them up, in whatever "
    "order they stand. It starts from nothing: no outside knowledge.",
    choose_when="You have many examples or long texts, in any language or jargon, and want something small and fast.",
    paper="Joulin, Grave, Bojanowski and Mikolov, Bag of Tricks for Efficient Text Classification, 2016",
    paper_url="https://arxiv.org/abs/1607.01759",
    tasks=("text-classification",),
    parameter_count=205_059,
    params=BagOfEmbeddingsParams,
    times_adamw={"sgd": 100.0},  # a word's vector is corrected only where it occurs
    presets={
        "quick": {"epochs": 15, "batch_size": 32, "learning_rate": 2e-3, "vocabulary_size": 50_000, **READ},
        "balanced": {
            "epochs": 20,
            "batch_size": 32,
            "learning_rate": 2e-3,
            "vocabulary_size": 100_000,
            "width": 64,
            **READ,
        },
        "best": {
            "epochs": 30,
            "batch_size": 32,
            "learning_rate": 1e-3,
            "vocabulary_size": 200_000,
            "width": 128,
            **READ,
            "ngrams": 3,
        },
    },
    preprocess=preprocess,
    build=build,
    augmentations=("augment_token_dropout",),
    numbers="words",
)
