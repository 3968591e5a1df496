"""Scores by number of training rows, and the likely gain of twice as many.

The field calls it a learning curve; here that word is taken by the loss during training, so it is the labels curve.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.specs import MetricSpec, Predictions
from core.statistics.clustered import clusters_of

SHARES = (0.1, 0.25, 0.5, 1.0)  # of the training rows
DRAWS = 5  # of each share below the whole
FEWEST_ROWS = 100  # of a training split: a tenth of fewer says nothing
RESAMPLES = 400
DECILES = 10
EXPONENTS = np.linspace(0.05, 2.0, 40)
Values = NDArray[np.float64]


@dataclass(frozen=True)
class SizePoint:
    """Scores of one training size: mean, 95 % interval, and each draw."""

    rows: int
    value: float
    low: float
    high: float
    draws: tuple[float, ...]


@dataclass(frozen=True)
class LabelsCurve:
    """The curve of one method, and what twice the labels would bring.

    Args:
        kind: "baseline" or "model".
        name: The method's, as results name it.
        metric: The one that decides in the task.
        points: The fewest rows first.
        gain: Likely, of twice the rows; above 0 is better.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    kind: str
    name: str
    metric: str
    points: tuple[SizePoint, ...]
    gain: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether more labels surely help."""
        return self.low > 0


@dataclass(frozen=True)
class LabelsCurves:
    """The curves of a run's best baseline and, where asked for, its model."""

    key: str = ""  # of run, data and code
    curves: Mapping[str, LabelsCurve] = field(default_factory=dict)  # by kind


def nested_rows(
    targets: NDArray[np.generic], groups: NDArray[np.int64] | None, shares: Sequence[float], seed: int
) -> list[NDArray[np.int64]]:
    """Return which training rows are learnt from for each share, one within the next.

    Labels, or tenths of the numbers to predict, keep their shares; rows of one group stay together.

    Args:
        targets: (N,) classes or numbers.
        groups: (N,) numbers of groups; None where each row stands for itself.
        shares: Of the rows, ascending.
        seed: Of the draw.
    """
    number = np.arange(len(targets)) if groups is None else np.unique(groups, return_inverse=True)[1]
    first = np.unique(number, return_index=True)[1]
    strata = _strata(targets)[first]  # of a group: that of its first row
    chance = np.random.default_rng(seed)
    rank = np.empty(len(first))
    for stratum in np.unique(strata):
        members = chance.permutation(np.flatnonzero(strata == stratum))
        rank[members] = (np.arange(len(members)) + chance.random()) / len(members)
        rank[members[0]] = 0.0  # of each at least one
    return [np.flatnonzero(rank[number] <= share) for share in shares]


def _strata(targets: NDArray[np.generic]) -> NDArray[np.int64]:
    if np.issubdtype(targets.dtype, np.integer):
        return np.asarray(targets, np.int64)
    order = np.argsort(np.argsort(targets, kind="stable"), kind="stable")
    return np.asarray(order * DECILES // max(len(targets), 1), np.int64)


def labels_curve(
    kind: str, name: str, metric: MetricSpec, fits: Mapping[int, Sequence[Predictions]], seed: int = 0
) -> LabelsCurve:
    """Return the curve of a method, and what twice the rows would bring.

    A power law, error = a + b rows^-c with a and b of 0 or more, is fitted to the mean error of each size and carried
    on to twice the rows. The interval is that of resampled test rows (whole groups, the same for all sizes) and of the
    luck of the draw: how far scores of one size differ says how much luck a training set brings, which falls with its
    size; it counts for each mean and for the one training set that would be twice as large. Where the law
    misses the scores by more than chance explains, that much is added: some methods learn nothing from few rows, and
    then much.

    Source:
        Cortes, Jackel, Solla, Vapnik and Denker, "Learning Curves: Asymptotic Values and Rate of Convergence", 1993;
        Hestness et al., "Deep Learning Scaling is Predictable, Empirically", 2017; on its limits Viering and Loog, "The
        Shape of Learning Curves: a Review", 2022. The bootstrap: Efron and Tibshirani, 1993, chapter 6.

    Args:
        kind: "baseline" or "model".
        name: The method's.
        metric: The one that decides.
        fits: By training rows, what each draw's method did on the same test rows.
        seed: Of the resamples.
    """
    sizes = np.array(sorted(fits), np.float64)
    parts = [list(fits[int(size)]) for size in sizes]
    shares, counts = sizes / sizes[-1], np.array([len(part) for part in parts], np.float64)
    own = [np.array([_error(metric, one) for one in part]) for part in parts]
    luck = _luck(own, sizes, shares)
    chance = np.random.default_rng(seed)
    means = np.empty((RESAMPLES, len(sizes)))
    for at, rows in enumerate(_resampled(parts[0][0], chance)):
        means[at] = [np.mean([_error(metric, one.select(rows)) for one in part]) for part in parts]
    spread = np.sqrt(luck / sizes * (1 - shares) / counts)
    means += chance.normal(size=means.shape) * spread
    weights, end = sizes * counts, sizes[-1]
    mean = np.array([[each.mean() for each in own]])
    (gain, missed), (gains, missed_by_chance) = (_gains(sizes, errors, weights) for errors in (mean, means))
    misfit = max(2 * float(missed[0]) - float(missed_by_chance.mean()), 0.0)  # resamples hold chance twice
    gains += chance.normal(size=RESAMPLES) * math.sqrt(luck / (2 * end) + misfit)
    if metric.statistic == "share":  # which so many rows know in such steps
        gains += chance.uniform(-1, 1, RESAMPLES) / len(parts[0][0].nll)
    low, high = np.percentile(gains[np.isfinite(gains)], (2.5, 97.5))
    ends = np.percentile(means, (2.5, 97.5), axis=0)
    points = [_point(metric, size, each, ends[:, i]) for i, (size, each) in enumerate(zip(sizes, own, strict=True))]
    return LabelsCurve(kind, name, metric.name, tuple(points), float(gain[0]), float(low), float(high))


def _point(metric: MetricSpec, size: float, errors: Values, ends: Values) -> SizePoint:
    low, high = sorted(_value(metric, float(end)) for end in ends)
    draws = tuple(_value(metric, float(error)) for error in errors)
    return SizePoint(int(size), _value(metric, float(errors.mean())), low, high, draws)


def _error(metric: MetricSpec, predictions: Predictions) -> float:
    """Return a score as an error that falls to 0 at best."""
    value = metric.compute(predictions)
    return 1 - value if metric.direction == "max" else value


def _value(metric: MetricSpec, error: float) -> float:
    return 1 - error if metric.direction == "max" else error


def _luck(errors: Sequence[Values], sizes: Values, shares: Values) -> float:
    """Return the variance between training sets, times their size.

    Draws from one pool differ by less than fresh ones: by the share that is left out (the finite population factor).
    """
    known = [
        size * float(each.var(ddof=1)) / (1 - share)
        for each, size, share in zip(errors, sizes, shares, strict=True)
        if len(each) > 1 and share < 1
    ]
    return float(np.mean(known)) if known else 0.0


def _resampled(example: Predictions, chance: np.random.Generator) -> "list[NDArray[np.int64]]":
    """Return resamples of the test rows, whole clusters where rows belong together."""
    total, clusters = len(example.nll), clusters_of(example)
    if clusters is None:
        return [chance.integers(total, size=total) for _ in range(RESAMPLES)]
    count, rows = int(clusters.max()) + 1, np.arange(total)
    drawn = (np.bincount(chance.integers(count, size=count), minlength=count) for _ in range(RESAMPLES))
    return [np.repeat(rows, times[clusters]) for times in drawn]


def _gains(sizes: Values, errors: Values, weights: Values) -> tuple[Values, Values]:
    """Return what fitted power laws gain by twice the rows; mean squared misses.

    No method gains more than the error that is left.

    Args:
        sizes: (S,) rows.
        errors: (R, S) of each resample.
        weights: (S,) of the sizes.
    """
    best, found, share = np.full(len(errors), math.inf), np.zeros(len(errors)), weights / weights.sum()
    for exponent in EXPONENTS:
        x = (sizes / sizes[-1]) ** -exponent  # 1 at the whole, above it for fewer rows
        apart, middle = x - share @ x, errors @ share
        slope = np.maximum((errors - middle[:, None]) @ (share * apart) / (share @ apart**2), 0.0)
        level = middle - slope * (share @ x)
        slope = np.where(level < 0, errors @ (share * x) / (share @ x**2), slope)  # no error is below 0
        level = np.maximum(level, 0.0)
        off = ((errors - level[:, None] - slope[:, None] * x) ** 2) @ share
        found = np.where(off < best, slope * (1 - 2.0**-exponent), found)
        best = np.minimum(off, best)
    return np.minimum(found, errors[:, -1]), best
