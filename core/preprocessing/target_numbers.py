"""The numbers that a table's model learns to predict: where they lie, and whether they can be learnt at all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.preprocessing.number_column import LARGEST, SMALLEST

CLOSEST = 1e-5  # of their own size: numbers to predict that lie closer run together in 32 bits
MARGIN = 10.0  # times their range, by which answers may leave it; those of numbers that are never negative stop at 0


@dataclass(frozen=True)
class TargetNumbers:
    """Where the numbers to predict lie, in the training split.

    Args:
        mean: Their mean.
        std: Their standard deviation.
        low: No answer is smaller.
        high: Or larger.
    """

    mean: float
    std: float
    low: float = -np.inf
    high: float = np.inf


def fit_target(targets: NDArray[np.float64]) -> TargetNumbers:
    """Return where the numbers to predict lie, (N,).

    Raises:
        DataError: There is nothing in them to be predicted.
    """
    mean, std = _statistics(targets)
    low, high = float(targets.min()), float(targets.max())
    margin = MARGIN * (high - low)
    return TargetNumbers(mean, std, 0.0 if low >= 0 else low - margin, high + margin)


def _statistics(targets: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean and standard deviation of the numbers to predict."""
    if len(targets) < 2:
        raise DataError("There is hardly a row to learn from. Add more rows, a hundred or more.")
    if not np.isfinite(targets).all() or np.abs(targets).max() > LARGEST:
        raise DataError(
            "Some of the numbers to predict are missing or too large to compute with. "
            "Remove these rows, or choose another column to predict."
        )
    mean, std, low, high = float(targets.mean()), float(targets.std()), float(targets.min()), float(targets.max())
    if low == high:
        raise DataError(
            f"The number to predict is {low:g} in every row that the model would learn from, so there is "
            "nothing to learn. Choose another column to predict."
        )
    if std <= max(CLOSEST * abs(mean), SMALLEST):
        raise DataError(
            f"The numbers to predict lie between {low:.15g} and {high:.15g}: too close together to be told apart when "
            "computing. Subtract what they have in common, or write them in a smaller unit, and import them again."
        )
    return mean, std
