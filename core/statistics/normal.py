"""Constants of the normal distribution, and the interval of a mean by it."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from core.specs import Score

ALPHA = 0.05  # how often "clearly" may be said where there is no difference
POWER = 0.8  # how often a true difference shall be found
STANDARD = NormalDist()
Z95 = STANDARD.inv_cdf(1 - ALPHA / 2)  # 95 % lie within -z and z
Z_POWER = STANDARD.inv_cdf(POWER)


def mean_of(values: NDArray[np.float64]) -> Score:
    """Return the mean with its normal 95 % interval, good from about 10 values."""
    error = float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    mean = float(values.mean())
    return Score(mean, float(mean - Z95 * error), float(mean + Z95 * error))
