"""Residuals of a regression model: errors by size of prediction, and their bias."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.specs import Score
from core.statistics.normal import mean_of

PARTS = 3  # low, middle and high answers
FEWEST = 30  # answers that can be divided into parts


@dataclass(frozen=True)
class Part:
    """Answers of about the same size."""

    low: float  # the smallest answer
    high: float
    count: int
    off: Score  # mean distance to the truth, with its 95 % interval
    lean: Score  # mean of answer minus truth


def parts(right: NDArray[np.float64], answers: NDArray[np.float64]) -> tuple[Part, ...]:
    """Return thirds of low, middle and high predictions; empty for too few.

    Args:
        right: (N,) right numbers.
        answers: (N,) what the model said.
    """
    if len(answers) < FEWEST:
        return ()
    order = np.argsort(answers, kind="stable")
    found = []
    for chosen in np.array_split(order, PARTS):
        errors = answers[chosen] - right[chosen]
        said = answers[chosen]
        found.append(Part(float(said[0]), float(said[-1]), len(said), mean_of(np.abs(errors)), mean_of(errors)))
    return tuple(found)


def trend(found: tuple[Part, ...]) -> str:
    """Return the error trend over predictions: "grow", "shrink", or `""` where intervals overlap."""
    if not found:
        return ""
    first, last = found[0].off, found[-1].off
    if first.ci_high < last.ci_low:
        return "grow"
    return "shrink" if last.ci_high < first.ci_low else ""
