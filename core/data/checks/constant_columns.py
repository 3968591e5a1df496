"""Columns that say the same of every row."""

import pyarrow as pa

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import features, others_remain, present, without
from core.data.task_kinds import TABLES
from core.data.wording import counted, examples_of, listed
from core.specs.dataset_types import Finding

CODE = "constant-columns"


def run(context: CheckContext) -> Finding | None:
    """Find the columns with at most one value."""
    names = _constant(context)
    if not names:
        return None
    return Finding(
        code=CODE,
        severity="note",
        count=len(names),
        examples=examples_of(names),
        message=f"{counted(len(names), 'column says', 'columns say')} the same of every row: {listed(names)}.",
        why="What never changes cannot tell one row from another.",
        fix=f"Leave {'this column' if len(names) == 1 else 'these columns'} out"
        if others_remain(context, names)
        else "",
    )


def fix(context: CheckContext) -> pa.Table:
    """Leave the constant columns out."""
    return without(context, _constant(context))


def _constant(context: CheckContext) -> list[str]:
    return [name for name, column in features(context) if len(context) > 1 and _never_changes(column)]


def _never_changes(column: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    there = present(column)
    if not there.all():
        return not there.any()
    return bool(pc.all(pc.equal(column, column[0])).as_py())


CHECK = CheckSpec(CODE, TABLES, run, fix, order=48)
