"""Bootstrap-t intervals of errors and of explained variance.

Percentile intervals of these scores are too short.

Efron & Tibshirani 1993, chapter 12 and section 12.6 (on a scale where the spread does not depend on the value: here the
logarithm); DiCiccio & Efron, "Bootstrap Confidence Intervals", 1996. All are ratios of two means over the examples,
whose standard error is that of the linear part (Efron & Tibshirani 1993, section 21.6).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.specs import Score
from core.statistics.difference import Difference
from core.statistics.normal import Z95
from core.statistics.resampling import LEVEL, RESAMPLES

FEWEST = 10  # examples; of fewer nothing is said of how sure the number is
MOST = 5_000  # examples; from there on the normal distribution says the same
CALIBRATION = 24  # examples: of fifty, 1.3 % instead of 2.5 % are left out at each end
LEAST_TAIL = 0.2  # of the 2.5 %: what a thousand resamples can still tell
_AT_ONCE = 2**20  # drawn numbers
_NOWHERE = float("nan")
Statistic = Callable[[NDArray[np.float64], int], tuple[NDArray[np.float64], NDArray[np.float64]]]


def ratio_interval(
    parts: NDArray[np.float64],
    wholes: NDArray[np.float64],
    seed: int,
    wider: float = 1.0,
    calibration: int = CALIBRATION,
) -> Score:
    """Return the mean of `parts` over that of `wholes` with its log-scale interval.

    Both means are above 0.

    Args:
        parts: (N,) of each example, 0 or more: squared errors.
        wholes: (N,) of each example, 0 or more: 1, or squared distances from the mean.
        seed: Of the resamples.
        wider: How many times the standard error is what it would be if the examples were independent.
        calibration: See `_middle`; 0 where examples are means of very many, which have no long tail.

    Returns:
        Without an interval where there are fewer than ten examples, or nothing that differs.
    """
    value, error = _ratio(_products(parts, wholes).mean(0)[None], len(parts))
    ratio = float(value[0])
    if len(parts) < FEWEST or not ratio > 0 or not error[0] > 0:
        return Score(ratio, _NOWHERE, _NOWHERE)
    scaled = wider * float(error[0]) / ratio
    low, high = -Z95, Z95
    if len(parts) <= MOST:
        values, errors = _ratio(_resampled(parts, wholes, seed), len(parts))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (np.log(values) - np.log(ratio)) * values / errors
        low, high = _middle(t, len(parts), calibration)
    with np.errstate(over="ignore"):  # a few rows that say nearly all leave the upper end open
        return Score(ratio, ratio * float(np.exp(-high * scaled)), ratio * float(np.exp(-low * scaled)))


def ratio_difference(
    parts: NDArray[np.float64],
    wholes: NDArray[np.float64],
    seed: int,
    wider: float = 1.0,
    calibration: int = CALIBRATION,
) -> Difference:
    """Return a difference, `parts` over `wholes` in the mean, with interval and p-value.

    Args:
        parts: (N,) of each example, of any sign: the second's squared error minus the first's.
        wholes: (N,) of each example, 0 or more.
        seed: Of the resamples.
        wider: As in `ratio_interval`.
        calibration: Likewise.
    """
    if not parts.any():
        return Difference(0.0, 0.0, 0.0, 1.0)
    return _difference(_ratio, parts, wholes, seed, wider, calibration)


def root_difference(first: NDArray[np.float64], second: NDArray[np.float64], seed: int) -> Difference:
    """Return the difference of the roots of two means, with its interval and p-value.

    Args:
        first: (N,) of each example, 0 or more: squared errors.
        second: (N,) likewise, of the same examples.
        seed: Of the resamples.
    """
    return _difference(_roots, first, second, seed) if (first != second).any() else Difference(0.0, 0.0, 0.0, 1.0)


def _difference(
    statistic: Statistic,
    parts: NDArray[np.float64],
    wholes: NDArray[np.float64],
    seed: int,
    wider: float = 1.0,
    calibration: int = CALIBRATION,
) -> Difference:
    values, errors = statistic(_products(parts, wholes).mean(0)[None], len(parts))
    value, error = float(values[0]), wider * float(errors[0])
    if len(parts) < FEWEST or not error > 0:
        return Difference(value, _NOWHERE, _NOWHERE, 1.0)
    size = min(len(parts), MOST)
    values, errors = statistic(_resampled(parts, wholes, seed, size), size)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (values - value) / errors
    low, high = _middle(t, len(parts), calibration)
    known = np.abs(t[np.isfinite(t)])
    p = (1 + np.count_nonzero(known >= abs(value) / error)) / (len(known) + 1)
    return Difference(value, value - high * error, value - low * error, float(p))


def _products(parts: NDArray[np.float64], wholes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a ratio and its error are made of, (N, 5)."""
    return np.stack([parts, wholes, parts * parts, parts * wholes, wholes * wholes], 1)


def _ratio(products: NDArray[np.float64], size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ratio and its standard error per row of mean products, (R, 5)."""
    part, whole, part2, both, whole2 = products.T
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = part / whole
        spread = part2 - 2 * ratio * both + ratio**2 * whole2  # of part - ratio * whole, whose mean is 0
        return ratio, np.sqrt(np.maximum(spread, 0.0) / max(size - 1, 1)) / whole


def _roots(products: NDArray[np.float64], size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the difference of two root means and its error, by rows (R, 5)."""
    one, other, one2, both, other2 = products.T
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = np.sqrt(one), np.sqrt(other)
        slopes = 0.5 / roots[0], 0.5 / roots[1]  # what a root gains where its mean does
        spread = slopes[0] ** 2 * (one2 - one**2) + slopes[1] ** 2 * (other2 - other**2)
        spread -= 2 * slopes[0] * slopes[1] * (both - one * other)
        return roots[0] - roots[1], np.sqrt(np.maximum(spread, 0.0) / max(size - 1, 1))


def _resampled(
    parts: NDArray[np.float64], wholes: NDArray[np.float64], seed: int, size: int | None = None
) -> NDArray[np.float64]:
    """Return the mean products of each resample, (R, 5)."""
    size = len(parts) if size is None else size
    each = _products(parts, wholes)
    generator, found = np.random.default_rng(seed), np.empty((RESAMPLES, 5))
    step = max(1, _AT_ONCE // size)
    for start in range(0, RESAMPLES, step):
        drawn = generator.integers(len(parts), size=(min(step, RESAMPLES - start), size))
        found[start : start + len(drawn)] = each[drawn].mean(1)
    return found


def _middle(t: NDArray[np.float64], size: int, calibration: int) -> tuple[float, float]:
    """Return the ends that enclose 95 % of finite values, more with few examples.

    A few examples know nothing of the tail that they do not have: 95 % of the resamples of fifty skewed errors hold the
    truth in 89 to 92 of 100 cases. The level is calibrated as in Loh, "Calibrating Confidence Coefficients", JASA
    1987, on the worlds of `make bench` section `coverage`.
    """
    tail = (1 - LEVEL) / 2 * max(1 - calibration / size, LEAST_TAIL)
    low, high = np.quantile(t[np.isfinite(t)], (tail, 1 - tail)) if np.isfinite(t).any() else (_NOWHERE, _NOWHERE)
    return float(low), float(high)
