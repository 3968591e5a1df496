"""Where a model that answers with numbers is off: more on large answers than on small ones, and to which side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.results.class_scores import Z95
from core.runs import Score

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
    """Return low, middle and high answers, each a third; nothing where there are too few to divide.

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


def mean_of(values: NDArray[np.float64]) -> Score:
    """Return the mean with its 95 % interval by the normal distribution, good from about 10 values on."""
    error = float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    mean = float(values.mean())
    return Score(mean, float(mean - Z95 * error), float(mean + Z95 * error))


def trend(found: tuple[Part, ...]) -> str:
    """Say whether errors grow or shrink with the answers: "grow", "shrink", or "" where the intervals meet."""
    if not found:
        return ""
    first, last = found[0].off, found[-1].off
    if first.ci_high < last.ci_low:
        return "grow"
    return "shrink" if last.ci_high < first.ci_low else ""
