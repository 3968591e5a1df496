"""A small head on the features of a frozen encoder of a hundred languages."""

from typing import TYPE_CHECKING

from core.preprocessing import e5_encoder
from core.preprocessing.e5_encoder import E5Encoder
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class E5FrozenParams(Params):
    """Caution of the head."""

    dropout: float = setting(
        0.2,
        label="Dropout",
        level="beginner",
        ge=0.0,
        le=0.95,
        help="Higher: more features are hidden at random while training, which stops overfitting.",
    )


def build(params: E5FrozenParams, info: DataInfo) -> "nn.Module":
    """Compose: standardised features, dropout, a linear layer."""
    from core.modules.frozen_head import FrozenHead

    (width,) = info.input_shape
    return FrozenHead(width, len(info.labels), params.dropout)


def preprocess(params: E5FrozenParams, train: Examples) -> Preprocessor:
    """Let the encoder read every text, once."""
    del params
    return E5Encoder.fit(train)


def check(params: E5FrozenParams) -> None:
    """Make sure that the encoder is here and known to the byte."""
    del params
    e5_encoder.check()


# Without dropout and weight decay the last step is computed; those before it show how fast it learns.
SOLVED: dict[str, float] = {"batch_size": 32, "learning_rate": 2e-3, "weight_decay": 0.0, "dropout": 0.0}
HEAD = {"batch_size": 32, "learning_rate": 2e-3, "weight_decay": 0.05}

MODEL = ModelSpec(
    name="e5-frozen",
    title="Sentence encoder, frozen (E5, a hundred languages)",
    short="frozen E5",
    summary="A language model of 118 million parameters that has read text pairs in a hundred languages describes each "
    "text; your examples only teach it what to conclude. It knows the language from the start.",
    choose_when="Your texts are not English, or in several languages, and you have hundreds of examples.",
    paper="Wang et al., Multilingual E5 Text Embeddings, 2024",
    paper_url="https://arxiv.org/abs/2402.05672",
    tasks=("text-classification",),
    parameter_count=1_155,
    params=E5FrozenParams,
    presets={
        "quick": {**SOLVED, "epochs": 5},
        "balanced": {**HEAD, "epochs": 30, "dropout": 0.3},
        "best": {**HEAD, "epochs": 60, "learning_rate": 1e-3, "dropout": 0.4},
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    reading=lambda _params, texts: e5_encoder.reading_of(texts),
    check=check,
)
