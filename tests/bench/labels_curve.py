"""How often the interval of "twice the labels would add X" holds what twice the labels do add.

    python -m tests.bench labels-curve

Each setting draws rows of a known world, fits a method to parts of them as the job does, and afterwards to twice the
rows. "average": the difference of the mean scores of many training sets of either size, on 20,000 fresh rows; "own": of
the one at hand and the one with as many rows added. `BENCH_SIMULATIONS` says how many a setting (200).
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import catalog
from core.specs import MetricSpec, Predictions
from core.statistics.labels_curve import DRAWS, SHARES, labels_curve, nested_rows

SIMULATIONS = int(os.environ.get("BENCH_SIMULATIONS", "200"))
TEST, FRESH, MANY = 400, 20_000, 40
Values = NDArray[np.float64]
Method = Callable[[Values, Values, Values], Values]  # (rows, targets, other rows) -> what it says of these


@dataclass(frozen=True)
class World:
    """Where rows come from, and the method that learns from them.

    Args:
        rows: Of the training split.
        columns: Of a row.
        signal: Of each column in the target; the noise has a standard deviation of 1.
        classes: Whether the target is its sign.
        ridge: Penalty of the fit.
        fewest: Rows from which on it learns at all; fewer give the mean.
    """

    rows: int
    columns: int
    signal: float
    classes: bool
    ridge: float = 1.0
    fewest: int = 0

    def draw(self, count: int, chance: np.random.Generator) -> tuple[Values, Values]:
        """Return rows and their targets."""
        rows = chance.normal(size=(count, self.columns))
        number = self.signal * rows.sum(axis=1) + chance.normal(size=count)
        return rows, (number > 0).astype(float) if self.classes else number

    def said(self, rows: Values, targets: Values, others: Values) -> Values:
        """Return what ridge regression on rows says of others."""
        middle = targets.mean()
        if len(rows) < self.fewest:
            found = np.full(len(others), middle)
        else:
            square = rows.T @ rows + self.ridge * np.eye(self.columns)
            found = middle + others @ np.linalg.solve(square, rows.T @ (targets - middle))
        return (found > 0.5).astype(float) if self.classes else found

    def predictions(self, rows: Values, targets: Values, others: Values, right: Values) -> Predictions:
        """Return the same as predictions of a task."""
        said = self.said(rows, targets, others)
        if self.classes:
            return Predictions(np.zeros(len(said)), right.astype(int), said.astype(int))
        return Predictions((said - right) ** 2, right, said)


WORLDS = {
    "classification": World(1_000, 60, 0.2, classes=True),
    "regression": World(1_000, 60, 0.2, classes=False),
    "regression, 150 rows": World(150, 10, 0.5, classes=False),
    "flat classification": World(1_000, 1, 1.0, classes=True),
    "flat regression": World(1_000, 1, 1.0, classes=False),
    "learns nothing from less than a fifth": World(150, 5, 1.0, classes=False, fewest=25),
    "learns nothing from less than half": World(150, 5, 1.0, classes=False, fewest=60),
}


def measure() -> Iterator[dict[str, object]]:
    """Yield a row for each setting."""
    for name, world in WORLDS.items():
        task = catalog.find_task("text-classification" if world.classes else "tabular-regression")
        yield {"setting": name, "simulations": SIMULATIONS} | _held(world, task.metric(task.primary_metric))


def _held(world: World, metric: MetricSpec) -> dict[str, object]:
    fresh = world.draw(FRESH, np.random.default_rng(999))
    average = _average(world, metric, fresh)
    held, own, widths, clear = 0, 0, [], 0
    for seed in range(SIMULATIONS):
        chance = np.random.default_rng(seed)
        rows, targets = world.draw(2 * world.rows, chance)
        test = world.draw(TEST, chance)
        first = slice(0, world.rows)
        found = labels_curve("baseline", "x", metric, _fits(world, rows[first], targets[first], test), seed)
        scores = [metric.compute(world.predictions(rows[:n], targets[:n], *fresh)) for n in (world.rows, len(rows))]
        held += found.low <= average <= found.high
        own += found.low <= scores[1] - scores[0] <= found.high
        widths.append(found.high - found.low)
        clear += found.is_clear
    return {
        "gain": round(average, 4), "average": round(held / SIMULATIONS, 3), "own": round(own / SIMULATIONS, 3),
        "half_width": round(float(np.median(widths)) / 2, 4), "clear": round(clear / SIMULATIONS, 3),
    }  # fmt: skip


def _fits(world: World, rows: Values, targets: Values, test: tuple[Values, Values]) -> dict[int, list[Predictions]]:
    found: dict[int, list[Predictions]] = {}
    for draw in range(DRAWS):
        labels = targets.astype(int) if world.classes else targets
        for share, part in zip(SHARES, nested_rows(labels, None, SHARES, draw), strict=True):
            if share < 1 or not draw:
                fitted = world.predictions(rows[part], targets[part], *test)
                found.setdefault(round(share * len(rows)), []).append(fitted)
    return found


def _average(world: World, metric: MetricSpec, fresh: tuple[Values, Values]) -> float:
    """Return the mean score of many training sets twice as large, minus that of as many at hand."""
    means = []
    for count in (world.rows, 2 * world.rows):
        sets = (world.draw(count, np.random.default_rng(10_000 + seed)) for seed in range(MANY))
        means.append(np.mean([metric.compute(world.predictions(*one, *fresh)) for one in sets]))
    return float(means[1] - means[0])
