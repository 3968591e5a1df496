"""A text as the average of its words."""

from torch import Tensor, nn

from core.layers.word_vectors import PADDING_ID, word_vectors


class BagOfEmbeddings(nn.Module):
    """The mean of the learnt vectors of a text's words; their order is ignored.

    Args:
        vocabulary_size: How many different words are known, the padding (id 0) included.
        width: Numbers that describe one word.

    Shapes:
        (N, T) int64, id 0 is padding -> (N, width); a text of nothing but padding gives zeros

    Source:
        Joulin, Grave, Bojanowski and Mikolov, Bag of Tricks for Efficient Text Classification, 2016.
        https://arxiv.org/abs/1607.01759
    """

    def __init__(self, vocabulary_size: int, width: int) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary_size, width)

    def forward(self, ids: Tensor) -> Tensor:
        """Return one vector a text."""
        word_count = (ids != PADDING_ID).sum(dim=1, keepdim=True).clamp(min=1)  # (N, 1)
        vectors: Tensor = self.embedding(ids)  # (N, T, width); the padding's is zero and stays zero
        return vectors.sum(dim=1) / word_count
