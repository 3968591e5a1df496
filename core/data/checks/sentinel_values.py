"""Numbers that stand for nothing: -999, 9999, -1 among counts, 0 among weights."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import features, is_number, numbers, target_name, with_missing
from core.data.task_kinds import TABLES
from core.data.wording import examples_of, number, percent, positions, shown
from core.specs.dataset_types import Finding

CODE = "sentinel-values"
_NINES = (99, 999, 9999, 99999, 999999, 9999999, 99999999, 999999999)
SENTINELS = (
    -1.0, -2.0, -7.0, -8.0, -9.0, -77.0, -88.0, -777.0, -888.0, -999.9, -999.25, -9999.99, *(-float(n) for n in _NINES),
    *(float(n) for n in _NINES), 777.0, 888.0, 7777.0, 8888.0, 65_535.0, 2_147_483_647.0, -2_147_483_648.0, 1e20, 1e30,
)  # fmt: skip
SMALL = 9.0  # below it, a negative number is a sentinel only among many different ones that are not negative
FEWEST, FEWEST_DIFFERENT = 20, 10  # other values that say what is usual, and different ones among them
REPEATS = 2  # a single one is an absurd value
MOST_SHARE = 0.9
TARGET = ""


def run(context: CheckContext) -> Finding | None:
    """Find the columns in which a number stands for a missing one."""
    found = _sentinels(context)
    count = sum(int(cells.sum()) for _, cells in found.values())
    if not count:
        return None
    said = [_said(context, name, value, cells) for name, (value, cells) in found.items()]
    rest = f"; and in {len(said) - 3:,} more columns" if len(said) > 3 else ""
    return Finding(
        code=CODE,
        severity="warning",
        count=count,
        examples=examples_of(said),
        message=f"A number that stands apart from all others seems to mean 'unknown': {'; '.join(said[:3])}{rest}.",
        why="A model takes -999 for a measurement like any other, unless the cell is marked as missing.",
        fix="Treat them as missing",
        rows=positions(np.logical_or.reduce([cells for _, cells in found.values()])),
    )


def fix(context: CheckContext) -> pa.Table:
    """Make the cells empty; rows whose number to predict is unknown are removed."""
    found = {name: cells for name, (_, cells) in _sentinels(context).items()}
    without_target = found.pop(TARGET, np.zeros(len(context), dtype=np.bool_))
    rows = with_missing(context, found)
    return rows.filter(pa.array(~without_target)) if without_target.any() else rows


def _sentinels(context: CheckContext) -> dict[str, tuple[float, NDArray[np.bool_]]]:
    """Return each affected column's sentinel and its places, (N,); "" is the target."""
    columns = [(name, column) for name, column in features(context) if is_number(column)]
    if "target" in context.rows.column_names:
        columns.insert(0, (TARGET, context.column("target")))
    found = {}
    for name, column in columns:
        values = numbers(column)
        if (sentinel := _sentinel(values[np.isfinite(values)], is_target=name == TARGET)) is not None:
            found[name] = (sentinel, values == sentinel)
    return found


def _sentinel(values: NDArray[np.float64], is_target: bool) -> float | None:
    """Return the number that stands for a missing one, None if none does."""
    if len(values) < FEWEST:
        return None
    for candidate in {float(values.min()), float(values.max())}:
        same = values == candidate
        rest = values[~same]
        if not REPEATS <= same.sum() <= MOST_SHARE * len(values) or len(rest) < FEWEST:
            continue
        if candidate in SENTINELS and _stands_apart(candidate, rest):
            return candidate
        if candidate == 0 and not is_target and _is_no_measurement(rest):
            return candidate
    return None


def _stands_apart(candidate: float, rest: NDArray[np.float64]) -> bool:
    """Return whether a candidate is clearly outside of what the others are."""
    low, high = float(rest.min()), float(rest.max())
    if candidate < 0 <= low:
        return abs(candidate) >= SMALL or len(np.unique(rest[:10_000])) >= FEWEST_DIFFERENT
    gap = max(candidate - high, low - candidate)
    return gap >= max(high - low, 1.0)


def _is_no_measurement(rest: NDArray[np.float64]) -> bool:
    """Return whether zero cannot be a measurement.

    That is so where all other values are far above it, and not far from each other.
    """
    low, quarter, middle, upper = np.percentile(rest, [0, 25, 50, 75])
    return bool(low > 0.25 * middle and low > 1.5 * (upper - quarter) and len(np.unique(rest[:10_000])) >= FEWEST)


def _said(context: CheckContext, name: str, value: float, cells: NDArray[np.bool_]) -> str:
    title = target_name(context) if name == TARGET else shown(name, 24)
    return f"'{title}' is {number(value)} in {percent(int(cells.sum()), len(context))} of the rows"


CHECK = CheckSpec(CODE, TABLES, run, fix, order=43)
