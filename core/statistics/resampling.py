"""Bootstrap: how much a score would move if the test examples had been others.

Efron & Tibshirani 1993, chapter 13 (percentile interval); for examples whose neighbours are not independent, circular
blocks of Politis & Romano 1992.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.specs import Score

RESAMPLES = 1_000
LEVEL = 0.95
MOST_ALIKE = 0.8  # correlation of neighbouring groups that is believed


def resamples(size: int, block: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield each resample's indexes, (size,), drawn with replacement in runs of `block` neighbours.

    Args:
        size: Number of examples.
        block: Examples that are drawn together; 1 draws each by itself.
        seed: The same seed gives the same resamples, so that two methods can be compared on them.
    """
    generator = np.random.default_rng(seed)
    runs = -(-size // block)
    within = np.arange(block)
    for _ in range(RESAMPLES):
        starts = generator.integers(size, size=runs)
        yield starts if block == 1 else ((starts[:, None] + within) % size).ravel()[:size]


def resampled_means(values: NDArray[np.float64], block: int, seed: int) -> NDArray[np.float64]:
    """Return each resample's mean, (R,), for the resamples of `resamples` without creating them.

    Args:
        values: (N,) of each example; N is 1 or more.
        block: Examples that are drawn together.
        seed: Of the resamples.
    """
    size = len(values)
    runs = -(-size // block)
    last = size - (runs - 1) * block  # of the last run only so many count
    around = np.concatenate([[0.0], np.cumsum(np.resize(values, size + block))])  # the end goes on at the beginning
    generator = np.random.default_rng(seed)
    means = np.empty(RESAMPLES)
    for i in range(RESAMPLES):
        starts = generator.integers(size, size=runs)
        whole = around[starts[:-1] + block] - around[starts[:-1]]
        means[i] = (whole.sum() + around[starts[-1] + last] - around[starts[-1]]) / size
    return means


def by_group(values: NDArray[np.float64], groups: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum and size of each group, (G,) each, for group resampling.

    The mean is then a ratio of two means over groups (Davison & Hinkley 1997, section 3.8; Field & Welsh 2007).

    Args:
        values: (N,) of each example.
        groups: (N,) numbers from 0.
    """
    sizes = np.bincount(groups).astype(np.float64)
    sums = np.bincount(groups, weights=values).astype(np.float64)
    return sums[sizes > 0], sizes[sizes > 0]


def neighbours_alike(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> float:
    """Return the factor by which correlated neighbouring groups raise a mean's standard error.

    From the correlation of each group with the next, as if it fell by the same factor from one to the next: the mean of
    n such groups is as sure as that of n (1 - r) / (1 + r) independent ones (Zwiers & von Storch 1995).

    Args:
        sums: (G,) of groups that stand beside each other.
        sizes: (G,) of theirs.
    """
    count = len(sums)
    apart = sums - sizes * sums.sum() / max(sizes.sum(), 1.0)
    spread = float((apart**2).sum())
    if count < 3 or not spread > 0:
        return 1.0
    alike = float((apart[1:] * apart[:-1]).sum()) / spread + 1 / count  # which is too low by so much on average
    alike = min(max(alike, 0.0), MOST_ALIKE)
    return float(np.sqrt((1 + alike) / (1 - alike)))


def percentile_interval(value: float, resampled: NDArray[np.float64]) -> Score:
    """Return a value with its percentile interval.

    Args:
        value: On the examples themselves.
        resampled: (R,) on each resample.
    """
    if not len(resampled) or np.isnan(resampled).all():
        return Score(value, float("nan"), float("nan"))
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(resampled, (tail, 1 - tail))
    return Score(value, float(low), float(high))
