"""A pretrained text encoder with a small head, as one module."""

from typing import Any, cast

import torch
from torch import Tensor, nn

PORTION = 64  # texts measured at once: those of like length stay together, so that little of it is padding


class TextClassifier(nn.Module):
    """A text classifier: pretrained encoder, mean over its token features, and head.

    Args:
        encoder: Any encoder of `transformers`: answers with `last_hidden_state` (B, T, width).
        width: Numbers that describe a token.
        classes: Possible answers.
        padding_id: The id that stands for nothing.
        dropout: Share of a text's description that is hidden while training.

    Shapes:
        (B, T) integers, padded at the end -> (B, classes)

    Source:
        Reimers and Gurevych, Sentence-BERT, 2019 (mean pooling). https://arxiv.org/abs/1908.10084
    """

    def __init__(self, encoder: nn.Module, width: int, classes: int, padding_id: int, dropout: float) -> None:
        super().__init__()
        self.backbone = encoder
        self.padding_id = padding_id
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, classes)
        nn.init.normal_(self.head.weight, std=0.02)  # as encoders' heads start: unsure of everything
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of every class."""
        if self.training:
            return self._read(ids)
        lengths = (ids != self.padding_id).sum(1)
        order = lengths.argsort(stable=True)
        answers = [self._read(self._trimmed(ids[rows], lengths[rows])) for rows in torch.split(order, PORTION)]
        return torch.cat(answers)[order.argsort()]

    def _trimmed(self, ids: Tensor, lengths: Tensor) -> Tensor:
        return ids[:, : max(int(lengths.max()), 1)]

    def _read(self, ids: Tensor) -> Tensor:
        seen = ids != self.padding_id  # (B, T)
        seen[:, 0] = True  # a text without any token is one of padding: attention to nothing is no number
        words: Any = self.backbone(input_ids=ids.long(), attention_mask=seen.long())
        states = cast(Tensor, words.last_hidden_state)  # (B, T, width)
        weights = seen[..., None].to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        logits: Tensor = self.head(self.dropout(mean))
        return logits
