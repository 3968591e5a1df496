"""Rows of a table that repeat an earlier one, also in the columns that nothing is learnt from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class RepeatedRows:
    """Counts them with eight bytes a row: the hash of its cells as they are written."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.int64]] = []

    def add(self, columns: Sequence[Sequence[str]], keep: NDArray[np.int64]) -> None:
        """Take note of some rows.

        Args:
            columns: The cells that are compared, by column, each (N,).
            keep: Positions of the rows that come in.
        """
        rows = list(zip(*columns, strict=True))
        self._hashes.append(np.fromiter((hash(rows[i]) for i in keep), np.int64, len(keep)))

    def count(self) -> int:
        """Return how many rows repeat an earlier one."""
        hashes = np.sort(np.concatenate([np.zeros(0, np.int64), *self._hashes]))
        return int((hashes[1:] == hashes[:-1]).sum())
