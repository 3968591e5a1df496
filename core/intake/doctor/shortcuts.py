"""Whether something that has nothing to do with what a picture shows gives its class away."""

import numpy as np
from numpy.typing import NDArray

FEWEST = 40  # examples
BINS = 16
LEAST_SKILL = 0.3  # of the way from guessing to always right
SURELY = 4.0  # standard deviations above guessing


def told_apart(groups: NDArray[np.int64], targets: NDArray[np.int64], classes: int) -> float:
    """Return how often the class is told right from the group alone, on examples that the rule has not seen.

    Every class counts the same, so guessing is right on one of `classes`.

    Args:
        groups: (N,) from 0.
        targets: (N,) from 0.
        classes: How many there are.
    """
    chance = np.random.default_rng(0).permutation(len(groups))
    learn, judge = chance[::2], chance[1::2]
    counts = np.zeros((int(groups.max()) + 1, classes))
    np.add.at(counts, (groups[learn], targets[learn]), 1)
    rule = (counts / np.maximum(counts.sum(0), 1)).argmax(1)
    right = rule[groups[judge]] == targets[judge]
    judged = np.bincount(targets[judge], minlength=classes)
    shares = np.bincount(targets[judge], right, minlength=classes) / np.maximum(judged, 1)
    return float(shares[judged > 0].mean())


def is_shortcut(accuracy: float, classes: int, examples: int) -> bool:
    """Return whether an accuracy of `told_apart` is far above guessing, and not by luck."""
    guess = 1 / classes
    luck = np.sqrt(guess * (1 - guess) / max(1, examples // 2))
    skill = (accuracy - guess) / (1 - guess)
    return bool(examples >= FEWEST and skill >= LEAST_SKILL and accuracy - guess > SURELY * luck)


def binned(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a group for each value, (N,): itself where there are few different ones, else its sixteenth of all."""
    different, group = np.unique(values, return_inverse=True)
    if len(different) <= BINS:
        return np.asarray(group, dtype=np.int64)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, values, side="right").astype(np.int64)
