"""Paired tests of two contenders on the same examples, corrected for their number."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np

from core.evaluation.predictions_file import StoredFolds
from core.services.comparison.predictions import Answers
from core.specs import MetricSpec, Predictions, TaskSpec
from core.statistics.crossfit import Folds, crossfitted_difference
from core.statistics.difference import Difference, agreed, holm
from core.statistics.scores import difference_of

Standing = Literal["reference", "better", "worse", "unclear", "untested"]
SEED = 0  # of the resamples: the same for every run, or they could not be paired


@lru_cache(maxsize=512)
def difference_in_folds(metric: MetricSpec, first: StoredFolds, second: StoredFolds) -> Difference:
    """Return the first score minus the second, on every row in common folds."""
    folds = Folds(first.number, first.training_rows, first.grouped)
    return crossfitted_difference(metric, first.predictions, second.predictions, folds, SEED)


@lru_cache(maxsize=512)
def difference_between(task: TaskSpec, metric: MetricSpec, first: Answers, second: Answers) -> Difference | None:
    """Return the first one's score minus the second's; None if on different examples."""
    pair = paired(task, first, second)
    return difference_of(metric, *pair, task.bootstrap_block, SEED) if pair else None


def paired(task: TaskSpec, first: Answers, second: Answers) -> tuple[Predictions, Predictions] | None:
    """Return both answers to the same examples; None if the examples differ.

    Texts are aligned at their end: a model may need some characters to begin with.
    """
    if first.fingerprint != second.fingerprint or not len(first) or not len(second):
        return None
    if task.bootstrap_block > 1:  # of characters, neighbours are judged together
        count = min(len(first), len(second))
        return last(first.predictions, count), last(second.predictions, count)
    if not np.array_equal(first.predictions.targets, second.predictions.targets):
        return None
    return first.predictions, second.predictions


def last(predictions: Predictions, count: int) -> Predictions:
    """Return the outcomes of the last examples."""
    return predictions.select(np.arange(len(predictions.nll) - count, len(predictions.nll)))


def corrected(differences: Sequence[Difference], sign: int) -> list[tuple[Standing, Difference, float]]:
    """Return standing, difference and p-value of each, corrected for all of them together (Holm).

    Clear is only what test and interval both call so.

    Args:
        differences: To one reference.
        sign: 1 where a higher score is better, else -1.
    """
    found: list[tuple[Standing, Difference, float]] = []
    for one, p in zip(differences, holm([one.p for one in differences]), strict=True):
        known = agreed(one, p)
        standing: Standing = "unclear"
        if known.is_clear:
            standing = "better" if sign * known.value > 0 else "worse"
        found.append((standing, known, p))
    return found
