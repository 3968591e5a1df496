"""The simplest language model that learns: which character follows which."""

from typing import TYPE_CHECKING

from core.preprocessing import characters
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class BigramParams(Params):
    """How the text is cut into windows."""

    context: int = setting(
        64,
        label="Context length (characters of one window)",
        ge=4,
        le=2_048,
        help="Higher: fewer, longer windows in each epoch; what it can learn stays the same.",
    )


def build(params: BigramParams, info: DataInfo) -> "nn.Module":
    """Return the table."""
    del params
    from core.modules.bigram import NextTable

    return NextTable(info.vocabulary_size, info.input_shape[0])


def preprocess(params: BigramParams, train: Examples) -> Preprocessor:
    """Number the characters."""
    return characters.PREPROCESSOR.fit(train, context=params.context)


MODEL = ModelSpec(
    name="bigram",
    title="Bigram model",
    short="bigram model",
    summary="Learns for each character how likely every other one is to follow it, and knows nothing of what stood "
    "before: the floor that every other text model must be well above.",
    choose_when="You want to see in seconds how training works, or what the simplest model makes of your text.",
    paper="Shannon, A Mathematical Theory of Communication, 1948",
    paper_url="https://doi.org/10.1002/j.1538-7305.1948.tb01338.x",
    tasks=("text-generation",),
    parameter_count=4_096,
    params=BigramParams,
    times_adamw={"sgd": 100.0},  # a row of the table is corrected only where its token occurs
    presets={
        "quick": {"epochs": 3, "batch_size": 32, "learning_rate": 0.1, "weight_decay": 0.0},
        "balanced": {"epochs": 6, "batch_size": 32, "learning_rate": 0.1, "weight_decay": 0.0},
        "best": {"epochs": 10, "batch_size": 64, "learning_rate": 0.1, "weight_decay": 0.0},
    },
    preprocess=preprocess,
    build=build,
)
