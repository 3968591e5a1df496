"""Learnt word embeddings; the padding id is always zero."""

import torch
from torch import Tensor, nn

PADDING_ID = 0


def word_vectors(vocabulary_size: int, width: int) -> nn.Embedding:
    """Return fresh vectors (vocabulary_size, width), those of the padding zero.

    Args:
        vocabulary_size: How many different ids there are, the padding (id 0) included.
        width: Numbers that describe one word.
    """
    vectors = nn.Embedding(vocabulary_size, width, padding_idx=PADDING_ID)
    nn.init.normal_(vectors.weight, std=0.1)
    with torch.no_grad():
        vectors.weight[PADDING_ID].zero_()
    return vectors


def word_counts(ids: Tensor) -> Tensor:
    """Return each text's length up to its last word, (N,), without padding.

    Words that were hidden on the way count.

    Args:
        ids: (N, T), padded at the end.
    """
    places = torch.arange(1, ids.shape[1] + 1, device=ids.device)
    return ((ids != PADDING_ID) * places).amax(dim=1)
