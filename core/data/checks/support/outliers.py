"""Values far from all others, by a rule that outliers cannot influence."""

import numpy as np
from numpy.typing import NDArray

DEVIATION_OF_NORMAL = 1.4826  # standard deviations in a median absolute deviation
MOST_SHARE, ALWAYS_FEW = 0.01, 3  # more than this are no outliers but a kind of their own


def far_out(
    values: NDArray[np.float64], spreads: float, least: float = 0.0, *, only_above: bool = False
) -> NDArray[np.bool_]:
    """Return which values are far from the median, (N,); none if too many.

    Too many are no exceptions.

    Repeated until no more are found, so that without them there are none.

    Args:
        values: (N,).
        spreads: How many robust standard deviations are far.
        least: How far a value must be in any case; without it, values that are mostly the same have none that is far.
        only_above: Whether what lies far below the median is left alone.
    """
    far = np.zeros(len(values), dtype=np.bool_)
    while True:
        rest = values[~far]
        middle = np.median(rest)
        spread = DEVIATION_OF_NORMAL * float(np.median(np.abs(rest - middle)))
        bound = max(least, spreads * spread)
        distance = values - middle if only_above else np.abs(values - middle)
        further = far | (distance > bound) if bound else far
        if int(further.sum()) > most_exceptions(len(values)):
            return np.zeros(len(values), dtype=np.bool_)
        if (further == far).all():
            return far
        far = further


def most_exceptions(count: int) -> float:
    """Return how many of `count` values can be exceptions; more form a separate kind."""
    return max(ALWAYS_FEW, MOST_SHARE * count)
