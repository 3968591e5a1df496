"""Copies and rows of one group are no independent examples: whole clusters are drawn."""

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.evaluate import evaluate
from core.specs import MetricSpec, Predictions
from core.statistics.scores import difference_of, score_of
from core.tasks.classification import CLASSIFICATION_METRICS as OF_LABELS
from core.tasks.classification import predictions_of_probabilities
from core.tasks.tabular_regression import TASK as OF_NUMBERS
from core.tasks.text_classification import TASK as OF_TEXTS

CLASSES = {metric.name: metric for metric in OF_LABELS}
NUMBERS = {metric.name: metric for metric in OF_NUMBERS.metrics}


def labels(size: int, seed: int, right: float = 0.8) -> Predictions:
    chance = np.random.default_rng(seed)
    targets = chance.integers(0, 3, size)
    predicted = np.where(chance.random(size) < right, targets, (targets + 1) % 3)
    return Predictions(chance.exponential(size=size), targets, predicted)


def numbers(size: int, seed: int, spread: float = 1.0) -> Predictions:
    targets = np.random.default_rng(5).normal(size=size)
    predicted = targets + np.random.default_rng(seed).normal(scale=spread, size=size)
    return Predictions((predicted - targets) ** 2, targets, predicted)


def repeated(predictions: Predictions, times: int) -> Predictions:
    """Return the same examples so many times over, each with its copies as a cluster."""
    many = predictions.select(np.repeat(np.arange(len(predictions.nll)), times))
    return Predictions(many.nll, many.targets, many.predicted, groups=np.repeat(np.arange(len(predictions.nll)), times))


@pytest.mark.parametrize("name", ["accuracy", "f1", "mae", "rmse", "r2"])
def test_twenty_copies_of_each_example_say_no_more_than_one(name: str) -> None:
    metric = CLASSES.get(name) or NUMBERS[name]
    first, second = (labels(60, 1), labels(60, 2, 0.6)) if name in CLASSES else (numbers(60, 1), numbers(60, 2, 1.6))
    one, many = score_of(metric, first, 1, 0), score_of(metric, repeated(first, 20), 1, 0)
    assert many.value == pytest.approx(one.value)
    assert many.ci_high - many.ci_low == pytest.approx(one.ci_high - one.ci_low, rel=0.15)
    alone = score_of(metric, Predictions(*_parts(repeated(first, 20))), 1, 0)
    assert alone.ci_high - alone.ci_low < 0.4 * (many.ci_high - many.ci_low)
    once, often = (
        difference_of(metric, first, second, 1, 0),
        difference_of(metric, repeated(first, 20), repeated(second, 20), 1, 0),
    )
    assert often.value == pytest.approx(once.value)
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.2)


def _parts(predictions: Predictions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return predictions.nll, predictions.targets, predictions.predicted


def test_clusters_of_one_each_change_nothing() -> None:
    alone = labels(200, 3)
    named = Predictions(*_parts(alone), groups=np.arange(200))
    assert score_of(CLASSES["accuracy"], named, 1, 0) == score_of(CLASSES["accuracy"], alone, 1, 0)


@pytest.mark.parametrize("metric", [CLASSES["accuracy"], CLASSES["f1"], NUMBERS["mae"]], ids=lambda m: m.name)
def test_of_fewer_than_ten_clusters_nothing_is_said(metric: MetricSpec) -> None:
    predictions = labels(90, 4) if metric.name in CLASSES else numbers(90, 4)
    few = Predictions(*_parts(predictions), groups=np.arange(90) % 9)
    found = score_of(metric, few, 1, 0)
    assert np.isnan([found.ci_low, found.ci_high]).all()
    assert not difference_of(metric, few, few, 1, 0).is_clear


def test_the_interval_of_grouped_answers_holds_the_truth() -> None:
    """Customers differ: some are read rightly nearly always, some seldom; 95 % is meant."""
    chance, held, truth = np.random.default_rng(11), {"grouped": 0, "alone": 0}, 0.8
    for _ in range(300):
        skill = chance.beta(2.0, 0.5, 40)  # of each customer, 0.8 on average
        clusters = np.repeat(np.arange(40), chance.integers(2, 9, 40))
        right = chance.random(len(clusters)) < skill[clusters]
        predictions = Predictions(np.ones(len(right)), np.zeros(len(right), np.int64), (~right).astype(np.int64))
        for name, groups in (("grouped", clusters), ("alone", np.zeros(0, np.int64))):
            found = score_of(CLASSES["accuracy"], Predictions(*_parts(predictions), groups=groups), 1, 0)
            held[name] += found.ci_low <= truth <= found.ci_high
    assert 0.92 <= held["grouped"] / 300 <= 0.985
    assert held["alone"] / 300 < 0.88


def test_the_verdict_says_of_how_many_groups_the_test_is() -> None:
    chance = np.random.default_rng(2)
    targets = chance.integers(0, 2, 60)
    predictions = predictions_of_probabilities(np.eye(2)[targets] * 0.6 + 0.2, targets)
    said = {}
    for groups in (60, 20, 6):
        grouped = replace(predictions, groups=np.arange(60) % groups)
        said[groups] = evaluate(OF_TEXTS, grouped, {"majority": predictions}, ("a", "b"), 0)
    end = "test examples are copies or belong together"
    assert said[60].notes == ()
    assert said[20].notes == (f"Its 60 {end} in part: they count as 20 groups.",)
    assert said[6].notes == (
        f"Its 60 {end}, 6 groups in all: too few to say how sure the number is. Add examples of other groups.",
    )
    assert said[20].baselines["majority"]["accuracy"] == said[20].test["accuracy"]  # the same groups for all


def test_of_one_class_nothing_is_said_of_all_classes_whether_or_not_there_are_copies() -> None:
    one_class = Predictions(np.full(60, 0.3), np.zeros(60, np.int64), (np.arange(60) % 4 == 0).astype(np.int64))
    (f1,) = (metric for metric in OF_LABELS if metric.name == "f1")
    for found in (one_class, replace(one_class, groups=np.arange(60) // 3)):
        assert np.isnan(score_of(f1, found, 1, seed=0).ci_low)
