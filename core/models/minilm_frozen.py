"""A small head on the features of a pretrained sentence encoder, which itself stays as it is."""

from typing import TYPE_CHECKING

from core.config import Params, setting
from core.preprocessing import sentence_encoder
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor

if TYPE_CHECKING:
    from torch import nn


class MiniLMFrozenParams(Params):
    """Size and caution of the head."""

    hidden_size: int = setting(
        0,
        label="Neurons between features and answer (0 is none)",
        ge=0,
        le=4_096,
        help="Higher: can combine features, which needs more examples; 0 weighs each feature by itself.",
    )
    dropout: float = setting(
        0.5,
        label="Dropout",
        level="beginner",
        ge=0.0,
        le=0.95,
        help="Higher: more features are hidden at random while learning, which stops learning by heart.",
    )


def build(params: MiniLMFrozenParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise the features, dropout, a hidden layer where wanted, one linear layer."""
    from torch import nn

    from core.layers.standardize import StandardizeFeatures

    (width,) = info.input_shape
    layers: list[nn.Module] = [StandardizeFeatures(width), nn.Dropout(params.dropout)]
    if params.hidden_size:
        layers += [nn.Linear(width, params.hidden_size), nn.GELU(), nn.Dropout(params.dropout)]
        width = params.hidden_size
    return nn.Sequential(*layers, nn.Linear(width, len(info.labels)))


def preprocess(params: MiniLMFrozenParams, train: Examples) -> Preprocessor:
    """Let the encoder read every text, once."""
    del params
    return sentence_encoder.PREPROCESSOR.fit(train)


MODEL = ModelSpec(
    name="minilm-frozen",
    title="Pretrained sentence reader",
    summary="A language model of 22.7 million parameters that has read a billion sentence pairs describes each text; "
    "your examples only teach it what to conclude. It knows English from the start.",
    choose_when="Your texts are English and you have hundreds of examples rather than hundreds of thousands.",
    paper="Wang et al., MiniLM, 2020; Reimers and Gurevych, Sentence-BERT, 2019",
    paper_url="https://arxiv.org/abs/2002.10957",
    tasks=("text-classification",),
    parameter_count=4_611,
    params=MiniLMFrozenParams,
    presets={
        "quick": {"epochs": 30, "batch_size": 32, "learning_rate": 1e-4},
        "balanced": {"epochs": 40, "batch_size": 64, "learning_rate": 2e-4, "hidden_size": 128, "dropout": 0.8},
        "best": {"epochs": 80, "batch_size": 64, "learning_rate": 1e-4, "hidden_size": 256, "dropout": 0.8},
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    reading=lambda _params, texts: sentence_encoder.reading_of(
        texts, sentence_encoder.MOST_WINDOWS * (sentence_encoder.WINDOW - 2)
    ),
    check=lambda _params: sentence_encoder.check_weights(sentence_encoder.encoder_folder()),
)
