"""A recurrent network that reads a picture like a text: row by row, from top to bottom."""

from typing import TYPE_CHECKING

from core.config import Params, setting
from core.preprocessing import images
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor

if TYPE_CHECKING:
    from torch import nn


class RowLstmParams(Params):
    """Size of the network's memory."""

    width: int = setting(
        128,
        label="Size of the memory",
        level="beginner",
        ge=8,
        le=2048,
        help="Higher: remembers more of the rows above; doubling it takes about four times as long.",
    )
    depth: int = setting(
        3, label="Layers", ge=1, le=6, help="Higher: more steps of thought for each row, slower and harder to train."
    )
    dropout: float = setting(
        0.2,
        label="Dropout",
        ge=0.0,
        le=0.9,
        help="Higher: more of the memory is hidden at random while learning, which stops learning by heart.",
    )


def build(params: RowLstmParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise, LSTM layers over the rows, one linear layer."""
    from torch import nn

    from core.modules.row_lstm import RowReader
    from core.modules.standardize import StandardizeImages

    return nn.Sequential(
        StandardizeImages(info.channel_mean, info.channel_std),
        RowReader(info.input_shape, params.width, params.depth, params.dropout),
        nn.Linear(params.width, len(info.labels)),
    )


def preprocess(params: RowLstmParams, train: Examples) -> Preprocessor:
    """Keep the pictures as bytes."""
    del params
    return images.PREPROCESSOR.fit(train)


MODEL = ModelSpec(
    name="row-lstm",
    title="Recurrent network, row by row (LSTM)",
    summary="Reads a picture as one reads a page: one row after the other, with a memory of what stood above. It shows "
    "that memory alone can recognise pictures.",
    choose_when="You want to see how a recurrent network works on pictures; a convolutional one is better at them.",
    paper="Hochreiter and Schmidhuber, Long Short-Term Memory, 1997",
    paper_url="https://doi.org/10.1162/neco.1997.9.8.1735",
    tasks=("image-classification",),
    parameter_count=336_138,
    params=RowLstmParams,
    # Passes for small data sets; large ones end after 3 minutes, 15, or three quarters of an hour.
    presets={
        "quick": {
            "epochs": 20,
            "batch_size": 32,
            "learning_rate": 2e-3,
            "time_budget_min": 3,
        },
        "balanced": {
            "epochs": 60,
            "batch_size": 64,
            "learning_rate": 2e-3,
            "augment_crop": 0.08,
            "time_budget_min": 15,
        },
        "best": {
            "epochs": 100,
            "batch_size": 64,
            "learning_rate": 2e-3,
            "width": 256,
            "dropout": 0.4,
            "augment_crop": 0.1,
            "time_budget_min": 45,
        },
    },
    preprocess=preprocess,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
