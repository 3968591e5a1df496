"""A table's user columns: contents, row-numbering columns, and rows without some columns."""

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.group_ids import numbered
from core.data.rows import ANSWERS, FEATURE, KIND, UNUSED
from core.data.tables.features import ONLY_NUMBERS
from core.data.wording import number, shown

NUMBERING_NAME = re.compile(r"(^|[_\W])(id|nr|no|uuid|guid|index|key)$|[a-z]I[Dd]$|^unnamed", re.IGNORECASE)
FEWEST_ROWS = 20  # in fewer, values that all differ say nothing
ALL_DIFFERENT = 0.95  # share of different values from which words name the rows
DENSE = 1.5  # whole numbers that differ and fill a range at most this many times the rows count the rows


def features(context: CheckContext) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield each column's user-visible name and values, except for the target."""
    for name in context.rows.column_names:
        if name.startswith(FEATURE):
            yield name.removeprefix(FEATURE), context.column(name)


def answer(context: CheckContext) -> str:
    """Return which column of the rows holds what is to be predicted."""
    return next(name for name in ANSWERS if name in context.rows.column_names)


def target_name(context: CheckContext) -> str:
    """Return what the user calls what is to be predicted."""
    return shown(str(context.facts.get("target") or "target"), 24)


def skipped(context: CheckContext) -> list[str]:
    """Return the source columns that the rows lack, as reported by the reader."""
    columns = context.facts.get("columns") or []
    names = [column.get("name") for column in columns if isinstance(column, dict) and column.get("role") == "ignored"]
    return [name for name in names if isinstance(name, str)]


def numbering_columns(context: CheckContext) -> list[str]:
    """Return columns that only number the rows.

    They are among the rows, or the reader left them out for that reason.
    """
    columns = context.facts.get("columns") or []
    return [*identifiers(context), *(c["name"] for c in columns if c.get("why") == ONLY_NUMBERS)]


def is_number(column: pa.ChunkedArray) -> bool:
    """Return whether a column holds numbers, not words."""
    return bool(pa.types.is_floating(column.type))


def numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return the numbers of a column, (N,), NaN where there is none."""
    return np.asarray(column.to_numpy(), dtype=np.float64)


def present(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return where a column has a value, (N,)."""
    if is_number(column):
        return ~np.isnan(numbers(column))
    return np.asarray(column.is_valid().to_numpy(), dtype=np.bool_)


def codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a number for each value, (N,); equal values share one, missing gives 0."""
    if is_number(column):
        values = numbers(column)
        return np.where(np.isnan(values), 0, numbered(values) + 1)
    encoded = column.dictionary_encode().unify_dictionaries()
    found = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
    return np.concatenate(found).astype(np.int64) + 1


def row_groups(context: CheckContext) -> NDArray[np.int64]:
    """Return a number for each row, (N,), equal for rows with equal cells.

    Columns that only number the rows do not count.

    Columns that no model reads count too: rows that differ there are no repeats.
    """
    groups = codes(context.column(answer(context)))
    if UNUSED in context.rows.column_names:
        unread = numbered(context.column(UNUSED).to_numpy())
        groups = numbered(groups * (int(unread.max()) + 1) + unread)
    numbering = identifiers(context)
    for name, column in features(context):
        if name not in numbering:
            found = codes(column)
            groups = numbered(groups * (int(found.max()) + 1) + found)
    return groups


def identifiers(context: CheckContext) -> list[str]:
    """Return the names of the columns that only number or name the rows."""
    if len(context) < FEWEST_ROWS:
        return []
    return [n for n, column in features(context) if not _tells_by_itself(context, n) and _names_rows(n, column)]


def _tells_by_itself(context: CheckContext, name: str) -> bool:
    """Return whether an all-distinct column is still informative: a date or a text."""
    field = context.rows.schema.field(FEATURE + name)
    return pa.types.is_temporal(field.type) or (field.metadata or {}).get(KIND) == b"text"


def _names_rows(name: str, column: pa.ChunkedArray) -> bool:
    there = present(column)
    count = int(there.sum())
    if count < FEWEST_ROWS:
        return False
    if not is_number(column):
        import pyarrow.compute as pc

        different = int(pc.count_distinct(column).as_py())
        return different >= ALL_DIFFERENT * count
    values = numbers(column)[there]
    if not np.isfinite(values).all() or (values != np.round(values)).any():
        return False
    different = int(numbered(values).max()) + 1
    dense = values.max() - values.min() + 1 <= DENSE * count
    return different == count and (bool(dense) or NUMBERING_NAME.search(name) is not None)


def without(context: CheckContext, names: Iterable[str]) -> pa.Table:
    """Return the rows without some of the user's columns."""
    return context.rows.drop_columns([FEATURE + name for name in names])


def others_remain(context: CheckContext, names: Iterable[str]) -> bool:
    """Return whether there is still something to learn from without these columns."""
    return bool({name for name, _ in features(context)} - set(names))


def described_value(column: pa.ChunkedArray, row: int) -> str:
    """Return one value as a person would write it."""
    value = column[row].as_py()
    if value is None or value != value:  # NaN
        return "nothing"
    return number(value) if isinstance(value, float) else shown(str(value), 24)


def describe_row(context: CheckContext, row: int) -> str:
    """Return a row's target and its first columns, in one line."""
    parts = [f"{target_name(context)} {described_value(context.column(answer(context)), row)}"]
    parts += [f"{shown(name, 16)} {described_value(column, row)}" for name, column in list(features(context))[:5]]
    return ", ".join(parts)


def with_missing(context: CheckContext, cells: Mapping[str, NDArray[np.bool_]]) -> pa.Table:
    """Return the rows with some cells of columns of numbers empty.

    Args:
        context: The version.
        cells: Which ones, by the user's column, (N,) each.
    """
    rows = context.rows
    for name, chosen in cells.items():
        place = rows.schema.get_field_index(FEATURE + name)
        values = np.where(chosen, np.nan, numbers(rows.column(place)))
        rows = rows.set_column(place, rows.schema.field(place), pa.array(values))
    return rows


def source_place(context: CheckContext, row: int) -> str:
    """Return a row's place in its source: "line 19", in a sheet "row 19"."""
    lines = str(context.facts.get("format", "")).startswith(("CSV", "TSV", "Text", "JSON Lines"))
    return f"{'line' if lines else 'row'} {context.column('source')[row].as_py():,}"
