"""User rows, converted to the table that a model was trained on."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.data.tables.dates import date_style, parse_dates
from core.data.tables.durations import duration_style, read_numbers
from core.data.tables.grouping_points import groups_by_points, writes_commas
from core.data.tables.numbers import Decimal, NumberStyle, is_missing, style_in
from core.errors import DataError
from core.specs import Preprocessor

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ColumnReader", "Decimal", "table_of"]

LONGEST_SHOWN = 40  # characters of a cell in a message


class ColumnReader(Preprocessor, Protocol):
    """A preprocessor that knows which columns it needs."""

    @property
    def number_names(self) -> tuple[str, ...]:
        """The columns of numbers."""

    @property
    def word_names(self) -> tuple[str, ...]:
        """The columns of words and texts."""

    @property
    def dates(self) -> "Sequence[DateReader]":
        """The columns of dates and of times of the day."""


class DateReader(Protocol):
    """What must be known of a column of dates to read more of them."""

    @property
    def name(self) -> str:
        """Of the column."""

    @property
    def is_clock(self) -> bool:
        """Whether it holds times of the day."""

    @property
    def order(self) -> str:
        """Of day and month: "dmy" or "mdy"; empty where it was never in doubt."""


def table_of(
    rows: Sequence[Any],
    reader: ColumnReader,
    decimal_hint: Decimal = ".",
    units: Mapping[str, str] = MappingProxyType({}),
) -> "pd.DataFrame":
    """Return rows as a table of the model's columns that the first row has.

    Args:
        rows: Dictionaries by column. Numbers may be texts such as "8GB" or "1.234,50"; what is unknown may be empty
            or left out.
        reader: Knows the columns.
        decimal_hint: The decimal sign where the numbers of a column do not tell.
        units: Of the columns of numbers, as they were learnt: "800 g" is 0.8 where the model knows kilograms.

    Raises:
        DataError: A row is none, or a number cannot be read.
    """
    import pandas as pd

    if not all(isinstance(row, Mapping) for row in rows):
        raise DataError("This model reads rows of a table: give it each one's values by column.")
    stripped = [{str(name).strip(): value for name, value in row.items()} for row in rows]
    # What the model does not need goes along empty, so that a message can say which columns there are.
    columns: dict[str, Any] = dict.fromkeys(stripped[0] if stripped else ())
    cells = {name: [row.get(name) for row in stripped] for name in reader.number_names if name in columns}
    beside = any(writes_commas([one for one in column if isinstance(one, str)]) for column in cells.values())
    for name, column in cells.items():
        columns[name] = _numbers(column, name, decimal_hint, units.get(name, ""), beside)
    for name in reader.word_names:
        if name in columns:
            columns[name] = np.array([_word(row.get(name)) for row in stripped], dtype=object)
    for date in reader.dates:
        if date.name in columns:
            columns[date.name] = _dates([row.get(date.name) for row in stripped], date)
    return pd.DataFrame(columns, index=range(len(rows)))


def _dates(cells: Sequence[Any], column: DateReader) -> NDArray[Any]:
    """Return a column's dates as (N,) datetime64, or times of day as timedelta64."""
    texts = ["" if cell is None or cell != cell else str(cell).strip() for cell in cells]
    known = [text for text in texts if not is_missing(text)]
    day_first = {"dmy": True, "mdy": False}.get(column.order)
    style = date_style(known, column.name, day_first=day_first, is_chosen=True) if known else None
    what, example = ("time of the day", "17:30") if column.is_clock else ("date", "2026-01-31")
    if style is None or style.is_clock != column.is_clock:
        strange = [row for row, text in enumerate(texts) if not is_missing(text) and not _reads_as(text, column)]
        seconds, unreadable = np.full(len(texts), np.nan), strange or [0] * bool(known)
    else:
        seconds, unreadable = parse_dates(texts, style)
    if unreadable:
        row = unreadable[0]
        raise DataError(
            f"Row {row + 1:,}: '{texts[row][:LONGEST_SHOWN]}' in the column '{column.name}' is no {what}, but the "
            f"model has learnt from one there. Write one such as {example}, or leave it empty where it is unknown."
        )
    unit = "timedelta64[s]" if column.is_clock else "datetime64[s]"
    found = np.where(np.isnan(seconds), 0, seconds).astype(np.int64).astype(unit)
    found[np.isnan(seconds)] = np.array("NaT", dtype=unit)
    return found


def _reads_as(text: str, column: DateReader) -> bool:
    style = date_style([text], column.name, is_chosen=True)
    return style is not None and style.is_clock == column.is_clock


def _numbers(cells: Sequence[Any], column: str, decimal_hint: Decimal, unit: str, beside: bool) -> NDArray[np.float64]:
    """Return a column's numbers, (N,), NaN where missing; parsed as at import."""
    are_numbers = [isinstance(cell, int | float | np.number) and not isinstance(cell, bool) for cell in cells]
    texts = [
        "" if cell is None or is_one else str(cell).strip() for cell, is_one in zip(cells, are_numbers, strict=True)
    ]
    known = [text for text in texts if not is_missing(text)]
    durations = duration_style(known, column, is_chosen=True) if known else None
    grouped = NumberStyle(",") if not unit and groups_by_points(known, beside) else None
    numbers, unreadable = read_numbers(texts, durations or grouped or style_in(unit, known, decimal_hint))
    if unreadable:
        row = unreadable[0]
        more = f" (and {len(unreadable) - 1:,} more like it)" if len(unreadable) > 1 else ""
        raise DataError(
            f"Row {row + 1:,}: '{texts[row][:LONGEST_SHOWN]}' in the column '{column}' is not a number{more}, but the "
            "model has learnt numbers there. Write a number such as 12.5, or leave it empty where it is unknown."
        )
    numbers[are_numbers] = [_float(cell) for cell, is_one in zip(cells, are_numbers, strict=True) if is_one]
    return numbers


def _float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:  # a whole number of hundreds of digits
        return float("nan")


def _word(value: Any) -> str | None:
    """Return the word in a cell, None if empty; 1.0 becomes the word "1"."""
    if value is None or value != value:  # NaN is the one value that differs from itself
        return None
    text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
    return " ".join(text.split()) or None
