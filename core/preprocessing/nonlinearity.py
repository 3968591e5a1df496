"""Gain of a nonlinear fit of a table's columns over a linear one.

Ridge regression on the columns, and on the columns with a layer of random neurons beside them (Schmidt et al. 1992;
Rahimi and Recht 2007), both by cross-validation: a fraction of a second, without scikit-learn or torch.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.preprocessing.columns import ColumnPreprocessor, kind_of
from core.specs import Examples

MOST_ROWS = 5_000  # that are tried on
FEWEST_ROWS = 40
MOST_COLUMNS = 300
NEURONS = 512
FOLDS = 5
PENALTIES = (1.0, 10.0, 100.0, 1000.0)
FARTHEST = 5.0  # standard deviations that a value counts: one absurd cell shall not bend everything
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Fits:
    """Share of right answers, or of explained variance, on unseen rows.

    Args:
        straight: By a weighted sum of the columns.
        bent: By a weighted sum of these and of random neurons.
    """

    straight: float
    bent: float

    @property
    def gain(self) -> float:
        """How much more the bent function explains."""
        return self.bent - max(self.straight, 0.0)


def fits_of(rows: Examples) -> Fits | None:
    """Return both fits of a table; None where there is too little to tell.

    Args:
        rows: Of the training split; columns of free text are not looked at.
    """
    if isinstance(rows.inputs, (tuple, np.ndarray)):
        return None
    plain = rows.inputs[[name for name, column in rows.inputs.items() if kind_of(column) != "text"]]
    if len(rows) < FEWEST_ROWS or not len(plain.columns) or len(np.unique(rows.targets)) < 2:
        return None
    with threadpool_limits(1, "blas"):  # this small, threads wait for one another: 1.5 CPU s instead of 0.1
        return _fits(Examples(plain, rows.targets, rows.labels))


def _fits(rows: Examples) -> Fits:
    kept = np.random.default_rng(0).permutation(len(rows))[:MOST_ROWS]
    looked_at = rows.select(kept)
    fitted = ColumnPreprocessor.fit(looked_at)
    columns = fitted.transform_training(looked_at).astype(np.float64)
    columns = np.clip((columns - columns.mean(axis=0)) / (columns.std(axis=0) + 1e-9), -FARTHEST, FARTHEST)
    if looked_at.labels:
        wanted = np.eye(len(looked_at.labels))[looked_at.targets]
    else:
        wanted = np.asarray(fitted.target.standardised(looked_at.targets), np.float64)[:, None]
    columns = _strongest(columns, wanted)
    return Fits(_explained(columns, wanted), _explained(np.hstack([columns, _neurons(columns)]), wanted))


def _strongest(columns: Numbers, wanted: Numbers) -> Numbers:
    """Return the columns that say most by themselves: thousands would take minutes."""
    says = np.abs(columns.T @ (wanted - wanted.mean(axis=0))).max(axis=1)
    return columns[:, np.sort(np.argsort(-says, kind="stable")[:MOST_COLUMNS])]


def _neurons(columns: Numbers) -> Numbers:
    """Return the outputs of random neurons, (N, NEURONS), standardised."""
    drawn = np.random.default_rng(1)
    weights = drawn.standard_normal((columns.shape[1], NEURONS)) / np.sqrt(columns.shape[1])
    outputs = np.maximum(columns @ weights + drawn.standard_normal(NEURONS), 0.0)
    standardised: Numbers = (outputs - outputs.mean(axis=0)) / (outputs.std(axis=0) + 1e-9)
    return standardised


def _explained(columns: Numbers, wanted: Numbers) -> float:
    """Return what ridge regression explains of unseen rows, with its best penalty."""
    fold = np.random.default_rng(0).permutation(len(columns)) % FOLDS
    answers = np.zeros((len(PENALTIES), *wanted.shape))
    for number in range(FOLDS):
        inside = fold == number
        known, mean = columns[~inside], columns[~inside].mean(axis=0)
        middle = wanted[~inside].mean(axis=0)
        sizes, directions = np.linalg.eigh((known - mean).T @ (known - mean))
        projected = directions.T @ ((known - mean).T @ (wanted[~inside] - middle))
        for place, penalty in enumerate(PENALTIES):
            weights = directions @ (projected / (np.maximum(sizes, 0.0) + penalty)[:, None])
            answers[place, inside] = middle + (columns[inside] - mean) @ weights
    return max(_score(one, wanted) for one in answers)


def _score(answers: Numbers, wanted: Numbers) -> float:
    if wanted.shape[1] > 1:
        return float((answers.argmax(axis=1) == wanted.argmax(axis=1)).mean())
    return 1.0 - float(((answers - wanted) ** 2).sum() / ((wanted - wanted.mean(axis=0)) ** 2).sum())
