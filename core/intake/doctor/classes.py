"""How many examples each class has."""

import numpy as np
from numpy.typing import NDArray

from core.intake.doctor.examined import Examined

CLASSIFICATION = ("image-classification", "text-classification")


def class_sizes(examined: Examined) -> NDArray[np.int64]:
    """Return the number of examples of each label, (K,)."""
    return _count(examined, examined.targets)


def different_examples(examined: Examined) -> NDArray[np.int64]:
    """Return the number of different examples of each label, (K,): repeated ones count once."""
    groups = labelled_groups(examined)
    _, first = np.unique(groups, return_index=True)
    return _count(examined, examined.targets[first])


def labelled_groups(examined: Examined) -> NDArray[np.int64]:
    """Return a number for each row, (N,): the same number means the same example with the same label."""
    return examined.same * (len(examined.labels) + 1) + examined.targets + 1


def _count(examined: Examined, targets: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.bincount(targets[targets >= 0], minlength=len(examined.labels)).astype(np.int64)
