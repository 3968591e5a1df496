"""Below which confidence a model's answer needs a person: from its own calibration."""

import numpy as np
from numpy.typing import NDArray

from core.specs import Predictions

FEWEST = 30  # validation examples, below which nothing is said
RIGHT = 2 / 3  # an answer that is right less often than this at its confidence is handed to a person

NOT_SURE = "I am not sure; a person should look."


def in_words(threshold: float) -> str:
    """Return why an answer below a confidence is not sure."""
    return (
        f"Below {100 * threshold:.0f} % confidence fewer than two of three of its answers on validation examples were "
        "right."
    )


def unsure_below(predictions: Predictions) -> float | None:
    """Return the confidence below which fewer than two of three answers were right.

    The share of right answers is fitted to the confidence by isotonic regression on the validation split.

    Args:
        predictions: Of the validation split, with probabilities.

    Returns:
        None where too few examples tell, or where the answers are right often enough at any confidence.
    """
    if len(predictions.targets) < FEWEST or not predictions.probabilities.size:
        return None
    confidence = predictions.probabilities.max(axis=1)
    order = np.argsort(confidence, kind="stable")
    right = (predictions.predicted == predictions.targets)[order].astype(np.float64)
    fitted = rising(right)
    low = fitted < RIGHT
    if not low.any():
        return None
    last = int(np.flatnonzero(low)[-1])
    return float(confidence[order][last + 1]) if last + 1 < len(order) else 1.0


def rising(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the nondecreasing values nearest to given ones, (N,): pool adjacent violators."""
    means, sizes = list[float](), list[int]()
    for value in values.tolist():
        means.append(value)
        sizes.append(1)
        while len(means) > 1 and means[-2] >= means[-1]:
            size = sizes[-2] + sizes[-1]
            mean = (means[-2] * sizes[-2] + means[-1] * sizes[-1]) / size
            del means[-1], sizes[-1]
            means[-1], sizes[-1] = mean, size
    return np.repeat(np.array(means), sizes)
