"""A pretrained text encoder from a folder or the hub, fine-tuned on the examples."""

from typing import TYPE_CHECKING

from core.preprocessing import sentence_encoder
from core.preprocessing.word_pieces import WordPieces
from core.pretrained.hub import Note
from core.pretrained.source import check_source, fetch_source
from core.pretrained.text import EncoderParams, build_classifier, check_reader, load_encoder, read_texts, source_name
from core.specs import DataInfo, Examples, ModelSpec
from core.specs.config import setting

if TYPE_CHECKING:
    from torch import nn


class PretrainedTextParams(EncoderParams):
    """Settings: the encoder, its text length, and how much of it is trained."""

    source: str = setting(
        "",
        label="Pretrained model (a folder, or a name on the hub; empty is the installed one)",
        level="beginner",
        help="Another model knows other languages or more of the world; larger ones are more accurate and slower.",
    )


def preprocess(params: PretrainedTextParams, train: Examples) -> WordPieces:
    """Cut texts as the encoder does."""
    del train
    return read_texts(params, params.source)


def build(params: PretrainedTextParams, info: DataInfo) -> "nn.Module":
    """Compose: encoder, mean over the tokens, dropout, one linear layer."""
    return build_classifier(params, info)


def load_pretrained(params: PretrainedTextParams, module: "nn.Module") -> None:
    """Give the encoder what it knows."""
    load_encoder(params.source, module)


def check(params: PretrainedTextParams) -> None:
    """Make sure, without the network, that there can be such an encoder."""
    if params.source.strip():
        check_source(params.source, needs_tokenizer=True)
    else:
        sentence_encoder.check_weights(sentence_encoder.encoder_folder())


def fetch(params: PretrainedTextParams, note: Note) -> None:
    """Bring the encoder to this machine, if it is not there."""
    if params.source.strip():
        named = source_name(params.source)
        fetch_source(params.source, True, lambda folder: check_reader(folder, named), note)


MODEL = ModelSpec(
    name="pretrained-text",
    title="Pretrained text model (Hugging Face)",
    short="pretrained text model",
    summary="A model that others have trained on very many texts, from a folder or from the Hugging Face hub, taught "
    "by your examples what to conclude. Take one that knows your language or your subject.",
    choose_when="Your texts are not English, or you know of a model that was made for texts like yours.",
    paper="Devlin, Chang, Lee and Toutanova, BERT: Pre-training of Deep Bidirectional Transformers, 2018",
    paper_url="https://arxiv.org/abs/1810.04805",
    tasks=("text-classification",),
    parameter_count=22_566_531,
    params=PretrainedTextParams,
    presets={
        "quick": {"epochs": 3, "batch_size": 32, "learning_rate": 1e-3, "trained": "head", "length": 64},
        "balanced": {"epochs": 3, "batch_size": 32, "learning_rate": 5e-5},
        "best": {"epochs": 5, "batch_size": 16, "learning_rate": 3e-5},
    },
    preprocess=preprocess,
    build=build,
    pretrained=True,
    augmentations=("augment_token_dropout",),
    check=check,
    fetch=fetch,
    load_pretrained=load_pretrained,
)
