"""How many examples each class has."""

import numpy as np
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.group_ids import first_of_each, numbered, sizes_of


def class_sizes(context: CheckContext) -> NDArray[np.int64]:
    """Return the number of examples of each label, (K,)."""
    return _count(context, context.targets)


def different_examples(context: CheckContext) -> NDArray[np.int64]:
    """Return the number of different examples of each label, (K,): repeated ones count once."""
    return _count(context, context.targets[~repeats(context)])


def repeats(context: CheckContext) -> NDArray[np.bool_]:
    """Return which rows repeat an earlier one and have its label, (N,)."""
    found = np.zeros(len(context), dtype=np.bool_)
    rows = np.flatnonzero(sizes_of(context.same) > 1)
    if len(rows):
        groups = numbered(context.same[rows] * (len(context.labels) + 1) + context.targets[rows] + 1)
        found[rows] = first_of_each(groups) != np.arange(len(rows))
    return found


def _count(context: CheckContext, targets: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.bincount(targets[targets >= 0], minlength=len(context.labels)).astype(np.int64)
