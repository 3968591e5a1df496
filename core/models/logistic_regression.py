"""Logistic regression on pixels or on table columns: the simplest classifier."""

from typing import TYPE_CHECKING

import numpy as np

from core.preprocessing import columns, images
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import Params

if TYPE_CHECKING:
    from torch import nn

OF_TABLES = {"batch_size": 32, "weight_decay": 0.0}


class LogisticRegressionParams(Params):
    """It has no settings of its own."""


def build(params: LogisticRegressionParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise and flatten pictures, one linear layer."""
    from math import prod

    from torch import nn

    from core.modules.logistic_regression import ColumnClassifier
    from core.modules.standardize import StandardizeImages

    del params
    if len(info.input_shape) == 1:
        return ColumnClassifier(info.input_shape[0], len(info.labels))
    return nn.Sequential(
        StandardizeImages(info.channel_mean, info.channel_std),
        nn.Flatten(),
        nn.Linear(prod(info.input_shape), len(info.labels)),
    )


def preprocess(params: LogisticRegressionParams, train: Examples) -> Preprocessor:
    """Keep pictures as bytes; make a table's columns numbers of one size."""
    del params
    if isinstance(train.inputs, np.ndarray):
        return images.PREPROCESSOR.fit(train)
    return columns.PREPROCESSOR.fit(train)


MODEL = ModelSpec(
    name="logistic-regression",
    title="Logistic regression",
    short="logistic regression",
    summary="Weighs every pixel, or every column, for and against each class. Learns in seconds, and its weights can "
    "be looked at.",
    choose_when="You want a first answer, or the bar that a real model has to clear.",
    paper="D. R. Cox, The Regression Analysis of Binary Sequences, 1958",
    paper_url="https://doi.org/10.1111/j.2517-6161.1958.tb00292.x",
    tasks=("image-classification", "tabular-classification"),
    parameter_count=7_850,
    params=LogisticRegressionParams,
    # Passes for small data sets; large ones end after 3 minutes, 15, or three quarters of an hour.
    presets={
        "quick": {
            "epochs": 80,
            "batch_size": 32,
            "learning_rate": 5e-3,
            "time_budget_min": 3,
        },
        "balanced": {
            "epochs": 120,
            "batch_size": 32,
            "learning_rate": 3e-3,
            "time_budget_min": 15,
        },
        "best": {
            "epochs": 300,
            "batch_size": 32,
            "learning_rate": 2e-3,
            "time_budget_min": 45,
        },
    },
    presets_by_task={
        "tabular-classification": {
            # Weights have a price of their own here, chosen at the end.
            "quick": {**OF_TABLES, "epochs": 40, "learning_rate": 3e-2, "patience": 10},
            "balanced": {**OF_TABLES, "epochs": 100, "learning_rate": 2e-2, "patience": 25},
            "best": {**OF_TABLES, "epochs": 300, "learning_rate": 1e-2, "patience": 75},
        }
    },
    parameter_count_by_task={"tabular-classification": 120},
    preprocess=preprocess,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
