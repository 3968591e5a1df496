"""Whether a classifier is as often right as it is sure."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.specs import Score
from core.statistics.shares import calibration_error_by_chance, wilson

MOST_BINS = 15  # as in Guo et al. 2017
FEWEST_IN_A_BIN = 20  # examples


@dataclass(frozen=True)
class Bin:
    """Answers of about the same confidence."""

    count: int
    confidence: float  # mean
    right: Score  # share of right answers with its 95 % interval


@dataclass(frozen=True)
class Calibration:
    """How confidence and success go together.

    Args:
        bins: From the least to the most sure, each with as many answers.
        ece: Expected calibration error: how far confidence and success lie apart, on average over answers, 0 to 1.
        by_chance: What 95 of 100 models that are exactly as sure as they are right would stay below, with so many
            examples: an error below it proves nothing.
        lean: Mean confidence minus share of right answers: above 0 is too sure.
    """

    bins: tuple[Bin, ...]
    ece: float
    by_chance: float
    lean: float

    @property
    def verdict(self) -> Literal["honest", "too sure", "too modest", "uneven"]:
        """Say in a word what is wrong, if anything that chance would not do."""
        if self.ece <= self.by_chance:
            return "honest"
        if abs(self.lean) < self.ece / 2:  # too sure in places, too modest in others
            return "uneven"
        return "too sure" if self.lean > 0 else "too modest"


def calibration(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 0, seed: int = 0
) -> Calibration | None:
    """Return how far confidence can be trusted; None without examples.

    Bins hold equally many answers, so that none is empty and none is judged by a handful.

    Args:
        confidence: (N,) probability that the model gave to its answer.
        right: (N,) whether the answer was right.
        bins: How many; 0 is as many as the examples allow, at most 15.
        seed: Of the draws behind `by_chance`.

    Source:
        Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015; equal
        mass as in Nixon et al., "Measuring Calibration in Deep Learning", 2019.
    """
    if not len(confidence):
        return None
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, bins or min(MOST_BINS, max(1, len(order) // FEWEST_IN_A_BIN)))
    counts = np.array([len(part) for part in parts if len(part)])
    means = np.array([confidence[part].mean() for part in parts if len(part)])
    hits = np.array([int(right[part].sum()) for part in parts if len(part)])
    weights = counts / counts.sum()
    return Calibration(
        bins=tuple(
            Bin(int(n), float(mean), wilson(int(hit), int(n))) for n, mean, hit in zip(counts, means, hits, strict=True)
        ),
        ece=float((np.abs(hits / counts - means) * weights).sum()),
        by_chance=calibration_error_by_chance(counts, means, seed),
        lean=float(confidence.mean() - right.mean()),
    )
