"""A function that says the next id, as a module that writes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

SMALLEST = 1e-30  # a probability whose logarithm is still a number


class NextCharacter(nn.Module):
    """A module around a function that gives next-id probabilities; nothing is learnt.

    Args:
        probabilities: (T,) ids -> (V,) probabilities of the one that follows.
        context: How many ids it may look at.

    Shapes:
        (1, T) int64 -> (1, 1, V) logits of what follows the last id
    """

    def __init__(self, probabilities: Callable[[NDArray[np.int64]], NDArray[Any]], context: int) -> None:
        super().__init__()
        self.context, self._probabilities = context, probabilities

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of the id that follows the last."""
        likely = self._probabilities(ids[0].cpu().numpy())
        return torch.from_numpy(np.log(np.maximum(likely, SMALLEST))).float()[None, None]
