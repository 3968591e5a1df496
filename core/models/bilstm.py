"""Two recurrent networks that read a text from both ends."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing.words import WordParams, number_words
from core.specs import DataInfo, ModelSpec

if TYPE_CHECKING:
    from torch import nn


class BiLstmParams(WordParams):
    """Size of the vocabulary and of the memory."""

    embedding_width: int = fields.word_width(64)
    width: int = fields.memory(64, "remembers more of a text", ge=2)
    depth: int = fields.depth(1, "Layers", " for each word, and slower.", le=4)
    dropout: float = fields.dropout(0.5, fields.DESCRIPTION_HIDDEN)


def build(params: BiLstmParams, info: DataInfo) -> "nn.Module":
    """Compose: what two readers remember, dropout, one linear layer."""
    from torch import nn

    from core.modules.bilstm import BidirectionalReader

    return nn.Sequential(
        BidirectionalReader(
            info.vocabulary_size, params.embedding_width, params.width, params.depth, params.dropout / 2
        ),
        nn.Dropout(params.dropout),
        nn.Linear(2 * params.width, len(info.labels)),
    )


MODEL = ModelSpec(
    name="bilstm",
    title="BiLSTM (recurrent network, both directions)",
    short="BiLSTM",
    summary="Reads each text word by word, once from each end, and keeps what seemed important on the way. It starts "
    "from nothing: no outside knowledge.",
    choose_when="The order of words matters over a whole sentence, in any language that puts spaces between words, and "
    "you have thousands of examples.",
    paper="Schuster and Paliwal, Bidirectional Recurrent Neural Networks, 1997",
    paper_url="https://doi.org/10.1109/78.650093",
    tasks=("text-classification",),
    parameter_count=349_059,
    params=BiLstmParams,
    times_adamw={"sgd": 150.0},
    presets={
        "quick": {"epochs": 8, "batch_size": 32, "learning_rate": 2e-3, "augment_token_dropout": 0.1},
        "balanced": {
            "epochs": 12,
            "batch_size": 64,
            "learning_rate": 2e-3,
            "vocabulary_size": 20_000,
            "embedding_width": 128,
            "width": 128,
            "augment_token_dropout": 0.1,
        },
        "best": {
            "epochs": 15,
            "batch_size": 64,
            "learning_rate": 1e-3,
            "vocabulary_size": 50_000,
            "length": 256,
            "embedding_width": 200,
            "width": 200,
            "depth": 2,
            "augment_token_dropout": 0.2,
        },
    },
    preprocess=number_words,
    build=build,
    augmentations=("augment_token_dropout",),
    numbers="words",
)
