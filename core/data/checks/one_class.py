"""One class only: nothing to tell apart."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.classes import class_sizes
from core.data.task_kinds import LABELLED
from core.data.wording import listed, thing
from core.specs.dataset_types import Finding

CODE = "one-class"


def run(context: CheckContext) -> Finding | None:
    """Find that fewer than two classes have examples."""
    present = [context.labels[i] for i in np.flatnonzero(class_sizes(context))]
    if len(present) > 1:
        return None
    which = f"have the same label, {listed(present)}" if present else "have no label"
    return Finding(
        code=CODE,
        severity="error",
        count=len(context),
        examples=tuple(present),
        message=f"All {len(context):,} {thing(context.task)} {which}. Add examples of at least one other class, "
        "or choose another label column.",
        why="A model learns by telling classes apart; with one class there is nothing to learn.",
    )


CHECK = CheckSpec(CODE, LABELLED, run, order=1)
