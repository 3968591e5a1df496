"""A text as what its tokens say together, each weighted by how much it counts."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.layers.word_vectors import PADDING_ID


class WeightedBag(nn.Module):
    """A linear classifier on the tokens that a text holds: logistic regression on TF-IDF of unit length.

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
        super().__init__()
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32))
        self.embedding = nn.Embedding(len(weights), outputs, padding_idx=PADDING_ID)
        nn.init.zeros_(self.embedding.weight)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores of each class, (N, outputs)."""
        counts: Tensor = self.get_buffer("weights")[ids]  # (N, T)
        length = counts.square().sum(1, keepdim=True).clamp(min=1e-6).sqrt()
        said: Tensor = self.embedding(ids) * counts[..., None]  # (N, T, outputs)
        return said.sum(1) / length + self.bias
