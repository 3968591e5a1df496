"""A recurrent language model over characters or text pieces."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing.tokenization import PieceParams, number_pieces
from core.specs import DataInfo, ModelSpec

if TYPE_CHECKING:
    from torch import nn


class CharLstmParams(PieceParams):
    """Size of the network's memory."""

    width: int = fields.memory(256, "remembers and knows more", le=4_096)
    depth: int = fields.depth(1, "Layers", " for each character, and slower.", le=4)
    dropout: float = fields.dropout(0.0, fields.LONG_RUNS_ONLY)


def build(params: CharLstmParams, info: DataInfo) -> "nn.Module":
    """Compose: character vectors, LSTM layers, one linear layer."""
    from core.modules.char_lstm import RecurrentLanguageModel

    return RecurrentLanguageModel(
        info.vocabulary_size,
        info.input_shape[0],
        embedding_width=max(params.width // 4, 16),
        width=params.width,
        depth=params.depth,
        dropout=params.dropout,
    )


MODEL = ModelSpec(
    name="char-lstm",
    title="LSTM (recurrent network)",
    short="LSTM",
    summary="Reads one character after the other and keeps a memory of what it read: how text was generated before "
    "transformers. Learns fast on a processor.",
    choose_when="You have little text and no GPU, and want the most from a few minutes.",
    paper="Hochreiter and Schmidhuber, Long Short-Term Memory, 1997",
    paper_url="https://doi.org/10.1162/neco.1997.9.8.1735",
    tasks=("text-generation",),
    parameter_count=363_112,
    params=CharLstmParams,
    times_adamw={"sgd": 100.0},
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
    preprocess=number_pieces,
    build=build,
)
