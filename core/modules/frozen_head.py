"""A linear layer on frozen features, whose best weights can be computed."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.modules.linear_classifier import Block, LinearClassifier
from core.modules.standardize import StandardizeFeatures


class FrozenHead(LinearClassifier):
    """A linear classifier on standardised features; with dropout it walks to its weights.

    Its layers are called by their places, as they were before their weights were computed: older runs fit in.

    Args:
        features: Numbers that describe an example.
        outputs: Classes.
        dropout: Share of the features that are hidden at random while learning.

    Shapes:
        (N, features) -> (N, outputs)

    Source:
        Cox, The Regression Analysis of Binary Sequences, 1958.
    """

    def __init__(self, features: int, outputs: int, dropout: float = 0.0) -> None:
        super().__init__(outputs)
        self.features, self.hides = features, dropout > 0
        layers = (StandardizeFeatures(features), nn.Dropout(dropout), nn.Linear(features, outputs))
        for place, layer in enumerate(layers):
            self.add_module(str(place), layer)

    def forward(self, features: Tensor) -> Tensor:
        """Return the scores of each class, (N, outputs)."""
        said = features
        for layer in self.children():
            said = layer(said)
        return said

    def design(self, inputs: Tensor) -> tuple[Block, ...]:
        """Return standardised features of mean length 1, (N, F)."""
        return (cast(StandardizeFeatures, self.get_submodule("0")).measured(inputs.cpu()),)

    def put(self, weights: Sequence[NDArray[np.float64]], bias: NDArray[np.float64]) -> None:
        """Take the weights of all features, one array (F, K), and the bias, (K,)."""
        (of_features,), linear = weights, cast(nn.Linear, self.get_submodule("2"))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(of_features.T) / self.features**0.5)
            linear.bias.copy_(torch.from_numpy(bias))

    @property
    def is_exact(self) -> bool:
        """Whether no feature is hidden while it learns."""
        return not self.hides
