"""Cells of a table that are empty."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import features, present
from core.data.task_kinds import TABLES
from core.data.wording import counted, examples_of, listed, percent, positions
from core.specs.dataset_types import Finding

CODE = "missing-values"
WARNED = 0.3  # of a column


def run(context: CheckContext) -> Finding | None:
    """Find the columns that have empty cells, the emptiest first."""
    empty = {name: ~present(column) for name, column in features(context)}
    sizes = {name: int(cells.sum()) for name, cells in empty.items() if cells.any()}
    if not sizes:
        return None
    names = sorted(sizes, key=lambda name: -sizes[name])
    return Finding(
        code=CODE,
        severity="warning" if sizes[names[0]] > WARNED * len(context) else "note",
        count=sum(sizes.values()),
        examples=examples_of(f"{name}: {percent(sizes[name], len(context))} empty" for name in names),
        message=f"{counted(sum(sizes.values()), 'cell is', 'cells are')} empty, in "
        f"{counted(len(names), 'column')}: {listed(names)}. In training, a missing number is filled with the column's "
        "median and marked; a missing word counts as a word of its own.",
        why="What is filled in is a guess, and a column that is mostly empty says little.",
        rows=positions(np.logical_or.reduce([empty[name] for name in names])),
    )


CHECK = CheckSpec(CODE, TABLES, run, order=46)
