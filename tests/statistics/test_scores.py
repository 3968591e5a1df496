"""Every metric of every task against scikit-learn, and its interval against a plain bootstrap."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn import metrics

from core.catalog import tasks
from core.specs import MetricSpec, Predictions
from core.statistics.difference import Difference
from core.statistics.scores import difference_of, score_of

SIZE, CLASSES = 400, 4
THEIRS: dict[tuple[str, str], Callable[[Predictions], float]] = {
    ("label", "accuracy"): lambda o: metrics.accuracy_score(o.targets, o.predicted),
    ("label", "precision"): lambda o: metrics.precision_score(o.targets, o.predicted, average="macro", zero_division=0),
    ("label", "recall"): lambda o: metrics.recall_score(o.targets, o.predicted, average="macro", zero_division=0),
    ("label", "f1"): lambda o: metrics.f1_score(o.targets, o.predicted, average="macro", zero_division=0),
    ("label", "loss"): lambda o: metrics.log_loss(o.targets, o.probabilities, labels=range(CLASSES)),
    ("number", "r2"): lambda o: metrics.r2_score(o.targets, o.predicted),
    ("number", "mae"): lambda o: metrics.mean_absolute_error(o.targets, o.predicted),
    ("number", "rmse"): lambda o: metrics.root_mean_squared_error(o.targets, o.predicted),
    ("text", "loss"): lambda o: float(np.mean(o.nll)),
    ("text", "perplexity"): lambda o: float(np.exp(np.mean(o.nll))),
    ("text", "bits_per_character"): lambda o: float(np.mean(o.nll) / np.log(2)),
}


def labels(seed: int = 0, right: float = 3.0) -> Predictions:
    chance = np.random.default_rng(seed)
    targets = np.random.default_rng(99).integers(CLASSES, size=SIZE)
    logits = chance.normal(size=(SIZE, CLASSES))
    logits[np.arange(SIZE), targets] += right
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    nll = -np.log(probabilities[np.arange(SIZE), targets])
    return Predictions(nll, targets, probabilities.argmax(1), probabilities)


def numbers(seed: int = 0, error: float = 1.0) -> Predictions:
    targets = np.random.default_rng(99).gamma(2.0, size=SIZE)
    predicted = targets + np.random.default_rng(seed).normal(0, error, size=SIZE)
    return Predictions((targets - predicted) ** 2, targets, predicted)


def text(seed: int = 0, more: float = 0.0) -> Predictions:
    nll = np.random.default_rng(seed).gamma(2.0, size=SIZE) + more
    return Predictions(nll, np.zeros(SIZE, np.int64), np.zeros(SIZE, np.int64))


OUTCOMES = {"label": labels, "number": numbers, "text": text}
METRICS: dict[tuple[str, str], MetricSpec] = {
    (task.output_kind, metric.name): metric for task in tasks().values() for metric in task.metrics
}


@pytest.mark.parametrize("kind_and_name", METRICS, ids=" ".join)
def test_a_metric_is_that_of_scikit_learn(kind_and_name: tuple[str, str]) -> None:
    predictions = OUTCOMES[kind_and_name[0]]()
    assert METRICS[kind_and_name].compute(predictions) == pytest.approx(THEIRS[kind_and_name](predictions), rel=1e-9)


@pytest.mark.parametrize("kind_and_name", METRICS, ids=" ".join)
def test_its_interval_is_about_that_of_another_bootstrap(kind_and_name: tuple[str, str]) -> None:
    """scipy's, bias-corrected and accelerated: as good to the second order as the bootstrap-t, by another way."""
    metric, predictions = METRICS[kind_and_name], OUTCOMES[kind_and_name[0]]()
    found = score_of(metric, predictions, 1, seed=0)
    theirs = bootstrap(
        (np.arange(SIZE),),
        lambda at: metric.compute(predictions.select(at)),
        vectorized=False,
        n_resamples=1_000,
        rng=0,
    ).confidence_interval
    wide = theirs.high - theirs.low
    assert found.value == metric.compute(predictions)
    assert (found.ci_low, found.ci_high) == pytest.approx((theirs.low, theirs.high), abs=0.2 * wide)


@pytest.mark.parametrize("kind_and_name", METRICS, ids=" ".join)
def test_the_interval_of_a_difference_is_about_that_of_a_plain_paired_bootstrap(kind_and_name: tuple[str, str]) -> None:
    metric = METRICS[kind_and_name]
    first, second = {
        "label": (labels(1, 2.5), labels(2, 2.0)),
        "number": (numbers(1, 0.8), numbers(2, 1.0)),
        "text": (text(1), text(2, 0.1)),
    }[kind_and_name[0]]
    found = difference_of(metric, first, second, 1, seed=0)
    drawn = np.random.default_rng(1).integers(SIZE, size=(1_000, SIZE))
    apart = [metric.compute(first.select(at)) - metric.compute(second.select(at)) for at in drawn]
    low, high = np.quantile(apart, (0.025, 0.975))
    assert found.value == pytest.approx(metric.compute(first) - metric.compute(second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.2 * (high - low))


@pytest.mark.parametrize("kind", OUTCOMES)
def test_the_better_one_is_clearly_better_and_the_same_one_is_not(kind: str) -> None:
    (task,) = {task.output_kind: task for task in tasks().values() if task.output_kind == kind}.values()
    metric: MetricSpec = task.metric(task.primary_metric)
    sign = 1 if metric.direction == "max" else -1
    good, bad = {
        "label": (labels(1, 4.0), labels(2, 0.5)),
        "number": (numbers(1, 0.5), numbers(2, 2.0)),
        "text": (text(1), text(2, 0.5)),
    }[kind]
    found = difference_of(metric, good, bad, 1, seed=0)
    assert found.is_clear
    assert sign * found.value > 0
    assert found.low < metric.compute(good) - metric.compute(bad) < found.high
    mirrored = difference_of(metric, bad, good, 1, seed=0)
    assert (mirrored.low, mirrored.high) == pytest.approx(
        (-found.high, -found.low), abs=0.05 * (found.high - found.low)
    )
    same = difference_of(metric, good, good, 1, seed=0)
    assert (same.value, same.is_clear) == (0.0, False)


def test_of_nothing_and_of_nine_rows_there_is_no_interval() -> None:
    r2 = METRICS["number", "r2"]
    nothing = score_of(r2, numbers().select(np.arange(0)), 1, seed=0)
    nine = score_of(r2, numbers().select(np.arange(9)), 1, seed=0)
    assert np.isnan([nothing.ci_low, nothing.ci_high, nine.ci_low, nine.ci_high]).all()
    assert np.isfinite(nine.value)
    few = difference_of(r2, numbers().select(np.arange(9)), numbers(3).select(np.arange(9)), 1, seed=0)
    assert isinstance(few, Difference)
    assert not few.is_clear


def test_nothing_that_varies_gives_no_interval_rather_than_a_wrong_one() -> None:
    constant = Predictions(np.ones(50), np.full(50, 7.0), np.full(50, 6.0))
    found = {name: score_of(METRICS["number", name], constant, 1, seed=0) for name in ("r2", "mae", "rmse")}
    assert np.isnan(found["r2"].value)  # of nothing that differs no share is explained
    assert (found["mae"].value, found["rmse"].value) == (1.0, 1.0)
    assert all(np.isnan(one.ci_low) for one in found.values())
