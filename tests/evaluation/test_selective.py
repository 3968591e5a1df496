"""How much a classifier may answer alone: the bound is exact, and holds also after choosing."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import beta, binom

from core.evaluation.selective import Confidences, choose, confidences, curve, judge
from core.specs import Predictions
from core.statistics.binomial import at_most, fewest_for, upper_bound

Values = np.ndarray


@pytest.mark.parametrize(("count", "total"), [(0, 149), (3, 200), (40, 900), (7, 7)])
def test_the_bound_is_that_of_clopper_and_pearson(count: int, total: int) -> None:
    expected = 1.0 if count == total else float(beta.ppf(0.95, count + 1, total - count))
    assert upper_bound(count, total) == pytest.approx(expected, abs=1e-9)
    assert at_most(count, total, 0.02) == pytest.approx(float(binom.cdf(count, total, 0.02)), abs=1e-12)


def test_two_percent_take_149_answers_none_of_which_is_wrong() -> None:
    assert fewest_for(0.02) == 149
    assert choose(Confidences(np.linspace(0.6, 1, 148), np.ones(148, bool))) is None
    assert choose(Confidences(np.linspace(0.6, 1, 149), np.ones(149, bool))) is not None


def test_it_answers_down_to_where_mistakes_begin() -> None:
    confidence = np.linspace(0.5, 1, 1000)
    right = confidence > 0.7
    found = choose(Confidences(confidence, right))
    assert found is not None
    assert found.confidence == pytest.approx(0.7, abs=0.01)
    assert found.bound <= 0.02
    assert found.answered > 590


def test_answers_of_the_same_confidence_are_taken_together() -> None:
    found = choose(Confidences(np.repeat([1.0, 0.9, 0.5], [200, 200, 200]), np.arange(600) < 400))
    assert found is not None
    assert (found.confidence, found.answered, found.wrong) == (0.9, 400, 0)


@pytest.mark.parametrize(
    "risk",
    [
        lambda sure: np.full_like(sure, 0.0501),  # hopeless by a hair, all along
        lambda sure: 0.4 * (1 - sure) ** 2,
        lambda sure: np.where((sure > 0.6) & (sure < 0.75), 0.2, 0.045),  # more often wrong in the middle
    ],
)
def test_the_promise_holds_in_95_of_100_cases(risk: Callable[[Values], Values]) -> None:
    chance, target, cases = np.random.default_rng(17), 0.05, 200
    fine = (np.arange(200_000) + 0.5) / 200_000
    above = np.cumsum(risk(fine)[::-1])[::-1] / np.arange(len(fine), 0, -1)  # the true share of wrong ones from here on
    broken = 0
    for _ in range(cases):
        sure = chance.random(300)
        found = choose(Confidences(sure, chance.random(300) >= risk(sure)), target)
        broken += found is not None and above[int(found.confidence * len(fine))] > target
    assert broken <= 0.05 * cases + 2 * np.sqrt(cases * 0.05 * 0.95)


def of(probabilities: Values, targets: Values, groups: Values | None = None) -> Predictions:
    belong = np.zeros(0, np.int64) if groups is None else groups
    return Predictions(np.zeros(len(targets)), targets, probabilities.argmax(1), probabilities, belong)


def test_it_is_judged_on_other_examples() -> None:
    sure = np.array([0.99, 0.95, 0.9, 0.6])
    test = of(np.stack([sure, 1 - sure], 1), np.array([0, 0, 1, 1]))
    found = judge(test, 0.9)
    assert (found.answered.value, found.right.value, found.examples) == (0.75, 2 / 3, 4)
    shares, right = curve(test)
    assert list(zip(shares, right.round(3), strict=True)) == [(0.25, 1), (0.5, 1), (0.75, 0.667), (1, 0.5)]


def test_of_rows_that_belong_together_the_bound_counts_one_each() -> None:
    sure = np.full(40, 0.9)
    rows = of(np.stack([sure, 1 - sure], 1), np.zeros(40, int), np.repeat(np.arange(10), 4))
    assert len(confidences(rows, once=True)) == 10
    assert len(confidences(rows)) == 40
