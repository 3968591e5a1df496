"""Classes with too few different examples to learn and to be judged by."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.classes import different_examples
from core.data.checks.support.selection import keep
from core.data.task_kinds import LABELLED
from core.data.wording import counted, examples_of, listed, positions, thing
from core.specs.dataset_types import Finding

CODE = "few-examples"
FEW, TOO_FEW = 10, 3  # different examples; with fewer than three, training, validation and test cannot each have one


def run(context: CheckContext) -> Finding | None:
    """Find the classes with few different examples."""
    sizes = different_examples(context)
    few, too_few = (sizes > 0) & (sizes < FEW), (sizes > 0) & (sizes < TOO_FEW)
    if not few.any():
        return None
    order = [i for i in np.argsort(sizes, kind="stable") if few[i]]
    nouns = thing(context.task)
    message = (
        f"{counted(len(order), 'class has', 'classes have')} fewer than {FEW} different {nouns}: "
        f"{listed([context.labels[i] for i in order])}."
    )
    if count := int(too_few.sum()):
        which = "It has" if len(order) == 1 else "One of them has" if count == 1 else f"{count} of them have"
        message += f" {which} fewer than {TOO_FEW}, too few for training, validation and test to get one each."
    leaving = _leaving(sizes)
    fix = ""
    if leaving.any():
        all_of_them = int(leaving.sum()) == len(order)
        classes = "this class" if len(order) == 1 else "these classes"
        fix = f"Leave {classes} out" if all_of_them else f"Leave out the classes with fewer than {TOO_FEW}"
    return Finding(
        code=CODE,
        severity="error" if too_few.any() else "warning",
        count=len(order),
        examples=examples_of(f"{context.labels[i]}: {sizes[i]:,}" for i in order),
        message=message,
        why="From a handful of examples a model learns these examples, not the class, and its score on the class is "
        "luck: add more, or leave the class out.",
        fix=fix,
        rows=positions(few[context.targets] & (context.targets >= 0)),
    )


def fix(context: CheckContext) -> pa.Table:
    """Leave the small classes out."""
    leaving = _leaving(different_examples(context))
    return keep(context, ~(leaving[context.targets] & (context.targets >= 0)))


def _leaving(sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the classes the fix removes; none if fewer than two would remain."""
    for bound in (FEW, TOO_FEW):
        if int((sizes >= bound).sum()) >= 2:
            return (sizes > 0) & (sizes < bound)
    return np.zeros(len(sizes), dtype=np.bool_)


CHECK = CheckSpec(CODE, LABELLED, run, fix, order=2)
