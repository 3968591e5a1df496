"""Columns that give what is to be predicted away."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import (
    answer,
    codes,
    described_value,
    features,
    is_number,
    numbers,
    others_remain,
    present,
    target_name,
    without,
)
from core.data.checks.support.selection import SAMPLE, values_where
from core.data.task_kinds import TABLES
from core.data.wording import examples_of, listed, number
from core.specs.dataset_types import Finding

CODE = "leaking-columns"
FEWEST_ROWS = 10
FEWEST_OTHERS = 20  # rows that are not of the commonest class: of fewer, a column may tell all by chance
FEWEST_VALUES = 5  # different targets
ALMOST_ALL = 0.9995  # of the target's order or variance, explained by one column
ROWS_PER_VALUE = 3.0  # that a column of words needs on average before its values can be said to explain anything


def run(context: CheckContext) -> Finding | None:
    """Find the columns that equal the target or determine it almost perfectly."""
    names = _leaking(context)
    if not names:
        return None
    one = len(names) == 1
    return Finding(
        code=CODE,
        severity="error",
        count=len(names),
        examples=_examples(context, names),
        message=f"The {'column' if one else 'columns'} {listed(names)} {'gives' if one else 'give'} "
        f"'{target_name(context)}' away: who knows "
        f"{'it' if one else 'one of them'} knows the answer almost exactly. Leave {'it' if one else 'them'} out, "
        "unless you will truly know it before you ask for the prediction.",
        why="The score will look near perfect and mean nothing, since the column will not be there when the model is "
        "used.",
        fix=f"Leave the {'column' if one else 'columns'} out" if others_remain(context, names) else "",
    )


def fix(context: CheckContext) -> pa.Table:
    """Leave the columns out that give the target away."""
    return without(context, _leaking(context))


def _leaking(context: CheckContext) -> list[str]:
    """Return the columns that leak the target, by a sample across the whole table."""
    chosen = np.arange(len(context)) % (-(-len(context) // SAMPLE)) == 0
    if context.labels:
        targets = context.targets[chosen]
        return [name for name, column in features(context) if _says_label(values_where(column, chosen), targets)]
    target = numbers(values_where(context.column("target"), chosen))
    return [name for name, column in features(context) if _gives_away(values_where(column, chosen), target)]


def _says_label(column: pa.ChunkedArray, targets: NDArray[np.int64]) -> bool:
    """Return whether one column alone determines nearly every label, by value or by range."""
    there = present(column) & (targets >= 0)
    if is_number(column):
        there &= np.isfinite(numbers(column))
    wanted = targets[there]
    others = len(wanted) - int(np.bincount(wanted).max(initial=0))  # rows that are not of the commonest class
    if len(wanted) < len(targets) / 2 or others < FEWEST_OTHERS:
        return False
    groups, allowed = codes(column)[there], len(wanted) / ROWS_PER_VALUE
    if is_number(column) and len(np.unique(groups)) > allowed:
        groups, allowed = _stretches(numbers(column)[there], wanted), len(np.unique(wanted))
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(sizes) > allowed:
        return False
    counts = np.zeros((len(sizes), int(wanted.max()) + 1), dtype=np.int64)
    np.add.at(counts, (group, wanted), 1)
    return len(wanted) - int(counts.max(axis=1).sum()) <= (1 - ALMOST_ALL) * others


def _stretches(values: NDArray[np.float64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the stretches of equal labels, (N,), in the order of the values."""
    order = np.lexsort((wanted, values))
    changes = np.diff(wanted[order], prepend=wanted[order[0]]) != 0
    stretch = np.empty(len(order), dtype=np.int64)
    stretch[order] = np.cumsum(changes)
    return stretch


def _gives_away(column: pa.ChunkedArray, target: NDArray[np.float64]) -> bool:
    there = present(column) & np.isfinite(target)
    if is_number(column):
        there &= np.isfinite(numbers(column))
    wanted = target[there]
    if len(wanted) < max(FEWEST_ROWS, len(target) / 2) or len(np.unique(wanted)) < FEWEST_VALUES:
        return False
    if not is_number(column):
        return _explained(codes(column)[there], wanted) > ALMOST_ALL
    values = numbers(column)[there]
    if len(np.unique(values)) < FEWEST_VALUES:
        return _explained(codes(column)[there], wanted) > ALMOST_ALL
    return max(_correlation(values, wanted), _correlation(_ranks(values), _ranks(wanted))) > ALMOST_ALL


def _correlation(values: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """Return the absolute Pearson correlation; 0 if either is constant or too large."""
    with np.errstate(all="ignore"):
        found = abs(float(np.corrcoef(values, wanted)[0, 1]))
    return found if np.isfinite(found) else 0.0


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each value's rank among all values; equal values share their mean rank."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    return np.asarray((ends - (sizes - 1) / 2)[group], dtype=np.float64)


def _explained(groups: NDArray[np.int64], wanted: NDArray[np.float64]) -> float:
    """Return the target variance share explained by the groups; 0 for tiny groups."""
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(wanted) < ROWS_PER_VALUE * len(sizes):
        return 0.0
    means = np.bincount(group, wanted) / sizes
    with np.errstate(all="ignore"):  # numbers too large to square explain nothing
        found = 1 - float(((wanted - means[group]) ** 2).sum() / ((wanted - wanted.mean()) ** 2).sum())
    return found if np.isfinite(found) else 0.0


def _examples(context: CheckContext, names: list[str]) -> tuple[str, ...]:
    columns, target = dict(features(context)), context.column(answer(context))
    row = int(np.flatnonzero(present(columns[names[0]]))[0])
    values = {name: columns[name][row].as_py() for name in names}
    pairs = {n: number(v) if isinstance(v, float) else str(v) for n, v in values.items() if v is not None}
    said = described_value(target, row)
    return examples_of(f"{name} {value}: {target_name(context)} {said}" for name, value in pairs.items())


CHECK = CheckSpec(CODE, TABLES, run, fix, order=10)
