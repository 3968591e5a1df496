"""Exact bounds of a share, for promises that no approximation may carry."""

import numpy as np

_BISECTIONS = 60


def at_most(count: int, total: int, share: float) -> float:
    """Return the chance of at most `count` of `total` independent events of this share."""
    if count >= total or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    many = np.arange(1, count + 1, dtype=np.float64)
    steps = np.log((total - many + 1) / many) + np.log(share / (1 - share))
    logs = total * np.log1p(-share) + np.concatenate([[0.0], np.cumsum(steps)])
    return float(min(np.exp(logs).sum(), 1.0))


def upper_bound(count: int, total: int, doubt: float = 0.05) -> float:
    """Return the exact one-sided upper bound of a share, at chance `doubt`.

    Source:
        Clopper and Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial", 1934,
        one-sided.
    """
    if count >= total:
        return 1.0
    low, high = count / total, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(count, total, middle) > doubt else (low, middle)
    return high


def fewest_for(share: float, doubt: float = 0.05) -> int:
    """Return how many faultless examples bound the share of faults by `share`."""
    return int(np.ceil(np.log(doubt) / np.log1p(-share)))
