"""What every row of a table has beside its content, and how rows are picked: shared by what takes texts and numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imports import ImportOptions
from core.intake.split_names import SPLIT_NAMES
from core.intake.tables.left_out import LeftOut
from core.intake.tables.table import Batch, Table


def common_cells(batch: Batch, split_at: int, options: ImportOptions, left_out: LeftOut) -> dict[str, Any]:
    """Return the columns that every row has: the split that the source gives, and the line."""
    given: list[str] = [""] * len(batch)
    if options.split_column:
        said = batch.columns[split_at]
        given = [SPLIT_NAMES.get(value.strip().lower(), "") for value in said]
        for position, name in enumerate(given):
            if not name and said[position].strip():
                left_out.add("unknown-splits", batch.lines[position], said[position])
    return {"given": given, "source": np.asarray(batch.lines, dtype=np.int64)}


def positions(table: Table, *names: str) -> list[int]:
    """Return the positions of columns; no name means no column."""
    return [table.index(name) for name in names if name]


def only(values: Any, keep: NDArray[np.int64]) -> Any:
    """Return the values at these positions."""
    return values[keep] if isinstance(values, np.ndarray) else [values[i] for i in keep]
