"""Shared parts of linear classifiers, whose best weights can be computed directly."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

Block = Any  # features (N, F): a float32 array, or a scipy.sparse.csr_matrix of float32


class LinearClassifier(nn.Module, ABC):
    """A linear classifier with bias: softmax regression, whose loss has one minimum.

    Source:
        Cox, The Regression Analysis of Binary Sequences, 1958.
    """

    caution = 0.0  # standard errors that it may be less often right in cross-validation, for the sake of small weights

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs

    @abstractmethod
    def design(self, inputs: Tensor) -> tuple[Block, ...]:
        """Return the features of all training examples, in blocks.

        What is measured on them, such as means, is kept.

        Args:
            inputs: (N, ...) as `forward` takes them.
        """

    @abstractmethod
    def put(self, weights: Sequence[NDArray[np.float64]], bias: NDArray[np.float64]) -> None:
        """Take the weights of each block, (F, K), and the bias, (K,)."""

    @property
    def is_exact(self) -> bool:
        """Whether it is truly linear with a single minimum, without dropout."""
        return True
