"""A text as the average of its words, or as their sum, tempered."""

import torch
from torch import Tensor, nn

from core.modules.embedding import PADDING_ID, word_vectors

SMALL = 0.2  # of the usual vectors' size


class BagOfEmbeddings(nn.Module):
    """The mean of the learnt vectors of a text's words; their order is ignored.

    The mean drowns the few words that decide in a long text. Divided by the root of their number instead, texts of any
    length have vectors of one size, as those of TF-IDF have.

    Args:
        vocabulary_size: How many different words are known, the padding (id 0) included.
        width: Numbers that describe one word.
        tempered: Divide the sum by the root of the number of words instead of by their number, and begin with vectors
            so small that what a word means comes from the examples alone.

    Shapes:
        (N, T) int64, id 0 is padding -> (N, width); a text of nothing but padding gives zeros

    Source:
        Joulin, Grave, Bojanowski and Mikolov, Bag of Tricks for Efficient Text Classification, 2016.
        https://arxiv.org/abs/1607.01759
    """

    def __init__(self, vocabulary_size: int, width: int, *, tempered: bool = False) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary_size, width)
        self.tempered = tempered
        if tempered:
            with torch.no_grad():
                self.embedding.weight *= SMALL

    def forward(self, ids: Tensor) -> Tensor:
        """Return one vector a text."""
        word_count = (ids != PADDING_ID).sum(dim=1, keepdim=True).clamp(min=1)  # (N, 1)
        vectors: Tensor = self.embedding(ids)  # (N, T, width); the padding's is zero and stays zero
        return vectors.sum(dim=1) / (word_count.sqrt() if self.tempered else word_count)
