"""Labels that are numbers to be predicted, rather than names of classes."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.classes import class_sizes
from core.data.task_kinds import LABELLED, NUMBERS
from core.data.wording import counted, examples_of, number
from core.specs.dataset_types import Finding

CODE = "numeric-labels"
MOST_FRACTIONS, MOST_WHOLE = 10, 20  # different numbers that may well be classes
FEW_EACH = 10  # examples of each number, below which whole numbers are surely no classes


def run(context: CheckContext) -> Finding | None:
    """Find that the labels are many different numbers."""
    sizes = class_sizes(context)
    labels = [label for label, size in zip(context.labels, sizes, strict=True) if size]
    try:
        values = np.array([float(label) for label in labels])
    except ValueError:
        return None  # words
    if not len(values) or not np.isfinite(values).all():
        return None
    are_whole = bool((values == np.round(values)).all())
    if len(values) <= (MOST_WHOLE if are_whole else MOST_FRACTIONS):
        return None
    surely = not are_whole or len(context) < FEW_EACH * len(values)
    return Finding(
        code=CODE,
        severity="error" if surely else "warning",
        count=len(values),
        examples=examples_of(labels),
        message=f"The labels are {counted(len(values), 'different number')} between {number(float(values.min()))} and "
        f"{number(float(values.max()))}. If they are amounts, such as prices or ages, import the data again as a table "
        f"and predict the number ({NUMBERS.first}).",
        why="As classes, 19 and 20 are as different as 19 and 900, and each has few examples to learn from.",
    )


CHECK = CheckSpec(CODE, LABELLED, run, order=4)
