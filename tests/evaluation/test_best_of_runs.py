"""Choosing one of many: by validation, and how much the best by the test split flatters."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.catalog import find_task
from core.evaluation.best_of_runs import optimism_of_best
from core.specs import MetricSpec, Predictions

ACCURACY = find_task("image-classification").metric("accuracy")
R2 = find_task("tabular-regression").metric("r2")
RMSE = find_task("tabular-regression").metric("rmse")


def classified(right: NDArray[np.bool_]) -> Predictions:
    zeros = np.zeros(len(right), np.int64)
    return Predictions(np.zeros(len(right)), zeros, np.where(right, 0, 1))


def numbers(targets: NDArray[np.float64], errors: NDArray[np.float64]) -> Predictions:
    return Predictions(errors**2, targets, targets + errors)


def seen_and_said(worth: NDArray[np.float64], draws: int, examples: int = 300) -> tuple[float, float]:
    """Return how much the best of some models flattered on average, and how much was said."""
    generator = np.random.default_rng(0)
    flattered, said = [], []
    for _ in range(draws):
        right = [generator.random(examples) < share for share in worth]
        best = int(np.argmax([one.mean() for one in right]))
        flattered.append(right[best].mean() - worth[best])
        said.append(optimism_of_best(ACCURACY, [classified(one) for one in right]))
    return float(np.mean(flattered)), float(np.mean([one for one in said if one is not None]))


@pytest.mark.parametrize("worth", [np.full(12, 0.8), np.linspace(0.70, 0.82, 12)], ids=["equal", "unequal"])
def test_what_is_said_is_what_the_best_of_many_flatters_by(worth: NDArray[np.float64]) -> None:
    flattered, said = seen_and_said(worth, draws=300)
    assert flattered > 0.008
    assert said == pytest.approx(flattered, abs=0.006)


def test_a_model_that_is_far_ahead_flatters_by_nothing_worth_saying() -> None:
    _, said = seen_and_said(np.array([0.95, 0.5, 0.5, 0.5]), draws=50)
    assert said < 0.01


def test_what_is_hard_for_all_is_no_noise() -> None:
    right = np.random.default_rng(1).random(500) < 0.7
    assert optimism_of_best(ACCURACY, [classified(right)] * 5) == 0.0


@pytest.mark.parametrize(("metric", "true"), [(R2, 0.75), (RMSE, 0.5)], ids=lambda one: getattr(one, "name", ""))
def test_scores_of_numbers_flatter_too(metric: MetricSpec, true: float) -> None:
    generator, flattered, said = np.random.default_rng(2), [], []
    sign = 1 if metric.direction == "max" else -1
    for _ in range(200):
        targets = generator.normal(size=400)
        models = [numbers(targets, 0.5 * generator.normal(size=400)) for _ in range(10)]
        values = sign * np.array([metric.compute(one) for one in models])
        flattered.append(values.max() - values.mean())  # all are worth the same; the rows are as hard for each
        said.append(optimism_of_best(metric, models))
        assert values.mean() == pytest.approx(sign * true, abs=0.1)
    assert np.mean([one for one in said if one is not None]) == pytest.approx(np.mean(flattered), rel=0.25)


def test_nobody_knows_with_two_models_or_a_handful_of_examples() -> None:
    right = np.arange(20) < 15
    assert optimism_of_best(ACCURACY, [classified(right)] * 2) is None
    assert optimism_of_best(ACCURACY, [classified(right[:5])] * 5) is None
