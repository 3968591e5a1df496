"""A recurrent network that reads an image row by row, top to bottom."""

from typing import TYPE_CHECKING

from core.models import setting_fields as fields
from core.preprocessing import images
from core.specs import DataInfo, ModelSpec
from core.specs.config import Params

if TYPE_CHECKING:
    from torch import nn


class RowLstmParams(Params):
    """Size of the network's memory."""

    width: int = fields.memory(128, "remembers more of the rows above")
    depth: int = fields.depth(3, "Layers", " for each row, slower and harder to train.", le=6)
    dropout: float = fields.dropout(0.2, hidden="the memory is hidden")


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


MODEL = ModelSpec(
    name="row-lstm",
    title="LSTM, row by row (recurrent network)",
    short="row by row LSTM",
    summary="Reads an image as one reads a page: one row after the other, with a memory of what stood above. It shows "
    "that memory alone can recognise images.",
    choose_when="You want to see how a recurrent network works on images; a convolutional one is better at them.",
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
    preprocess=images.keep_bytes,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
