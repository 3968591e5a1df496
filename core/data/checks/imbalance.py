"""Some classes are much larger than others."""

import numpy as np

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.classes import class_sizes
from core.data.task_kinds import LABELLED
from core.data.wording import examples_of, listed, percent, thing
from core.specs.dataset_types import Finding

CODE = "imbalance"
NOTED, WARNED = 3, 10  # times as many examples in the largest class as in the smallest


def run(context: CheckContext) -> Finding | None:
    """Find that the largest class is several times the smallest."""
    sizes = class_sizes(context)
    present = np.flatnonzero(sizes)
    if len(present) < 2:
        return None
    order = present[np.argsort(-sizes[present], kind="stable")]
    largest, smallest = order[0], order[-1]
    ratio = sizes[largest] / sizes[smallest]
    if ratio <= NOTED:
        return None
    share = percent(float(sizes[largest]), float(sizes.sum()))
    largest_name, smallest_name = listed([context.labels[largest]]), listed([context.labels[smallest]])
    return Finding(
        code=CODE,
        severity="warning" if ratio > WARNED else "note",
        count=int(sizes[largest]),
        examples=examples_of(f"{context.labels[i]}: {sizes[i]:,}" for i in order),
        message=f"{share} of the {thing(context.task)} are {largest_name} ({sizes[largest]:,}), "
        f"{ratio:,.{0 if ratio >= 10 else 1}f} times as many as {smallest_name} ({sizes[smallest]:,}). A model that "
        f"always answers {largest_name} would be right on {share} of them, so accuracy alone will flatter: look at "
        "the scores of each class too.",
        why="A model sees little of the small classes and is seldom punished for missing them.",
    )


CHECK = CheckSpec(CODE, LABELLED, run, order=20)
