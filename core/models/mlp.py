"""A multi-layer perceptron on pixels: the classic neural network."""

from typing import TYPE_CHECKING

from core.config import Params, setting
from core.preprocessing import images
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor

if TYPE_CHECKING:
    from torch import nn


class MlpParams(Params):
    """Size and caution of the network."""

    hidden_size: int = setting(
        128,
        label="Neurons in each layer",
        level="beginner",
        ge=4,
        le=4096,
        help="Higher: it can learn finer differences, takes longer, and learns small data by heart sooner.",
    )
    depth: int = setting(
        2,
        label="Hidden layers",
        ge=1,
        le=8,
        help="Higher: it can build ideas on ideas; beyond three, plain networks like this one seldom gain.",
    )
    dropout: float = setting(
        0.3,
        label="Dropout",
        ge=0.0,
        le=0.9,
        help="Higher: more neurons are silenced at random while learning, which stops learning by heart, but slows it.",
    )


def build(params: MlpParams, info: DataInfo) -> "nn.Module":
    """Compose: standardise, flatten, hidden layers with ReLU and dropout, one linear layer."""
    from math import prod

    from torch import nn

    from core.layers.standardize import StandardizeImages

    layers: list[nn.Module] = [StandardizeImages(info.channel_mean, info.channel_std), nn.Flatten()]
    width = prod(info.input_shape)
    for _ in range(params.depth):
        layers += [nn.Linear(width, params.hidden_size), nn.ReLU(), nn.Dropout(params.dropout)]
        width = params.hidden_size
    return nn.Sequential(*layers, nn.Linear(width, len(info.labels)))


def preprocess(params: MlpParams, train: Examples) -> Preprocessor:
    """Keep the pictures as bytes."""
    del params
    return images.PREPROCESSOR.fit(train)


MODEL = ModelSpec(
    name="mlp",
    title="Multi-layer perceptron",
    summary="The classic neural network: layers of neurons, each looking at everything. It does not know that "
    "neighbouring pixels belong together.",
    choose_when="Pictures are small and things always sit in the same place.",
    paper="Rumelhart, Hinton and Williams, Learning Representations by Back-Propagating Errors, 1986",
    paper_url="https://doi.org/10.1038/323533a0",
    tasks=("image-classification",),
    parameter_count=26_122,
    params=MlpParams,
    presets={
        "quick": {"epochs": 60, "batch_size": 32, "learning_rate": 2e-3},
        "balanced": {"epochs": 100, "batch_size": 32, "learning_rate": 1e-3, "hidden_size": 256},
        "best": {"epochs": 200, "batch_size": 32, "learning_rate": 1e-3, "hidden_size": 512, "dropout": 0.5},
    },
    preprocess=preprocess,
    build=build,
)
