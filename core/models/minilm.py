"""The installed sentence encoder, which itself learns from the examples: MiniLM, fine-tuned."""

from typing import TYPE_CHECKING

from core.preprocessing import sentence_encoder
from core.preprocessing.word_pieces import WordPieces
from core.pretrained.text import EncoderParams, build_classifier, load_encoder, read_texts
from core.specs import DataInfo, Examples, ModelSpec

if TYPE_CHECKING:
    from torch import nn


class MiniLMParams(EncoderParams):
    """How much of a text is read, and how much of the encoder learns."""


def preprocess(params: MiniLMParams, train: Examples) -> WordPieces:
    """Cut texts as the encoder does."""
    del train
    return read_texts(params, "")


def build(params: MiniLMParams, info: DataInfo) -> "nn.Module":
    """Compose: encoder, mean over the tokens, dropout, one linear layer."""
    return build_classifier(params, info)


def load_pretrained(params: MiniLMParams, module: "nn.Module") -> None:
    """Give the encoder what it knows."""
    del params
    load_encoder("", module)


MODEL = ModelSpec(
    name="minilm",
    title="Sentence encoder, fine-tuned (MiniLM, English)",
    short="fine-tuned MiniLM",
    summary="A language model of 22.6 million parameters that has read a billion sentence pairs, and now learns from "
    "your examples all the way through. The most accurate model of English here; it takes minutes, not seconds.",
    choose_when="Your texts are English, you have some thousands of examples, and every percent counts.",
    paper="Wang et al., MiniLM, 2020; Reimers and Gurevych, Sentence-BERT, 2019",
    paper_url="https://arxiv.org/abs/2002.10957",
    tasks=("text-classification",),
    parameter_count=22_566_531,
    params=MiniLMParams,
    presets={
        "quick": {"epochs": 1, "batch_size": 32, "learning_rate": 1e-4, "length": 64},
        "balanced": {"epochs": 2, "batch_size": 32, "learning_rate": 1e-4},
        "best": {
            "epochs": 3,
            "batch_size": 32,
            "learning_rate": 1e-4,
            "label_smoothing": 0.1,
            "encoder_dropout": 0.2,
        },
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    augmentations=("augment_token_dropout",),
    reading=lambda params, texts: sentence_encoder.reading_of(texts, params.length - 2),
    check=lambda _params: sentence_encoder.check_weights(sentence_encoder.encoder_folder()),
    load_pretrained=load_pretrained,
    reads_capitals=False,
    times_adamw={"sgd": 300.0, "muon": 10.0},  # AdamW's is as small as what was learnt before has to be kept
)
