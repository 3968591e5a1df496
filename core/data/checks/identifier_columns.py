"""Columns that only number or name the rows."""

import pyarrow as pa

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.columns import described_value, features, identifiers, others_remain, without
from core.data.task_kinds import TABLES
from core.data.wording import counted, examples_of, listed
from core.specs.dataset_types import Finding

CODE = "identifier-columns"


def run(context: CheckContext) -> Finding | None:
    """Find the columns in which nearly every row has a value of its own."""
    names = identifiers(context)
    if not names:
        return None
    columns = dict(features(context))
    return Finding(
        code=CODE,
        severity="warning",
        count=len(names),
        examples=examples_of(
            f"{name}: {', '.join(described_value(columns[name], row) for row in range(3))}" for name in names
        ),
        message=f"{counted(len(names), 'column seems', 'columns seem')} only to number or name the rows: "
        f"{listed(names)}. Nearly every row has a value of its own there.",
        why="A new row has a number that the model has never seen, so what it learns from the old ones is of no use.",
        fix=f"Leave {'this column' if len(names) == 1 else 'these columns'} out"
        if others_remain(context, names)
        else "",
    )


def fix(context: CheckContext) -> pa.Table:
    """Leave the columns out that number the rows."""
    return without(context, identifiers(context))


CHECK = CheckSpec(CODE, TABLES, run, fix, order=41)
