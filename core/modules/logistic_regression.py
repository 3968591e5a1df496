"""A linear classifier on the columns of a table."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.modules.linear_classifier import Block, LinearClassifier


class ColumnClassifier(LinearClassifier):
    """Logistic regression on features, initialised with zeros.

    Shapes:
        (N, features) -> (N, outputs)

    Source:
        Cox, The Regression Analysis of Binary Sequences, 1958.
    """

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__(outputs)
        self.linear = nn.Linear(features, outputs)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Return the scores of each class, (N, outputs)."""
        scores: Tensor = self.linear(features)
        return scores

    def design(self, inputs: Tensor) -> tuple[Block, ...]:
        """Return the features as they are, (N, F)."""
        return (inputs.cpu().numpy(),)

    def put(self, weights: Sequence[NDArray[np.float64]], bias: NDArray[np.float64]) -> None:
        """Take the weights of all features, one array (F, K), and the bias, (K,)."""
        (of_features,) = weights
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(of_features.T))
            self.linear.bias.copy_(torch.from_numpy(bias))
