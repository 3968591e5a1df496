"""A text as the weighted sum of its tokens."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.modules.embedding import PADDING_ID
from core.modules.linear_classifier import Block, LinearClassifier

SHORTEST = 1e-3  # length by which a text is divided, at least


class WeightedBag(LinearClassifier):
    """A linear classifier on a text's tokens: logistic regression on TF-IDF of unit length.

    It begins with zeros, so that nothing is said before something is learnt.

    Args:
        weights: (V,) how much each token id counts, that of the padding (id 0) zero.
        outputs: Classes.

    Shapes:
        (N, T) int, id 0 is padding -> (N, outputs); a text of nothing but padding gives the bias

    Source:
        Joachims, Text Categorization with Support Vector Machines: Learning with Many Relevant Features, 1998.
    """

    def __init__(self, weights: Sequence[float], outputs: int) -> None:
        super().__init__(outputs)
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32))
        self.embedding = nn.Embedding(len(weights), outputs, padding_idx=PADDING_ID)
        nn.init.zeros_(self.embedding.weight)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores of each class, (N, outputs)."""
        counts: Tensor = self.get_buffer("weights")[ids]  # (N, T)
        length = counts.square().sum(1, keepdim=True).clamp(min=SHORTEST**2).sqrt()
        said: Tensor = self.embedding(ids) * counts[..., None]  # (N, T, outputs)
        return said.sum(1) / length + self.bias

    def design(self, inputs: Tensor) -> tuple[Block, ...]:
        """Return each token's weight in each text, sparse (N, V), rows of unit length."""
        from scipy.sparse import csr_matrix

        ids = inputs.cpu().numpy()
        row, column = np.nonzero(ids != PADDING_ID)
        token = ids[row, column].astype(np.int64)
        counts = self.get_buffer("weights").cpu().numpy()[token]
        length = np.sqrt(np.bincount(row, weights=counts.astype(np.float64) ** 2, minlength=len(ids)))
        shares = (counts / np.maximum(length, SHORTEST)[row]).astype(np.float32)
        return (csr_matrix((shares, (row, token)), shape=(len(ids), self.embedding.num_embeddings)),)

    def put(self, weights: Sequence[NDArray[np.float64]], bias: NDArray[np.float64]) -> None:
        """Take the weights of all tokens, one array (V, K), and the bias, (K,)."""
        (of_tokens,) = weights
        with torch.no_grad():
            self.embedding.weight.copy_(torch.from_numpy(of_tokens))
            self.embedding.weight[PADDING_ID].zero_()
            self.bias.copy_(torch.from_numpy(bias))
