"""Rows as trees read them: plain numbers, coded categories, gaps as gaps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.categorical_column import plain_words
from core.preprocessing.columns import ColumnPreprocessor, Columns
from core.specs import Examples, Inputs

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 250  # of a column that get a code, the commonest; trees know 255
LARGEST = 1e30  # what is larger is no number


@dataclass(frozen=True, eq=False)
class TreeRows:
    """What is known of a table's columns.

    Args:
        columns: Of the table, fitted; its dates and texts are read as it reads them.
        codes: Of each column of words: the words that have a code, in its order.
    """

    columns: ColumnPreprocessor
    codes: Mapping[str, tuple[str, ...]]

    @classmethod
    def fit(cls, train: Examples, columns: ColumnPreprocessor) -> Self:
        """Give the commonest words of each column a code."""
        codes = {}
        for word in columns.columns.words:
            counts = plain_words(_table(train.inputs)[word.name]).value_counts()
            codes[word.name] = tuple(sorted(map(str, counts.index[:MOST_CATEGORIES])))
        return cls(columns, codes)

    @property
    def categories(self) -> int:
        """How many of the first columns are codes."""
        return len(self.codes)

    def of(self, inputs: Inputs) -> NDArray[np.float64]:
        """Return (N, F): codes, numbers, dates and texts; NaN where unknown."""
        return self._rows(_table(inputs), self._side().transform(inputs))

    def of_training(self, train: Examples) -> NDArray[np.float64]:
        """Return the same of the training rows, none of which sees its own answer."""
        return self._rows(_table(train.inputs), self._side().transform_training(train))

    def _side(self) -> ColumnPreprocessor:
        known = self.columns.columns
        return ColumnPreprocessor(Columns(dates=known.dates, texts=known.texts), self.columns.target)

    def _rows(self, table: "pd.DataFrame", side: NDArray[Any]) -> NDArray[np.float64]:
        self.columns.check_columns([str(name) for name in table.columns])
        found = [self._coded(name, table) for name in self.codes]
        found += [self._number(column.name, table) for column in self.columns.columns.numbers]
        return np.column_stack([*found, side.astype(np.float64)])

    def _coded(self, name: str, table: "pd.DataFrame") -> NDArray[np.float64]:
        code = {word: float(place) for place, word in enumerate(self.codes[name])}
        return np.array([code.get(word, np.nan) for word in plain_words(table[name]).tolist()])

    def _number(self, name: str, table: "pd.DataFrame") -> NDArray[np.float64]:
        values = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.abs(values) <= LARGEST, values, np.nan)

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {"columns": self.columns.state(), "codes": {name: list(words) for name, words in self.codes.items()}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Make it again."""
        codes = {name: tuple(words) for name, words in state["codes"].items()}
        return cls(ColumnPreprocessor.from_state(state["columns"]), codes)


def _table(inputs: Inputs) -> "pd.DataFrame":
    if isinstance(inputs, np.ndarray | tuple):
        raise TypeError(f"a table was expected, not {type(inputs).__name__}")
    return inputs
