"""A text transformer: every word attends to all others."""

import torch
from torch import Tensor, nn

from core.modules.embedding import PADDING_ID, word_vectors


class TextTransformer(nn.Module):
    """Transformer blocks over a text's words, with their outputs averaged.

    A learnt vector stands before the first word, as in BERT, so that a text without any word can be read too.

    Args:
        vocabulary_size: How many different words are known, the padding (id 0) included.
        longest: Words of the longest text.
        width: Numbers that describe one word; a multiple of `heads`.
        depth: Blocks on top of each other.
        heads: Attention heads a block.
        dropout: Share silenced while training.

    Shapes:
        (N, T) int64 with T <= longest, padded with id 0 at the end -> (N, width); the padding changes nothing

    Source:
        Vaswani et al., Attention Is All You Need, 2017. https://arxiv.org/abs/1706.03762; norms first: Xiong et al.,
        On Layer Normalization in the Transformer Architecture, 2020. https://arxiv.org/abs/2002.04745
    """

    def __init__(
        self, vocabulary_size: int, longest: int, *, width: int, depth: int, heads: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary_size, width)
        self.start = nn.Parameter(torch.empty(1, 1, width))
        self.places = nn.Parameter(torch.empty(1, longest, width))
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, 4 * width, dropout, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width)
        for parameter in (self.start, self.places):
            nn.init.normal_(parameter, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """Return what was understood of each text."""
        words = self.embedding(ids) + self.places[:, : ids.shape[1]]  # (N, T, width)
        x = self.dropout(torch.cat((self.start.expand(len(ids), -1, -1), words), dim=1))  # (N, 1 + T, width)
        unseen = torch.cat((torch.zeros_like(ids[:, :1], dtype=torch.bool), ids == PADDING_ID), dim=1)
        for block in self.blocks:
            x = block(x, src_key_padding_mask=unseen)
        understood: Tensor = self.norm(x).masked_fill(unseen[..., None], 0.0).sum(dim=1)
        return understood / (~unseen).sum(dim=1, keepdim=True)
