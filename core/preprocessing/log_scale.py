"""Choice of a log scale for the target, where values multiply rather than add.

A model of their logarithms explains more there.
"""

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.target_numbers import TargetNumbers

CHOOSING_ROWS = 4_000  # on which the two are compared
FEWEST_ROWS = 60
FOLDS = 5
CLEARLY = 0.9  # of the squared errors that are left, at most: only then is the logarithm worth its less plain formula
PENALTY = 1.0  # of the ridge regression that compares
Numbers = NDArray[np.float64]


def squared_errors(rows: Numbers, targets: Numbers, scale: TargetNumbers) -> float:
    """Return the sum of squared out-of-sample errors of ridge regression.

    Args:
        rows: (N, F) features.
        targets: (N,) numbers to predict, in their own units.
        scale: Whether they are computed with as they are, or as logarithms.
    """
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    total = 0.0
    for number in range(FOLDS):
        inside = fold == number
        known, wanted = rows[~inside], scale.standardised(targets[~inside])
        mean, middle = known.mean(axis=0), float(wanted.mean())
        products = (known - mean).T @ (known - mean) + PENALTY * np.eye(rows.shape[1])
        weights = np.linalg.solve(products, (known - mean).T @ (wanted - middle))
        said = middle + (rows - mean) @ weights
        smear = scale.smear(said[~inside], targets[~inside])
        total += float(((scale.in_units(said[inside], smear) - targets[inside]) ** 2).sum())
    return total
