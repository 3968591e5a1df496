"""Cells common to all rows of a table, and the selection of rows.

Used for tables of texts and of numbers.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.split_names import SPLIT_NAMES
from core.data.splits.row_groups import GROUP
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import Batch, Table
from core.specs.dataset_types import ImportOptions


def common_cells(batch: Batch, split_at: int, options: ImportOptions, skipped: SkipReport) -> dict[str, Any]:
    """Return the columns common to all rows: the given split, line and group.

    The group is there only where the rows have one.

    Args:
        batch: Of the table; the column that names the split is at `split_at`, that of the groups after it.
        split_at: Where they are.
        options: Which of them there are.
        skipped: Counts what cannot be read.
    """
    given: list[str] = [""] * len(batch)
    if options.split_column:
        said = batch.columns[split_at]
        given = [SPLIT_NAMES.get(value.strip().lower(), "") for value in said]
        for position, name in enumerate(given):
            if not name and said[position].strip():
                skipped.add("unknown-splits", batch.lines[position], said[position])
    cells: dict[str, Any] = {"given": given, "source": np.asarray(batch.lines, dtype=np.int64)}
    if options.group_column:
        said = batch.columns[split_at + bool(options.split_column)]
        cells[GROUP] = [" ".join(value.split()) or None for value in said]
    return cells


def with_groups(schema: pa.Schema, options: ImportOptions) -> pa.Schema:
    """Return the schema of rows, with their groups where a column names them."""
    return schema.append(pa.field(GROUP, pa.large_string())) if options.group_column else schema


def positions(table: Table, *names: str) -> list[int]:
    """Return the positions of columns; no name means no column."""
    return [table.index(name) for name in names if name]


def only(values: Any, keep: NDArray[np.int64]) -> Any:
    """Return the values at these positions."""
    return values[keep] if isinstance(values, np.ndarray) else [values[i] for i in keep]
