"""A text as what two readers remember, one from each end."""

import torch
from torch import Tensor, nn

from core.modules.embedding import word_counts, word_vectors


class BidirectionalReader(nn.Module):
    """Bidirectional LSTM layers with max pooling over the words.

    Args:
        vocabulary_size: How many different words are known, the padding (id 0) included.
        embedding_width: Numbers that describe one word.
        width: Numbers in the memory of each reader.
        depth: Layers on top of each other.
        dropout: Share of the words' numbers, and of those between layers, that is silenced while training.

    Shapes:
        (N, T) int64, padded with id 0 at the end -> (N, 2 * width); the padding changes nothing

    Source:
        Schuster and Paliwal, Bidirectional Recurrent Neural Networks, 1997; Hochreiter and Schmidhuber, Long Short-Term
        Memory, 1997; the maximum: Conneau et al., Supervised Learning of Universal Sentence Representations, 2017.
        https://arxiv.org/abs/1705.02364
    """

    def __init__(
        self, vocabulary_size: int, embedding_width: int, width: int, depth: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary_size, embedding_width)
        self.dropout = nn.Dropout(dropout)
        widths = [embedding_width] + [2 * width] * (depth - 1)
        self.forwards = nn.ModuleList(nn.LSTM(size, width, batch_first=True) for size in widths)
        self.backwards = nn.ModuleList(nn.LSTM(size, width, batch_first=True) for size in widths)
        for name, parameter in self.named_parameters():
            if "bias_ih" in name:
                nn.init.constant_(parameter[width : 2 * width], 1.0)  # forget gates open: a fresh network remembers

    def forward(self, ids: Tensor) -> Tensor:
        """Return what is remembered of each text."""
        count = word_counts(ids).clamp(min=1)[:, None]  # (N, 1)
        places = torch.arange(ids.shape[1], device=ids.device)[None]  # (1, T)
        written = places < count  # (N, T)
        turned = torch.where(written, count - 1 - places, places)[..., None]  # (N, T, 1): the words from last to first
        seen: Tensor = self.embedding(ids)
        for there, back in zip(self.forwards, self.backwards, strict=True):
            seen = self.dropout(seen)
            ahead, _ = there(seen)
            behind, _ = back(seen.gather(1, turned.expand_as(seen)))
            seen = torch.cat((ahead, behind.gather(1, turned.expand_as(behind))), dim=2)  # (N, T, 2 * width)
        return seen.masked_fill(~written[..., None], float("-inf")).amax(dim=1)
