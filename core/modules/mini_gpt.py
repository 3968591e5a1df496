"""The transformer that writes: GPT-2's blocks, at any size."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.modules.attention import CausalSelfAttention, KeyValue
from core.modules.text_rows import MOST_ROWS

MOST_BYTES = 256 * 2**20  # of the key-value caches of texts written together


class TransformerBlock(nn.Module):
    """Attention and a feed-forward network, each with a residual connection (pre-norm, as in GPT-2).

    Args:
        width: Numbers that describe one position.
        heads: Attention heads.
        dropout: Share silenced while training.

    Shapes:
        (B, T, width) -> (B, T, width)

    Source:
        Radford et al., Language Models are Unsupervised Multitask Learners, 2019.
        https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf
    """

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = CausalSelfAttention(width, heads, dropout)
        self.network_norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return the positions, each a little better understood."""
        return self._considered(x + self.attention(self.attention_norm(x)))

    def advance(self, x: Tensor, past: KeyValue | None) -> tuple[Tensor, KeyValue]:
        """Return new positions after a past, and the longer past; see `CausalSelfAttention.advance`."""
        gathered, past = self.attention.advance(self.attention_norm(x), past)
        return self._considered(x + gathered), past

    def advance_rows(self, x: Tensor, past: KeyValue, lengths: Tensor, seen: Tensor) -> Tensor:
        """Return one new position of each row; see `CausalSelfAttention.advance_rows`."""
        return self._considered(x + self.attention.advance_rows(self.attention_norm(x), past, lengths, seen))

    def _considered(self, x: Tensor) -> Tensor:
        hidden = F.gelu(self.expand(self.network_norm(x)), approximate="tanh")  # (B, T, 4 * width)
        considered: Tensor = self.dropout(self.contract(hidden))
        return x + considered


class CausalTransformer(nn.Module):
    """A GPT-2 style language model: predicts the next id at every position.

    The vectors that stand for ids at the input also score them at the output (weight tying), which saves
    parameters and helps small models.

    Args:
        vocabulary_size: How many different ids there are.
        context: How many ids it can look back on; also the attribute by which others know it.
        width: Numbers that describe one position.
        depth: Blocks on top of each other.
        heads: Attention heads a block.
        dropout: Share silenced while training.

    Shapes:
        (B, T) int64 with T <= context -> (B, T, vocabulary_size) logits

    Source:
        Radford et al., 2019 (see TransformerBlock); tying: Press and Wolf, Using the Output Embedding to
        Improve Language Models, 2016. https://arxiv.org/abs/1608.05859
    """

    def __init__(
        self, vocabulary_size: int, context: int, *, width: int, depth: int, heads: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.context = context
        self.tokens = nn.Embedding(vocabulary_size, width)
        self.positions = nn.Embedding(context, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self._initialise(depth)

    def _initialise(self, depth: int) -> None:
        """Initialise as GPT-2 does: small normal weights, smaller before residual additions."""
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2:
                continue
            adds_to_residual = name.endswith(("attention.output.weight", "contract.weight"))
            nn.init.normal_(parameter, std=0.02 / (2 * depth) ** 0.5 if adds_to_residual else 0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of the id that follows each position."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.dropout(self.tokens(ids) + self.positions(places))
        return F.linear(self.norm(self.blocks(x)), self.tokens.weight)

    def advance(self, ids: Tensor, state: list[KeyValue] | None) -> tuple[Tensor, list[KeyValue]]:
        """Return logits of new ids, and the longer key-value cache.

        Args:
            ids: (1, T) int64: a whole beginning, or one id after a past; with the past at most `context`.
            state: Keys and values of each block; None at the beginning.
        """
        read = state[0][0].shape[2] if state else 0
        places = torch.arange(read, read + ids.shape[1], device=ids.device)
        x, longer = self.tokens(ids) + self.positions(places), list[KeyValue]()
        for index, block in enumerate(self.blocks):
            assert isinstance(block, TransformerBlock)
            x, past = block.advance(x, state[index] if state else None)
            longer.append(past)
        return F.linear(self.norm(x), self.tokens.weight), longer

    def rows(self) -> "TransformerRows":
        """Return what keeps the key-value caches of several texts."""
        return TransformerRows(self)


class TransformerRows:
    """Key-value caches of several texts, one a row.

    Args:
        module: Whose they are.
    """

    def __init__(self, module: CausalTransformer) -> None:
        self._module, self._blocks = module, cast(list[TransformerBlock], list(module.blocks))
        first = self._blocks[0].attention
        width = module.tokens.embedding_dim
        self._shape = first.heads, module.context, width // first.heads
        row_bytes = 2 * len(self._blocks) * module.context * width * module.tokens.weight.element_size()
        self.most = max(1, min(MOST_ROWS, MOST_BYTES // row_bytes))
        self._past: list[KeyValue] = [self._empty(0) for _ in self._blocks]
        self._lengths = torch.zeros(self.most, dtype=torch.int64, device=module.tokens.weight.device)

    def _empty(self, rows: int) -> KeyValue:
        like = self._module.tokens.weight
        return like.new_zeros(rows, *self._shape), like.new_zeros(rows, *self._shape)

    def read(self, row: int, ids: list[int]) -> None:
        """Begin a row anew with these ids, which may be none."""
        if row >= len(self._past[0][0]):
            more = self._empty(min(max(len(self._past[0][0]), 1), self.most))
            self._past = [(torch.cat((key, more[0])), torch.cat((value, more[1]))) for key, value in self._past]
        self._lengths[row] = len(ids)
        if ids:
            _, state = self._module.advance(torch.tensor([ids], device=self._lengths.device), None)
            for (keys, values), (key, value) in zip(self._past, state, strict=True):
                keys[row, :, : len(ids)], values[row, :, : len(ids)] = key[0], value[0]

    def move(self, source: int, to: int) -> None:
        """Put a row in another's place."""
        for both in self._past:
            for kept in both:
                kept[to] = kept[source]
        self._lengths[to] = self._lengths[source]

    def advance(self, ids: Tensor) -> Tensor:
        """Return logits, (B, V), of one new id of each row, (B,)."""
        lengths = self._lengths[: len(ids)]
        places = torch.arange(int(lengths.max()) + 1, device=ids.device)
        seen = (places <= lengths[:, None])[:, None, None]  # (B, 1, 1, T)
        x = (self._module.tokens(ids) + self._module.positions(lengths))[:, None]
        for block, past in zip(self._blocks, self._past, strict=True):
            x = block.advance_rows(x, past, lengths, seen)
        lengths += 1
        return F.linear(self._module.norm(x[:, 0]), self._module.tokens.weight)
