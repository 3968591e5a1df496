"""A table of what follows what."""

from torch import Tensor, nn

from core.modules.text_rows import MOST_ROWS


class NextTable(nn.Module):
    """A table of next-id logits for each id, with a context of one id.

    Args:
        vocabulary_size: How many different ids there are.
        context: Ids in one training window; also the attribute by which others know it.

    Shapes:
        (B, T) int64 -> (B, T, vocabulary_size) logits

    Source:
        Shannon, A Mathematical Theory of Communication, 1948 (the "second-order approximation" of English).
        https://doi.org/10.1002/j.1538-7305.1948.tb01338.x
    """

    def __init__(self, vocabulary_size: int, context: int) -> None:
        super().__init__()
        self.context = context
        self.scores = nn.Embedding(vocabulary_size, vocabulary_size)
        nn.init.zeros_(self.scores.weight)  # everything is equally likely at first

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of the id that follows each position."""
        logits: Tensor = self.scores(ids)
        return logits

    def rows(self) -> "TableRows":
        """Return what writes several texts; there is nothing to remember of them."""
        return TableRows(self)


class TableRows:
    """Several texts of which only the last id matters.

    Args:
        module: Knows what follows what.
    """

    most = MOST_ROWS

    def __init__(self, module: NextTable) -> None:
        self._module = module

    def read(self, row: int, ids: list[int]) -> None:
        """Do nothing: what was before the last id is not looked at."""

    def move(self, source: int, to: int) -> None:
        """Do nothing: a row holds nothing."""

    def advance(self, ids: Tensor) -> Tensor:
        """Return logits, (B, V), of one new id of each row, (B,)."""
        logits: Tensor = self._module(ids)
        return logits
