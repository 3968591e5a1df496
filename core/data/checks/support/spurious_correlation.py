"""Spurious correlation check: whether something unrelated to an image's content reveals its class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST = 40  # examples
BINS = 16
LEAST_SKILL = 0.3  # of the way from guessing to always right
SURELY = 4.0  # standard deviations above guessing


@dataclass(frozen=True)
class Telling:
    """How well one thing tells another; every class counts the same.

    Args:
        accuracy: Right answers on examples that the rule has not seen.
        guess: Right answers of a guess.
        luck: Standard deviation of a guess's right answers.
        examples: How many there were.
    """

    accuracy: float
    guess: float
    luck: float
    examples: int

    @property
    def is_shortcut(self) -> bool:
        """Return whether it is far above guessing, and not by luck."""
        above = self.accuracy - self.guess
        return self.examples >= FEWEST and above >= LEAST_SKILL * (1 - self.guess) and above > SURELY * self.luck


def told_apart(groups: NDArray[np.int64], targets: NDArray[np.int64]) -> Telling:
    """Learn each group's class from half of the examples; evaluate on the other half.

    Args:
        groups: (N,) from 0.
        targets: (N,) from 0; at least two different ones.
    """
    chance = np.random.default_rng(0).permutation(len(groups))
    learn, judge = chance[::2], chance[1::2]
    classes = int(targets.max()) + 1
    counts = np.zeros((int(groups.max()) + 1, classes))
    np.add.at(counts, (groups[learn], targets[learn]), 1)
    rule = (counts / np.maximum(counts.sum(0), 1)).argmax(1)
    right = rule[groups[judge]] == targets[judge]
    judged = np.bincount(targets[judge], minlength=classes)
    there = judged > 0
    shares = np.bincount(targets[judge], right, minlength=classes)[there] / judged[there]
    guess = 1 / classes
    luck = float(np.sqrt(guess * (1 - guess) * (1 / judged[there]).sum())) / max(1, int(there.sum()))
    return Telling(float(shares.mean()) if len(shares) else 0.0, guess, luck, len(groups))


def binned(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a group for each value, (N,): itself where few differ, else its sixteenth."""
    different, group = np.unique(values, return_inverse=True)
    if len(different) <= BINS:
        return np.asarray(group, dtype=np.int64)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, values, side="right").astype(np.int64)
