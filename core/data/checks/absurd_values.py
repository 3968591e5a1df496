"""Absurdly far single values in a column of numbers, such as 145000000 among 145s."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import features, is_number, numbers, source_place, with_missing
from core.data.checks.support.outliers import far_out, most_exceptions
from core.data.task_kinds import TABLES
from core.data.wording import counted, examples_of, number, positions, shown
from core.specs.dataset_types import Finding

CODE = "absurd-values"
SPREADS = 6.0  # robust standard deviations from the middle, on a scale of sizes
TIMES = 5.0  # as large as the largest of the others, or as small as the smallest
FEWEST = 20  # values that say what is usual
SAID = 2  # cells that the sentence names


def run(context: CheckContext) -> Finding | None:
    """Find the cells that are far beyond all others of their column."""
    absurd = _absurd(context)
    count = sum(int(cells.sum()) for cells in absurd.values())
    if not count:
        return None
    named = [line for name, cells in absurd.items() for line in _named(context, name, cells)]
    said = "; ".join(named[:SAID]) + (f"; and {count - SAID:,} more" if count > SAID else "")
    return Finding(
        code=CODE,
        severity="warning",
        count=count,
        examples=examples_of(named),
        message=f"{counted(count, 'cell is', 'cells are')} absurdly far from the others of its column: {said}."
        if count == 1
        else f"{count:,} cells are absurdly far from the others of their columns: {said}.",
        why="One number a thousand times too large rules its column: what the others say is lost beside it.",
        fix=f"Treat {'this cell' if count == 1 else 'these cells'} as missing",
        rows=positions(np.logical_or.reduce(list(absurd.values()))),
    )


def fix(context: CheckContext) -> pa.Table:
    """Make the absurd cells empty; the rows stay."""
    return with_missing(context, _absurd(context))


def _absurd(context: CheckContext) -> dict[str, NDArray[np.bool_]]:
    """Return the absurd cells by column, (N,) each; only columns that have some."""
    found = {name: _far(numbers(column)) for name, column in features(context) if is_number(column)}
    return {name: cells for name, cells in found.items() if cells.any()}


def _far(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values are absurd, (N,), so that without them none is."""
    absurd = np.zeros(len(values), dtype=np.bool_)
    while True:
        there = np.flatnonzero(np.isfinite(values) & ~absurd)
        further = _far_among(values[there]) if len(there) >= FEWEST else np.zeros(0, dtype=np.bool_)
        if not further.any():
            return absurd
        absurd[there[further]] = True
        if absurd.sum() > most_exceptions(len(values)):
            return np.zeros(len(values), dtype=np.bool_)


def _far_among(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    sizes = np.abs(values)
    usual = np.median(sizes[sizes > 0]) if (sizes > 0).any() else 0.0
    if not usual:
        return np.zeros(len(values), dtype=np.bool_)
    with np.errstate(over="ignore"):  # what is too large to compute with is absurd
        far = far_out(np.sign(values) * np.log1p(sizes / usual), SPREADS)
    rest = sizes[~far]
    beyond = (sizes > TIMES * rest.max()) | ((sizes > 0) & (TIMES * sizes < rest.min()))
    return np.asarray(far & beyond, dtype=np.bool_)


def _named(context: CheckContext, name: str, cells: NDArray[np.bool_]) -> list[str]:
    """Return a text naming a column's worst cells, with lines and usual values."""
    values = numbers(dict(features(context))[name])
    rest = values[np.isfinite(values) & ~cells]
    usual = f"the others lie between {number(float(rest.min()))} and {number(float(rest.max()))}"
    rows = np.flatnonzero(cells)
    worst = rows[np.argsort(-np.abs(values[rows]), kind="stable")]
    places = [f"'{shown(name, 24)}' {number(float(values[row]))} in {source_place(context, int(row))}" for row in worst]
    return [f"{places[0]} ({usual})", *places[1:]]


CHECK = CheckSpec(CODE, TABLES, run, fix, order=44)
