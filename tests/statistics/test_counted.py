"""The interval of a mean over classes: against a jackknife by hand, and where there is little to go by."""

import math

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn import metrics

from core.catalog import find_task
from core.specs import Predictions
from core.statistics.counted import counted_interval
from core.statistics.scores import score_of

TASK = find_task("image-classification")
F1 = TASK.metric("f1")


def answers(size: int, classes: int, right: float, seed: int = 0) -> Predictions:
    chance = np.random.default_rng(seed)
    targets = np.concatenate([np.arange(classes).repeat(2), chance.integers(classes, size=size - 2 * classes)])
    given = np.where(chance.random(size) < right, targets, chance.integers(classes, size=size))
    return Predictions(np.ones(size), targets, given)


def test_it_is_the_jackknife_with_scikit_learns_f1() -> None:
    predictions = answers(60, 4, 0.7)
    left = [np.delete(np.arange(60), at) for at in range(60)]
    without = [metrics.f1_score(predictions.targets[ix], predictions.predicted[ix], average="macro") for ix in left]
    value, mean = F1.compute(predictions), float(np.mean(without))
    middle = value - 59 * (mean - value)
    half = 1.959964 * math.sqrt(59 * np.var(without)) / (middle * (1 - middle))
    found = score_of(F1, predictions, 1, 0)
    assert found.value == value
    assert [found.ci_low, found.ci_high] == pytest.approx(expit([logit(middle) - half, logit(middle) + half]), abs=1e-6)


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_the_interval_holds_the_value_and_stays_a_share(name: str) -> None:
    for seed in range(20):
        found = score_of(TASK.metric(name), answers(40, 6, 0.9, seed), 1, 0)
        assert 0 <= found.ci_low <= found.value <= found.ci_high <= 1


def test_without_a_mistake_it_is_wilsons() -> None:
    found, wilson = (score_of(TASK.metric(name), answers(50, 3, 1.0), 1, 0) for name in ("f1", "accuracy"))
    assert (found.ci_low, found.ci_high) == (wilson.ci_low, wilson.ci_high)


def test_a_class_with_a_single_example_is_no_trouble() -> None:
    predictions = Predictions(np.ones(12), np.array([0] * 6 + [1] * 5 + [2]), np.array([0] * 5 + [1] * 5 + [0, 2]))
    assert F1.of_counts is not None
    found = counted_interval(F1.compute(predictions), F1.of_counts, predictions)
    assert found.ci_low < found.value < found.ci_high
