"""Simple methods for tables."""

import math

import numpy as np
import pandas as pd
import pytest

from core.baselines.tree_nodes import Trees
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


@pytest.mark.parametrize("task", ["tabular-regression", "tabular-classification"])
@pytest.mark.parametrize("classes", [2, 3])
def test_trees_as_arrays_say_what_scikit_learn_says(task: str, classes: int) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    chance = np.random.default_rng(0)
    rows = np.column_stack([chance.integers(0, 40, 600), chance.normal(size=600), chance.normal(size=600)]).astype(
        float
    )
    rows[chance.random(rows.shape) < 0.1] = np.nan
    says = np.nan_to_num(rows[:, 0]) % 3 + np.nan_to_num(rows[:, 1]) * np.nan_to_num(rows[:, 2])
    settings = {"max_iter": 30, "early_stopping": True, "categorical_features": [0], "random_state": 0}
    unseen = np.column_stack([np.full(5, 77.0), np.zeros((5, 2))])
    if task == "tabular-regression":
        model = HistGradientBoostingRegressor(**settings).fit(rows[:300], says[:300])
        answers = Trees.of(model).sums(np.concatenate([rows, unseen]))[:, 0]
        np.testing.assert_allclose(answers, model.predict(np.concatenate([rows, unseen])))
        return
    targets = np.digitize(says, np.quantile(says, np.arange(1, classes) / classes))
    model = HistGradientBoostingClassifier(**settings).fit(rows[:300], targets[:300])
    found = Trees.of(model).sums(rows)
    np.testing.assert_allclose(found[:, 0] if classes == 2 else found, model.decision_function(rows))


def test_trees_find_a_product_that_no_sum_can_say_with_gaps_and_categories() -> None:
    chance = np.random.default_rng(0)
    left, right = chance.normal(size=(2, 800))
    kinds = np.array(["a", "b"], object)[chance.integers(0, 2, 800)]
    wanted = 100 + 9 * np.sign(left) * np.sign(right) + 30 * (kinds == "b")
    left[::9], kinds[::11] = np.nan, None
    examples = Examples(pd.DataFrame({"left": left, "right": right, "kind": kinds}), wanted)
    train, test = examples.select(np.arange(600)), examples.select(np.arange(600, 800))
    r2 = {name: TASK.metric("r2").compute(o) for name, o in judged(TASK, train, test).items()}
    assert r2["boosted trees"] > 0.75 > r2["ridge"]
