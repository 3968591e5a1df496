"""Causal self-attention: every position looks at itself and at what came before."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

KeyValue = tuple[Tensor, Tensor]  # of one layer, each (B, H, T, D)


class CausalSelfAttention(nn.Module):
    """Several attention heads side by side, each looking back only.

    Args:
        width: Numbers that describe one position; a multiple of `heads`.
        heads: How many places each position can look at at once.
        dropout: Share of the attention and of the result that is silenced while training.

    Shapes:
        (B, T, width) -> (B, T, width). Inside, heads stand apart as (B, H, T, D) with D = width / H.

    Raises:
        ValueError: `width` is not a multiple of `heads`.

    Source:
        Vaswani et al., Attention Is All You Need, 2017. https://arxiv.org/abs/1706.03762
    """

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"the width ({width}) must be a multiple of the heads ({heads})")
        self.heads = heads
        self.dropout = dropout
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.output_dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return what each position gathered from those before it."""
        query, key, value = self._heads(x)
        dropout = self.dropout if self.training else 0.0
        return self._joined(F.scaled_dot_product_attention(query, key, value, dropout_p=dropout, is_causal=True))

    def advance(self, x: Tensor, past: KeyValue | None) -> tuple[Tensor, KeyValue]:
        """Return the attention of new positions over past and present, and the longer past.

        Args:
            x: The new positions, (B, T, width): all there are, or one after a past.
            past: Keys and values of what came before, each (B, H, P, D); None at the beginning.
        """
        query, key, value = self._heads(x)
        if past is not None:
            key, value = torch.cat((past[0], key), 2), torch.cat((past[1], value), 2)
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        return self._joined(seen), (key, value)

    def advance_rows(self, x: Tensor, past: KeyValue, lengths: Tensor, seen: Tensor) -> Tensor:
        """Return the attention of each row's new position over its own past.

        Args:
            x: The new positions, (B, 1, width).
            past: Keys and values of rows, each (R, H, C, D) with R >= B; written at `lengths`.
            lengths: How many positions each row has already, (B,).
            seen: Which positions each row looks at, (B, 1, 1, T).
        """
        query, key, value = self._heads(x)
        rows, most = torch.arange(len(x), device=x.device), seen.shape[-1]
        past[0][rows, :, lengths], past[1][rows, :, lengths] = key[:, :, 0], value[:, :, 0]
        keys, values = past[0][: len(x), :, :most], past[1][: len(x), :, :most]
        return self._joined(F.scaled_dot_product_attention(query, keys, values, attn_mask=seen))

    def _heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return query, key and value, each (B, H, T, D)."""
        batch, length, width = x.shape
        joint = self.query_key_value(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = joint.permute(2, 0, 3, 1, 4)
        return query, key, value

    def _joined(self, seen: Tensor) -> Tensor:
        """Return the heads' (B, H, T, D) as (B, T, width)."""
        gathered: Tensor = self.output_dropout(self.output(seen.transpose(1, 2).flatten(2)))
        return gathered
