"""A small head on frozen sentence encoder features and the text's n-grams."""

from typing import TYPE_CHECKING

from core.preprocessing import sentence_encoder
from core.preprocessing.encoded_ngrams import DescribedNgrams
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn


class MiniLMFrozenParams(Params):
    """What is read beside the encoder, size and caution of the head."""

    vocabulary_size: int = setting(
        0,  # as every run before there were n-grams
        label="Vocabulary size (n-grams; 0 is none)",
        ge=0,
        le=1_000_000,
        help="Higher: words, pairs of words and parts of words count too, beside what the encoder says of the whole "
        "text: names, jargon, signs and what stands at one place of a long text. 0: the encoder alone.",
    )
    length: int = setting(
        2_000,
        label="Maximum length (n-grams of a text)",
        ge=16,
        le=20_000,
        help="Higher: more of a long text's n-grams are read, and it takes more memory. It does not change how much "
        "the encoder reads.",
    )
    hidden_size: int = setting(
        0,
        label="Hidden size (neurons between features and answer; 0 is none)",
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
        help="Higher: more features are hidden at random while training, which stops overfitting.",
    )


def build(params: MiniLMFrozenParams, info: DataInfo) -> "nn.Module":
    """Build it: standardised features, dropout, optional hidden layer, linear layer, n-grams beside."""
    from torch import nn

    from core.modules.minilm_frozen import DescribedBag
    from core.modules.standardize import StandardizeFeatures

    if info.feature_count:
        return DescribedBag(
            info.feature_count, info.token_weights, len(info.labels), params.dropout, params.hidden_size
        )
    (width,) = info.input_shape
    layers: list[nn.Module] = [StandardizeFeatures(width), nn.Dropout(params.dropout)]
    if params.hidden_size:
        layers += [nn.Linear(width, params.hidden_size), nn.GELU(), nn.Dropout(params.dropout)]
        width = params.hidden_size
    return nn.Sequential(*layers, nn.Linear(width, len(info.labels)))


def preprocess(params: MiniLMFrozenParams, train: Examples) -> Preprocessor:
    """Let the encoder read every text, once, and number the commonest n-grams."""
    if not params.vocabulary_size:
        return sentence_encoder.PREPROCESSOR.fit(train)
    return DescribedNgrams.fit(train, params.vocabulary_size, params.length)


# Without dropout and weight decay the last step is computed; those before it show how fast it learns.
SOLVED: dict[str, float] = {"batch_size": 32, "learning_rate": 5e-3, "weight_decay": 0.0, "dropout": 0.0}

MODEL = ModelSpec(
    name="minilm-frozen",
    title="Sentence encoder, frozen (MiniLM, English)",
    short="frozen MiniLM",
    summary="A language model of 22.7 million parameters that has read a billion sentence pairs describes each text; "
    "your examples only teach it what to conclude, from the description and from the words themselves. It knows "
    "English from the start.",
    choose_when="Your texts are English and you have hundreds of examples rather than hundreds of thousands.",
    paper="Wang et al., MiniLM, 2020; Reimers and Gurevych, Sentence-BERT, 2019",
    paper_url="https://arxiv.org/abs/2002.10957",
    tasks=("text-classification",),
    parameter_count=69_186,
    params=MiniLMFrozenParams,
    presets={
        "quick": {**SOLVED, "epochs": 5, "vocabulary_size": 100_000},
        "balanced": {**SOLVED, "epochs": 10, "vocabulary_size": 200_000, "length": 4_000},
        "best": {**SOLVED, "epochs": 20, "vocabulary_size": 500_000, "length": 8_000},
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    reading=lambda _params, texts: sentence_encoder.reading_of(
        texts, sentence_encoder.MOST_WINDOWS * (sentence_encoder.WINDOW - 2)
    ),
    check=lambda _params: sentence_encoder.check_weights(sentence_encoder.encoder_folder()),
    numbers="parts",
)
