"""A text as the strongest of what short stretches of words have to say."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.modules.embedding import PADDING_ID, word_vectors


class TextConvolution(nn.Module):
    """Text CNN (convolutions over words), of several widths, with max pooling over the text.

    Args:
        vocabulary_size: How many different words are known, the padding (id 0) included.
        width: Numbers that describe one word.
        filters: Filters of each length (channels).
        lengths: How many words a pattern spans.
        dropout: Share of the words' numbers that is silenced while training.

    Shapes:
        (N, T) int64, padded with id 0 at the end -> (N, filters * len(lengths)), nothing negative; the padding changes
        nothing, and a text of nothing but padding gives zeros

    Source:
        Kim, Convolutional Neural Networks for Sentence Classification, 2014. https://arxiv.org/abs/1408.5882
    """

    def __init__(
        self, vocabulary_size: int, width: int, filters: int, lengths: Sequence[int], dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary_size, width)
        self.dropout = nn.Dropout(dropout)
        self.patterns = nn.ModuleList(nn.Conv1d(width, filters, length, padding=length // 2) for length in lengths)

    def forward(self, ids: Tensor) -> Tensor:
        """Return how strongly each pattern is there."""
        words = self.dropout(self.embedding(ids)).transpose(1, 2)  # (N, width, T)
        written = (ids != PADDING_ID)[:, None]  # (N, 1, T): only stretches around a word count
        found = [pattern(words)[..., : ids.shape[1]].relu() * written for pattern in self.patterns]
        return torch.cat([strength.amax(dim=2) for strength in found], dim=1)
