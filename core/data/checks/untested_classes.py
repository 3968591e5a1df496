"""Classes that the source has for training, but not in a part that judges."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.source_split_classes import ANEW, divide_anew, given_counts
from core.data.task_kinds import LABELLED
from core.data.wording import examples_of, listed, positions
from core.specs.dataset_types import Finding

CODE = "untested-classes"


def run(context: CheckContext) -> Finding | None:
    """Find the classes that the given test (or validation) part lacks."""
    counts = given_counts(context)
    lacking = {
        name: np.flatnonzero((counts["train"] > 0) & (found == 0)) for name, found in counts.items() if name != "train"
    }
    name = next((name for name in ("test", "validation") if len(lacking.get(name, ()))), "")
    if not name:
        return None
    classes = lacking[name]
    names, several = [context.labels[i] for i in classes], len(classes) > 1
    return Finding(
        code=CODE,
        severity="warning",
        count=len(classes),
        examples=examples_of(f"{context.labels[i]}: {counts['train'][i]:,} for training" for i in classes),
        message=f"{listed(names)} {'are' if several else 'is'} missing in the source's {name} part.",
        why="The score will say nothing of how well such a class is recognised.",
        fix=ANEW,
        rows=positions(np.isin(context.targets, classes)),
    )


CHECK = CheckSpec(CODE, LABELLED, run, divide_anew, order=4)
