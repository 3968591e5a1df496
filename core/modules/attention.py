"""Causal self-attention: every position looks at itself and at what came before."""

from torch import Tensor, nn
from torch.nn import functional as F


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
        batch, length, width = x.shape
        joint = self.query_key_value(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = joint.permute(2, 0, 3, 1, 4)  # each (B, H, T, D)
        dropout = self.dropout if self.training else 0.0
        seen = F.scaled_dot_product_attention(query, key, value, dropout_p=dropout, is_causal=True)
        seen = seen.transpose(1, 2).reshape(batch, length, width)
        gathered: Tensor = self.output_dropout(self.output(seen))
        return gathered
