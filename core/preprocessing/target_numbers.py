"""Target numbers of a table's model: their range, and whether they can be learnt."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.preprocessing.numeric_column import LARGEST, SMALLEST

CLOSEST = 1e-5  # of their own size: numbers to predict that lie closer run together in 32 bits
MARGIN = 0.25  # times their range, by which answers may leave it
SMALLER = 0.5  # of the smallest, where all are above 0: no answer is smaller
FEW = 0.1  # quantile of the numbers above 0 that is added to all before the logarithm is taken, where some are 0


@dataclass(frozen=True)
class TargetNumbers:
    """Where the numbers to predict lie, in the training split.

    Args:
        mean: Their mean.
        std: Their standard deviation.
        low: No answer is smaller.
        high: Or larger.
        log_mean: Mean of their logarithms, where these are computed with.
        log_std: Their standard deviation; 0 where the numbers are computed with as they are.
        log_left: Squared error that logarithms left in cross-validation, of that of the numbers as they are; 0 where
            they were not tried.
        log_shift: Added before the logarithm is taken, since 0 has none.
    """

    mean: float
    std: float
    low: float = -np.inf
    high: float = np.inf
    log_mean: float = 0.0
    log_std: float = 0.0
    log_left: float = 0.0
    log_shift: float = 0.0

    @property
    def is_log(self) -> bool:
        """Whether logarithms are computed with."""
        return self.log_std > 0

    @property
    def log(self) -> tuple[float, float, float]:
        """Mean and standard deviation of the logarithms, and the shift added before."""
        return self.log_mean, self.log_std, self.log_shift

    def standardised(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers as they are computed with: around 0 with spread 1."""
        if self.is_log:
            return (np.log(numbers + self.log_shift) - self.log_mean) / self.log_std
        return (numbers - self.mean) / self.std

    def in_units(self, standardised: NDArray[np.float64], smear: float = 1.0) -> NDArray[np.float64]:
        """Return in their own units what was computed, within the bounds."""
        if self.is_log:
            exponent = np.minimum(self.log_mean + self.log_std * standardised, np.log(LARGEST))
            return np.asarray((smear * np.exp(exponent) - self.log_shift).clip(self.low, self.high))
        return np.asarray((self.mean + self.std * standardised).clip(self.low, self.high))

    def smear(self, standardised: NDArray[np.float64], numbers: NDArray[np.float64]) -> float:
        """Return the smearing factor, which corrects the mean of log-scale predictions.

        Source:
            Duan, Smearing Estimate: A Nonparametric Retransformation Method, 1983.
        """
        if not self.is_log:
            return 1.0
        mean = float(self.in_units(standardised).mean()) + self.log_shift
        return (float(numbers.mean()) + self.log_shift) / mean if mean > 0 else 1.0

    def as_log(self, targets: NDArray[np.float64]) -> "TargetNumbers":
        """Return the same with logarithms to compute with.

        Args:
            targets: (N,) none below 0.
        """
        shift = 0.0
        if targets.min() == 0:
            is_counted = bool((targets == np.round(targets)).all())
            shift = 1.0 if is_counted else float(np.quantile(targets[targets > 0], FEW))
        logs = np.log(targets + shift)
        return replace(self, log_mean=float(logs.mean()), log_std=float(logs.std()), log_shift=shift)


def fit_target(targets: NDArray[np.float64]) -> TargetNumbers:
    """Return where the numbers to predict lie, (N,).

    Raises:
        DataError: There is nothing in them to be predicted.
    """
    mean, std = _statistics(targets)
    low, high = float(targets.min()), float(targets.max())
    margin = MARGIN * (high - low)
    return TargetNumbers(mean, std, SMALLER * low if low >= 0 else low - margin, high + margin)


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
