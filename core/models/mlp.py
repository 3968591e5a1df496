"""A multi-layer perceptron on pixels or table columns."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import field_validator, model_validator

from core.errors import InvalidSetting
from core.preprocessing import columns, images
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import Params, PresetName, setting

if TYPE_CHECKING:
    from torch import nn

LARGEST_LAYER, MOST_LAYERS = 8192, 16

OF_TABLES: Mapping[PresetName, Mapping[str, Any]] = {
    "quick": {"epochs": 40, "batch_size": 32, "learning_rate": 2e-3, "hidden_sizes": "64-32", "dropout": 0.1},
    "balanced": {"epochs": 60, "batch_size": 32, "hidden_sizes": "256-128", "dropout": 0.3},
    "best": {"epochs": 120, "batch_size": 32, "weight_decay": 0.1},
}


class MlpParams(Params):
    """Size and caution of the network."""

    hidden_sizes: str = setting(
        "512-256",
        label="Hidden sizes (neurons of each layer, such as 512-256)",
        level="beginner",
        help="Higher numbers: it can learn finer differences, takes longer, and overfits small data sooner. "
        "More numbers: it can build ideas on ideas; beyond three layers, plain networks like this one seldom gain.",
    )
    dropout: float = setting(
        0.5,
        label="Dropout",
        ge=0.0,
        le=0.9,
        help="Higher: more neurons are silenced at random while training, which stops overfitting, but slows it.",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_older_settings(cls, values: Any) -> Any:
        """Read older settings with one layer size: `hidden_size` neurons and `depth` layers."""
        if not isinstance(values, dict) or not values.keys() & {"hidden_size", "depth"}:
            return values
        older = dict(values)
        size, depth = older.pop("hidden_size", 128), older.pop("depth", 2)
        return {"hidden_sizes": "-".join([str(size)] * int(depth)), "dropout": 0.3, **older}

    @field_validator("hidden_sizes", mode="before")
    @classmethod
    def _read_sizes(cls, value: Any) -> str:
        """Return the sizes with dashes between them, whatever stood there.

        Raises:
            InvalidSetting: They are no sizes, or too many, or too large.
        """
        sizes = [part for part in re.split(r"[\s,;-]+", str(value)) if part]
        known = all(part.isdecimal() and 1 <= int(part) <= LARGEST_LAYER for part in sizes)
        if not known or not 1 <= len(sizes) <= MOST_LAYERS:
            raise InvalidSetting(
                "hidden_sizes",
                f"must be 1 to {MOST_LAYERS} whole numbers from 1 to {LARGEST_LAYER} with dashes between them, "
                f"such as 512-256, not {value!r}.",
            )
        return "-".join(str(int(part)) for part in sizes)


def build(params: MlpParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise and flatten pictures, hidden layers with ReLU and dropout, one linear layer."""
    from math import prod

    from torch import nn

    from core.modules.regression_head import InUnitsOfTarget
    from core.modules.standardize import StandardizeImages

    of_table, of_number = len(info.input_shape) == 1, not info.labels
    layers: list[nn.Module] = []
    if not of_table:
        layers += [StandardizeImages(info.channel_mean, info.channel_std), nn.Flatten()]
    width = prod(info.input_shape)
    for size in map(int, params.hidden_sizes.split("-")):
        layers += [nn.Linear(width, size), nn.ReLU(), nn.Dropout(params.dropout)]
        width = size
    last = nn.Linear(width, 1 if of_number else len(info.labels))
    if not of_number:
        return nn.Sequential(*layers, last)
    nn.init.zeros_(last.weight)  # so that an untrained model answers the mean
    nn.init.zeros_(last.bias)
    return nn.Sequential(*layers, last, InUnitsOfTarget.of(info))


def preprocess(params: MlpParams, train: Examples) -> Preprocessor:
    """Keep pictures as bytes; make a table's columns numbers of one size."""
    if isinstance(train.inputs, np.ndarray):
        return images.keep_bytes(params, train)
    return columns.PREPROCESSOR.fit(train)


MODEL = ModelSpec(
    name="mlp",
    title="MLP (multi-layer perceptron)",
    short="MLP",
    summary="The classic neural network: layers of neurons, each looking at everything. Of images it does not know "
    "that neighbouring pixels belong together; of tables it finds what a weighted sum cannot say.",
    choose_when="Images are small and things always sit in the same place; or a table has some hundred rows and the "
    "linear model leaves something unexplained.",
    paper="Rumelhart, Hinton and Williams, Learning Representations by Back-Propagating Errors, 1986",
    paper_url="https://doi.org/10.1038/323533a0",
    tasks=("image-classification", "tabular-classification", "tabular-regression"),
    parameter_count=535_818,
    params=MlpParams,
    # Passes for small data sets; large ones end after 3 minutes, 15, or three quarters of an hour.
    presets={
        "quick": {
            "epochs": 40,
            "batch_size": 32,
            "learning_rate": 1e-3,
            "time_budget_min": 3,
        },
        "balanced": {
            "epochs": 100,
            "batch_size": 32,
            "learning_rate": 1e-3,
            "time_budget_min": 15,
        },
        "best": {
            "epochs": 200,
            "batch_size": 32,
            "learning_rate": 1e-3,
            "hidden_sizes": "1024-512",
            "augment_crop": 0.05,
            "time_budget_min": 45,
        },
    },
    presets_by_task={"tabular-classification": OF_TABLES, "tabular-regression": OF_TABLES},
    parameter_count_by_task={"tabular-classification": 3_781, "tabular-regression": 4_097},
    preprocess=preprocess,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
