"""Measured precision of label doubts: labels are flipped, then judged out of fold.

The judge of a label has not learnt it.

The measure of Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021, with
known noise, on the user's own examples.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.label_issues import probable_mislabels
from core.specs.dataset_types import LabelFlipTest

FLIPPED = 0.05  # of the labels; where people looked closely, sets have 1 to 10 % wrong ones
MOST = 2_000  # examples that take part
FEWEST_FLIPPED = 20  # in all draws; fewer say nothing
FOLDS = 3
Rows = NDArray[np.int64]
# From (rows to learn from, their labels, rows to judge) to the probabilities (N, K) of the judged rows.
Judge = Callable[[Rows, NDArray[np.int64], Rows], NDArray[np.float64]]


class Setting(NamedTuple):
    """What a trial is about.

    Args:
        classes: How many there are.
        judge: What the judge is, in words.
        among: Whose labels are flipped, in words.
        seed: Of the rows that take part, the flips and the folds.
        draws: How often.
    """

    classes: int
    judge: str
    among: str
    seed: int
    draws: int = 1


def label_flip_test(
    targets: NDArray[np.int64],
    judge: Judge,
    setting: Setting,
    count: Callable[[int, int], None] = lambda _done, _total: None,
) -> LabelFlipTest | None:
    """Return how many doubted labels were flipped; None if there are too few.

    A label that was wrong before counts as a right one that was doubted, so where mistakes are as random as the flips
    the truth is rather better than this.

    Args:
        targets: (N,) labels from 0 to K - 1.
        judge: Learns from some rows and judges others.
        setting: What is tried.
        count: Told how often the judge has learnt, and how often it will.
    """
    generator = np.random.default_rng(setting.seed)
    rows = np.sort(generator.permutation(len(targets))[:MOST])
    flips_each = round(FLIPPED * len(rows))
    if flips_each * setting.draws < FEWEST_FLIPPED or len(np.unique(targets[rows])) < 2:
        return None
    doubted = found = 0
    for draw in range(setting.draws):
        count(draw * FOLDS, setting.draws * FOLDS)
        flips = generator.permutation(len(rows))[:flips_each]
        labels = _flipped(targets[rows], flips, generator)
        told = partial(_told, count, draw * FOLDS, setting.draws * FOLDS)
        seen = _doubted(rows, labels, judge, setting.classes, generator, told)
        doubted, found = doubted + len(seen), found + len(seen & set(flips.tolist()))
    flipped = flips_each * setting.draws
    return LabelFlipTest(setting.judge, setting.among, len(rows), setting.draws, flipped, doubted, found)


def _told(count: Callable[[int, int], None], before: int, total: int, fold: int) -> None:
    count(before + fold + 1, total)


def _flipped(labels: NDArray[np.int64], flips: Rows, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return labels of which some became another class, one that there is."""
    present = np.unique(labels)
    places = np.searchsorted(present, labels[flips]) + generator.integers(1, len(present), len(flips))
    changed = labels.copy()
    changed[flips] = present[places % len(present)]
    return changed


def _doubted(
    rows: Rows,
    labels: NDArray[np.int64],
    judge: Judge,
    classes: int,
    generator: np.random.Generator,
    told: Callable[[int], None],
) -> set[int]:
    """Return the places in `rows` whose labels out-of-fold judges doubt."""
    probabilities = np.full((len(rows), classes), np.nan)  # what nobody could judge is not doubted
    folds = generator.permutation(len(rows)) % FOLDS
    for fold in range(FOLDS):
        held, learnt = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(np.unique(labels[learnt])) > 1:
            probabilities[held] = judge(rows[learnt], labels[learnt], rows[held])
        told(fold)
    return {one.position for one in probable_mislabels(labels, probabilities)}
