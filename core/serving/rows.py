"""Rows as people have them, made into the table that a model has learnt from."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import DataError
from core.specs import Preprocessor

if TYPE_CHECKING:
    import pandas as pd

NOTHING = frozenset({"", "-", "?", "na", "n/a", "nan", "null", "none", "#n/a"})  # how people write that it is unknown
LONGEST_SHOWN = 40  # characters of a cell in a message


class ColumnReader(Preprocessor, Protocol):
    """A preprocessor that knows which columns it needs."""

    @property
    def number_names(self) -> tuple[str, ...]:
        """The columns of numbers."""

    @property
    def word_names(self) -> tuple[str, ...]:
        """The columns of words."""


def table_of(rows: Sequence[Any], reader: ColumnReader, start: int = 0) -> "pd.DataFrame":
    """Return rows as a table with the columns that the model needs, as far as the first row has them.

    Args:
        rows: At least one dictionary by column; numbers may be texts, and what is unknown may be empty or left out.
        reader: Knows the columns.
        start: How many rows came before these, for messages.

    Raises:
        DataError: A row is none, or a number cannot be read.
    """
    import pandas as pd

    for row in rows:
        if not isinstance(row, Mapping):
            raise DataError("This model reads rows of a table: give it each one's values by column.")
    stripped = [{str(name).strip(): value for name, value in row.items()} for row in rows]
    # What the model does not need goes along empty, so that a message can say which columns there are.
    columns: dict[str, list[Any]] = {name: [None] * len(rows) for name in stripped[0]}
    for name in reader.number_names:
        if name in columns:
            columns[name] = [_number(row.get(name), name, start + i + 1) for i, row in enumerate(stripped)]
    for name in reader.word_names:
        if name in columns:
            columns[name] = [_word(row.get(name)) for row in stripped]
    table = pd.DataFrame(columns, index=range(len(rows)), dtype=object)
    return table.astype({name: "float64" for name in reader.number_names if name in table})


def _number(value: Any, column: str, row: int) -> float | None:
    """Return the number in a cell, None where there is nothing."""
    text = "" if value is None else str(value).strip()
    if text.lower() in NOTHING:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise DataError(
            f"Row {row}: '{text[:LONGEST_SHOWN]}' in the column '{column}' is not a number, but the model has learnt "
            "numbers there. Write a number such as 12.5, or leave it empty where it is unknown."
        ) from error


def _word(value: Any) -> str | None:
    """Return the word in a cell, None where there is nothing; 1.0 is the word "1"."""
    if value is None or value != value:  # NaN is the one value that differs from itself
        return None
    text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value).strip()
    return text or None
