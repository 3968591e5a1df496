"""A linear model on word and character n-grams: any script, strong on few examples."""

from typing import TYPE_CHECKING

from core.preprocessing.ngrams import NgramPreprocessor
from core.specs import DataInfo, Examples, ModelSpec
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class NgramLinearParams(Params):
    """How many n-grams are known and read."""

    vocabulary_size: int = setting(
        100_000,
        label="Vocabulary size (n-grams)",
        ge=10,
        le=1_000_000,
        help="Higher: rarer words and parts of words count too; each needs a few examples before it helps.",
    )
    length: int = setting(
        2_000,
        label="Maximum length (n-grams of a text)",
        ge=16,
        le=20_000,
        help="Higher: reads more of long texts, and takes more memory. Of longer ones the beginning and the end count.",
    )


def build(params: NgramLinearParams, info: DataInfo) -> "nn.Module":
    """Compose: one weight for each n-gram and class."""
    from core.modules.ngram_linear import WeightedBag

    del params
    return WeightedBag(info.token_weights, len(info.labels))


def preprocess(params: NgramLinearParams, train: Examples) -> NgramPreprocessor:
    """Number the commonest n-grams."""
    return NgramPreprocessor.fit(train, params.vocabulary_size, params.length)


# Without weight decay the last step is computed; those before it show how fast it learns, for two minutes at most.
SOLVED: dict[str, float] = {"batch_size": 32, "learning_rate": 1e-2, "weight_decay": 0.0, "time_budget_min": 2}

MODEL = ModelSpec(
    name="ngram-linear",
    title="Linear model on n-grams",
    short="n-gram model",
    summary="Weighs words, pairs of words and parts of words for and against each class; in scripts without spaces, "
    "such as Chinese or Thai, one to three characters. It learns in seconds and knows nothing beforehand.",
    choose_when="Your texts are in any language or script, long, or full of jargon, misspellings, symbols or emoji.",
    paper="Wang and Manning, Baselines and Bigrams: Simple, Good Sentiment and Topic Classification, 2012",
    paper_url="https://aclanthology.org/P12-2018/",
    tasks=("text-classification",),
    parameter_count=64_578,
    params=NgramLinearParams,
    presets={
        "quick": {**SOLVED, "epochs": 5},
        "balanced": {**SOLVED, "epochs": 10, "vocabulary_size": 200_000, "length": 4_000},
        "best": {**SOLVED, "epochs": 20, "vocabulary_size": 500_000, "length": 8_000},
    },
    preprocess=preprocess,
    build=build,
    numbers="parts",
)
