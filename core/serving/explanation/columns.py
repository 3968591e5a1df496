"""The columns that a model reads, each with its features."""

from itertools import accumulate
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.columns import ColumnPreprocessor
from core.serving.predictor import Predictor

if TYPE_CHECKING:
    import pandas as pd


def columns_of(predictor: Predictor) -> tuple[tuple[str, slice], ...]:
    """Return each column's name and the place of its features."""
    known = cast(ColumnPreprocessor, predictor.preprocessor).columns
    kinds = (known.numbers, known.words, known.dates, known.texts)
    sizes = [(column.name, len(column.features)) for columns in kinds for column in columns]
    ends = list(accumulate(size for _, size in sizes))
    return tuple((name, slice(end - size, end)) for (name, size), end in zip(sizes, ends, strict=True))


def replaced(row: "pd.DataFrame", others: "pd.DataFrame", name: str) -> "pd.DataFrame":
    """Return a row as often as there are others, one column taken from these."""
    repeated = row.iloc[np.zeros(len(others), dtype=np.int64)].reset_index(drop=True)
    repeated[name] = others[name].reset_index(drop=True)
    return repeated


def shuffled(table: "pd.DataFrame", name: str, order: NDArray[np.int64]) -> "pd.DataFrame":
    """Return a table with one column in another order."""
    changed = table.copy(deep=False)
    changed[name] = table[name].iloc[order].reset_index(drop=True)
    return changed
