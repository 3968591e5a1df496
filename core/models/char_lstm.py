"""A recurrent network that reads and writes one character, or piece of text, after the other."""

from typing import TYPE_CHECKING, Literal

from core.config import Params, setting
from core.preprocessing import byte_pairs, characters
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor

if TYPE_CHECKING:
    from torch import nn


class CharLstmParams(Params):
    """Size of the network's memory."""

    tokenizer: Literal["characters", "byte-pairs"] = setting(
        "characters",
        label="What it reads and writes",
        help="Characters are simple and exact. Byte pairs join what often stands together, such as 'the', into one "
        "piece: it sees further back and learns a long text faster.",
    )
    vocabulary_size: int = setting(
        0,
        label="Pieces to know (byte pairs only; 0 fits the script)",
        ge=0,
        le=50_000,
        help="Higher: longer pieces, each of which must be in the text often enough to be learnt. 0 takes about 1,000 "
        "for an alphabet and 4,000 for scripts of thousands of characters, such as Chinese.",
    )
    context: int = setting(
        64,
        label="Characters (or pieces) in one training window",
        ge=4,
        le=2_048,
        help="Higher: it can learn from what was further back; each step takes longer.",
    )
    width: int = setting(
        256,
        label="Size of the memory",
        level="beginner",
        ge=8,
        le=4_096,
        help="Higher: remembers and knows more; doubling it takes about four times as long.",
    )
    depth: int = setting(
        1, label="Layers", ge=1, le=4, help="Higher: more steps of thought for each character, and slower."
    )
    dropout: float = setting(
        0.0,
        label="Dropout",
        ge=0.0,
        le=0.9,
        help="Higher: less learning by heart; only useful in long runs on small texts.",
    )


def build(params: CharLstmParams, info: DataInfo) -> "nn.Module":
    """Compose: character vectors, LSTM layers, one linear layer."""
    from core.layers.recurrent import RecurrentLanguageModel

    return RecurrentLanguageModel(
        info.vocabulary_size,
        info.input_shape[0],
        embedding_width=max(params.width // 4, 16),
        width=params.width,
        depth=params.depth,
        dropout=params.dropout,
    )


def preprocess(params: CharLstmParams, train: Examples) -> Preprocessor:
    """Number the characters, or pieces of text."""
    if params.tokenizer == "byte-pairs":
        return byte_pairs.PREPROCESSOR.fit(train, vocabulary_size=params.vocabulary_size, context=params.context)
    return characters.PREPROCESSOR.fit(train, context=params.context)


MODEL = ModelSpec(
    name="char-lstm",
    title="Recurrent network (LSTM)",
    summary="Reads one character after the other and keeps a memory of what it read: how text was generated before "
    "transformers. Learns fast on a processor.",
    choose_when="You have little text and no GPU, and want the most from a few minutes.",
    paper="Hochreiter and Schmidhuber, Long Short-Term Memory, 1997",
    paper_url="https://doi.org/10.1162/neco.1997.9.8.1735",
    tasks=("text-generation",),
    parameter_count=363_112,
    params=CharLstmParams,
    presets={
        "quick": {"epochs": 8, "batch_size": 32, "learning_rate": 5e-3},
        "balanced": {"epochs": 20, "batch_size": 32, "learning_rate": 4e-3, "context": 128, "width": 384},
        "best": {
            "epochs": 30,
            "batch_size": 32,
            "learning_rate": 3e-3,
            "context": 128,
            "width": 512,
            "depth": 2,
            "dropout": 0.2,
        },
    },
    preprocess=preprocess,
    build=build,
)
