"""Selection or change of a version's rows without copying the unchanged ones."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext
from core.data.rows import BATCH_ROWS

SAMPLE = 200_000  # rows that a slow check looks at
SAMPLE_BYTES = 200_000_000  # of text, at most, in them


def keep(context: CheckContext, stays: NDArray[np.bool_]) -> pa.Table:
    """Return the rows that stay.

    Args:
        context: The version.
        stays: (N,) whether each row stays.
    """
    kept, position = [], 0
    for batch in context.rows.to_batches(max_chunksize=BATCH_ROWS):
        chosen = stays[position : position + len(batch)]
        position += len(batch)
        kept.append(batch if chosen.all() else batch.filter(pa.array(chosen)))  # an untouched batch stays on disk
    return pa.Table.from_batches([batch for batch in kept if len(batch)], schema=context.rows.schema)


def rewrite(
    context: CheckContext, column: str, change: Callable[[str], str], concerns: Callable[[pa.Array], pa.Array]
) -> pa.Table:
    """Return the rows with the texts of a column changed.

    Args:
        context: The version.
        column: A column of texts.
        change: Returns the new text.
        concerns: Returns which texts may have to change, (N,) of bool: quick, on many at once.
    """
    rewritten = []
    for batch in context.rows.to_batches(max_chunksize=BATCH_ROWS):
        place = batch.schema.get_field_index(column)
        old = batch.column(place)
        chosen = concerns(old).fill_null(False)
        if chosen.true_count:
            new = pa.array([change(text) for text in old.filter(chosen).to_pylist()], old.type)
            batch = batch.set_column(place, batch.schema.field(place), _replace(old, chosen, new))
        rewritten.append(batch)
    return pa.Table.from_batches(rewritten, schema=context.rows.schema)


def _replace(old: pa.Array, chosen: pa.Array, new: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.replace_with_mask(old, chosen, new)


def sample(context: CheckContext, column: str) -> pa.ChunkedArray:
    """Return a text column's first rows, for a slow check; at least one."""
    import pyarrow.compute as pc

    beginning = context.column(column).slice(0, SAMPLE)
    ends = np.cumsum(pc.binary_length(beginning).fill_null(0).to_numpy())
    return beginning.slice(0, max(1, int(np.searchsorted(ends, SAMPLE_BYTES, side="right"))))


def of_sample(context: CheckContext, looked_at: int, noun: str) -> str:
    """Return a phrase for the sample: "the 40 texts" or "the first 200,000 texts"."""
    return f"the {'first ' if looked_at < len(context) else ''}{looked_at:,} {noun}"


def values_where(column: pa.ChunkedArray, chosen: NDArray[np.bool_]) -> pa.ChunkedArray:
    """Return some values of a column without copying the others (as `take` does).

    Args:
        column: (N,) values.
        chosen: (N,) which ones.
    """
    return column.filter(pa.array(chosen))


def texts_at(context: CheckContext, column: str, rows: NDArray[np.int64]) -> list[str]:
    """Return the values of a column at a few positions; missing ones as nothing."""
    values = context.column(column)
    return [values[int(row)].as_py() or "" for row in rows]
