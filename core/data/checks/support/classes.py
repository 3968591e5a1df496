"""How many examples each class has."""

import numpy as np
from numpy.typing import NDArray

from core.data.checks.support.check_context import Examined
from core.data.checks.support.group_ids import first_of_each, numbered, sizes_of

CLASSIFICATION = ("image-classification", "text-classification")


def class_sizes(examined: Examined) -> NDArray[np.int64]:
    """Return the number of examples of each label, (K,)."""
    return _count(examined, examined.targets)


def different_examples(examined: Examined) -> NDArray[np.int64]:
    """Return the number of different examples of each label, (K,): repeated ones count once."""
    return _count(examined, examined.targets[~repeats(examined)])


def repeats(examined: Examined) -> NDArray[np.bool_]:
    """Return which rows repeat an earlier one and have its label, (N,)."""
    found = np.zeros(len(examined), dtype=np.bool_)
    rows = np.flatnonzero(sizes_of(examined.same) > 1)
    if len(rows):
        groups = numbered(examined.same[rows] * (len(examined.labels) + 1) + examined.targets[rows] + 1)
        found[rows] = first_of_each(groups) != np.arange(len(rows))
    return found


def _count(examined: Examined, targets: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.bincount(targets[targets >= 0], minlength=len(examined.labels)).astype(np.int64)
