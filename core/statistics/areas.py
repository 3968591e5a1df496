"""Confidence intervals of threshold-free areas: ROC area and average precision."""

import numpy as np
from numpy.typing import NDArray

from core.specs import Score
from core.statistics.normal import Z95


def roc_area(scores: NDArray[np.float64], is_it: NDArray[np.bool_]) -> Score:
    """Return the ROC area with its 95 % interval.

    It is the chance that one of the class gets a higher score than one of the rest.

    The interval is NaN where no pair is out of order: the variance is then 0 and says nothing.

    Source:
        DeLong, DeLong and Clarke-Pearson, "Comparing the Areas under Two or More Correlated Receiver Operating
        Characteristic Curves", 1988, by ranks as in Sun and Xu 2014; on the logit scale as in Pepe 2003, chapter 5.
    """
    every, own, rest = _ranks(scores), _ranks(scores[is_it]), _ranks(scores[~is_it])
    above = (every[is_it] - own) / len(rest)  # of each of the class: share of the rest below it
    below = 1 - (every[~is_it] - rest) / len(own)
    area = float(above.mean())
    variance = sum(float(part.var(ddof=1)) / len(part) if len(part) > 1 else 0.0 for part in (above, below))
    return _on_logits(area, np.sqrt(variance) / (area * (1 - area)) if 0 < area < 1 and variance else np.nan)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks of values from 1; ties share their mean rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places], dtype=np.float64)


def average_precision_of(area: float, positives: int) -> Score:
    """Return an average precision with its 95 % interval; none for a perfect order.

    Source:
        Boyd, Eng and Page, "Area under the Precision-Recall Curve: Point Estimates and Confidence Intervals", 2013
        (logit interval).
    """
    return _on_logits(area, 1 / np.sqrt(positives * area * (1 - area)) if 0 < area < 1 else np.nan)


def _on_logits(area: float, error: float) -> Score:
    if np.isnan(error):
        return Score(area, float("nan"), float("nan"))
    middle = np.log(area / (1 - area))
    low, high = (1 / (1 + np.exp(-(middle + side * Z95 * error))) for side in (-1, 1))
    return Score(area, float(low), float(high))
