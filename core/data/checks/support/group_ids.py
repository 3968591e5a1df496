"""Groups of equal values in long arrays, by sorting.

Here this is many times faster than `numpy.unique`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return a number for each value, (N,), from 0 without gaps; equal values match."""
    order = np.argsort(values)
    in_order = values[order]
    numbers = np.zeros(len(values), dtype=np.int64)
    numbers[order[1:]] = np.cumsum(in_order[1:] != in_order[:-1])
    return numbers


def first_of_each(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row the position of the first row of its group, (N,)."""
    if not len(groups):
        return groups
    if groups.min() < 0 or groups.max() > 4 * len(groups):
        groups = numbered(groups)
    first = np.empty(int(groups.max()) + 1, dtype=np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]  # of several, the last one written stays: the first row
    return first[groups]


def sizes_of(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each row's group size, (N,); the groups are numbered from 0."""
    return np.bincount(groups)[groups].astype(np.int64)
