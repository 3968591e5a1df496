"""Logistic regression on pixels: the simplest thing that can learn from pictures."""

from typing import TYPE_CHECKING

from core.config import Params
from core.preprocessing import images
from core.specs import DataInfo, ModelSpec

if TYPE_CHECKING:
    from torch import nn


class LogisticRegressionParams(Params):
    """It has no settings of its own."""


def build(params: LogisticRegressionParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise, flatten, one linear layer."""
    from math import prod

    from torch import nn

    from core.modules.standardize import StandardizeImages

    del params
    return nn.Sequential(
        StandardizeImages(info.channel_mean, info.channel_std),
        nn.Flatten(),
        nn.Linear(prod(info.input_shape), len(info.labels)),
    )


MODEL = ModelSpec(
    name="logistic-regression",
    title="Logistic regression",
    summary="Weighs every pixel for and against each class. Learns in seconds, and its weights can be looked at.",
    choose_when="You want a first answer, or the bar that a real model has to clear.",
    paper="D. R. Cox, The Regression Analysis of Binary Sequences, 1958",
    paper_url="https://doi.org/10.1111/j.2517-6161.1958.tb00292.x",
    tasks=("image-classification",),
    parameter_count=650,
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
    preprocess=images.keep_bytes,
    build=build,
    augmentations=images.AUGMENTATIONS,
)
