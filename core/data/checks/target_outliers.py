"""Numbers to predict that lie far beyond all others."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import describe_row, numbers, target_name
from core.data.checks.support.outliers import far_out, most_exceptions
from core.data.checks.support.selection import keep
from core.data.task_kinds import NUMBERS
from core.data.wording import SHOWN, examples_of, number, positions
from core.specs.dataset_types import Finding

CODE = "target-outliers"
SPREADS = 6.0  # robust standard deviations from the middle


def run(context: CheckContext) -> Finding | None:
    """Find the rows whose target is extreme."""
    extreme = _extreme(context)
    count = int(extreme.sum())
    if not count:
        return None
    targets = numbers(context.column("target"))
    rest = targets[~extreme]
    rows = np.flatnonzero(extreme)
    worst = rows[np.argsort(-np.abs(targets[rows] - np.median(rest)), kind="stable")]
    return Finding(
        code=CODE,
        severity="note",
        count=count,
        examples=examples_of(describe_row(context, int(row)) for row in worst[:SHOWN]),
        message=f"In {count:,} of the {len(context):,} rows '{target_name(context)}' is far beyond all others, such "
        f"as {number(float(targets[worst[0]]))}: the others lie between {number(float(rest.min()))} and "
        f"{number(float(rest.max()))}.",
        why="A few extreme numbers can rule both the training and the score; check whether they are real, or slips "
        "such as a missing decimal point.",
        fix=f"Remove {'this row' if count == 1 else 'these rows'}",
        rows=positions(extreme),
    )


def fix(context: CheckContext) -> pa.Table:
    """Remove the rows whose target is extreme."""
    return keep(context, ~_extreme(context))


def _extreme(context: CheckContext) -> NDArray[np.bool_]:
    """Return which targets are extreme, (N,), on a scale suited to prices.

    On that scale prices and the like are about evenly spread.

    The scale is that of the others, so that without the extreme ones there are none.
    """
    targets = numbers(context.column("target"))
    nothing = extreme = np.zeros(len(targets), dtype=np.bool_)
    while True:
        rest = ~extreme
        sizes = np.abs(targets[rest & np.isfinite(targets) & (targets != 0)])
        if not len(sizes):
            return extreme
        with np.errstate(over="ignore"):  # what is too large to compute with is extreme
            scaled = np.sign(targets) * np.log1p(np.abs(targets) / np.median(sizes))
        further = extreme.copy()
        further[rest] = far_out(scaled[rest], SPREADS)
        if int(further.sum()) > most_exceptions(len(targets)):
            return nothing
        if (further == extreme).all():
            return extreme
        extreme = further


CHECK = CheckSpec(CODE, NUMBERS, run, fix, order=45)
