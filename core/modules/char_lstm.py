"""The recurrent language model: reads ids one by one and keeps a state."""

import torch
from torch import Tensor, nn

from core.modules.text_rows import MOST_ROWS


class RecurrentLanguageModel(nn.Module):
    """An LSTM that predicts the next id at every position.

    Args:
        vocabulary_size: How many different ids there are.
        context: Ids in one training window; also the attribute by which others know it. Longer works too.
        embedding_width: Numbers that describe one id.
        width: Numbers in the memory of each layer.
        depth: LSTM layers on top of each other.
        dropout: Share silenced between layers while training.

    Shapes:
        (B, T) int64 -> (B, T, vocabulary_size) logits

    Source:
        Hochreiter and Schmidhuber, Long Short-Term Memory, 1997. https://doi.org/10.1162/neco.1997.9.8.1735
    """

    def __init__(
        self, vocabulary_size: int, context: int, *, embedding_width: int, width: int, depth: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.context = context
        self.tokens = nn.Embedding(vocabulary_size, embedding_width)
        self.memory = nn.LSTM(
            embedding_width, width, num_layers=depth, batch_first=True, dropout=dropout if depth > 1 else 0.0
        )
        self.dropout = nn.Dropout(dropout)
        self.scores = nn.Linear(width, vocabulary_size)
        self._remember_at_first()

    def _remember_at_first(self) -> None:
        """Set the forget gate biases to 1, so a new network keeps its memory."""
        for name, parameter in self.memory.named_parameters():
            if name.startswith("bias_ih"):
                quarter = parameter.shape[0] // 4  # gates in PyTorch's order: input, forget, cell, output
                nn.init.constant_(parameter[quarter : 2 * quarter], 1.0)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of the id that follows each position."""
        seen, _ = self.memory(self.tokens(ids))
        logits: Tensor = self.scores(self.dropout(seen))
        return logits

    def advance(self, ids: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return the logits of new ids, and the memory after them.

        Args:
            ids: (1, T) int64.
            state: The memory before them; None at the beginning.
        """
        seen, state = self.memory(self.tokens(ids), state)
        return self.scores(seen), state

    def rows(self) -> "RecurrentRows":
        """Return what keeps the memories of several texts."""
        return RecurrentRows(self)


class RecurrentRows:
    """The memories of several texts, one a row.

    Args:
        module: Whose they are.
    """

    most = MOST_ROWS

    def __init__(self, module: RecurrentLanguageModel) -> None:
        self._module = module
        shape = module.memory.num_layers, self.most, module.memory.hidden_size
        self._memory = module.scores.weight.new_zeros(shape), module.scores.weight.new_zeros(shape)

    def read(self, row: int, ids: list[int]) -> None:
        """Begin a row anew with these ids, which may be none."""
        state: tuple[Tensor, Tensor] | None = None
        if ids:
            _, state = self._module.advance(torch.tensor([ids], device=self._memory[0].device), None)
        for index, kept in enumerate(self._memory):
            kept[:, row] = state[index][:, 0] if state else 0

    def move(self, source: int, to: int) -> None:
        """Put a row in another's place."""
        for kept in self._memory:
            kept[:, to] = kept[:, source]

    def advance(self, ids: Tensor) -> Tensor:
        """Return logits, (B, V), of one new id of each row, (B,)."""
        count = len(ids)
        before = self._memory[0][:, :count].contiguous(), self._memory[1][:, :count].contiguous()
        logits, after = self._module.advance(ids[:, None], before)
        for kept, new in zip(self._memory, after, strict=True):
            kept[:, :count] = new
        return logits[:, 0]
