"""Simple methods for tables."""

import math

import numpy as np
import pandas as pd
import pytest

from core.specs import Examples
from core.tasks.tabular_regression import TASK
from tests.baselines.ladder import judged


def line(rows: int, noise: float, seed: int = 0) -> Examples:
    """Return rows whose number is three times their column `x`, plus noise."""
    chance = np.random.default_rng(seed)
    x = chance.normal(0, 1, rows)
    return Examples(pd.DataFrame({"x": x}), 50 + 3 * x + chance.normal(0, noise, rows))


def test_ridge_finds_a_line_and_the_mean_does_not() -> None:
    predictions = judged(TASK, line(200, noise=1.0), line(100, noise=1.0, seed=1), 0)
    assert list(predictions)[:2] == ["mean", "ridge"]
    r2 = {name: TASK.metric("r2").compute(o) for name, o in predictions.items()}
    assert r2["mean"] == pytest.approx(0, abs=0.05)
    assert r2["ridge"] == pytest.approx(0.9, abs=0.04)
    assert not math.isnan(predictions["ridge"].nll.sum())


def test_one_wrong_cell_does_not_make_ridge_look_hopeless() -> None:
    chance = np.random.default_rng(0)
    size = chance.uniform(1, 10, 300)
    sizes = pd.DataFrame({"height": size, "width": size + chance.normal(0, 0.01, 300)})  # they say the same
    examples = Examples(sizes, 100 * size + 4_000 * (sizes["width"] - size).to_numpy())
    train, test = examples.select(np.arange(200)), examples.select(np.arange(200, 300))
    test.inputs.loc[0, "width"] = 0.0  # type: ignore[union-attr]
    ridge = judged(TASK, train, test, 0)["ridge"]
    assert train.targets.min() / 2 <= ridge.predicted.min() < ridge.predicted.max() <= 2 * train.targets.max()
    assert TASK.metric("r2").compute(ridge) > 0.9


def test_baselines_read_words_and_gaps_as_models_do() -> None:
    table = pd.DataFrame({"maker": np.array(["A", "B", None, "A"] * 10, object), "size": [1.0, np.nan, 3.0, 4.0] * 10})
    examples = Examples(table, np.array([10.0, 20.0, 30.0, 12.0] * 10))
    predictions = judged(TASK, examples, examples, 0)
    assert TASK.metric("r2").compute(predictions["ridge"]) > 0.95
