"""Rows that are gathered until there are enough for a batch."""

from collections.abc import Sequence

from core.data.tables.table import BATCH_CHARACTERS, Batch


class Gathered:
    """Rows buffered to batch size, where a library hands on parts of a file."""

    def __init__(self, width: int, enough: int) -> None:
        self.columns: tuple[list[str], ...] = tuple([] for _ in range(width))
        self.rows = self.characters = 0
        self.enough = enough

    @property
    def is_full(self) -> bool:
        """Whether there are enough."""
        return self.rows >= self.enough or self.characters >= BATCH_CHARACTERS

    def add(self, columns: Sequence[Sequence[str]], rows: int) -> int:
        """Add rows; return how many characters they have."""
        for held, more in zip(self.columns, columns, strict=True):
            held.extend(more)
        characters = sum(sum(map(len, column)) for column in columns)
        self.rows, self.characters = self.rows + rows, self.characters + characters
        return characters

    def taken(self, number: int, done: int) -> Batch:
        """Return them as a batch, and hold none.

        Args:
            number: Of the last row, from 1.
            done: Of the source's bytes, how many are read.
        """
        batch = Batch(range(number - self.rows + 1, number + 1), self.columns, done)
        self.columns, self.rows, self.characters = tuple([] for _ in self.columns), 0, 0
        return batch
