"""Scores and differences from folds, held to scipy and to paper and pencil."""

import math

import numpy as np
import pytest
from scipy import stats

from core.catalog import find_task
from core.specs import Predictions
from core.statistics.crossfit import (
    LARGE,
    STUDENT,
    Folds,
    corrected_resampled,
    crossfitted_difference,
    crossfitted_score,
)
from core.statistics.scores import score_of

LABELS, NUMBERS = find_task("image-classification"), find_task("tabular-regression")
ACCURACY, F1, R2 = LABELS.metric("accuracy"), LABELS.metric("f1"), NUMBERS.metric("r2")


def answers(right: np.ndarray) -> Predictions:
    return Predictions(np.ones(len(right)), np.ones(len(right), np.int64), right.astype(np.int64))


def five(rows: int, grouped: bool = False) -> Folds:
    return Folds(np.arange(rows) % 5, 0.7 * rows, grouped)


def test_the_constants_of_student_and_chi_squared_are_scipys() -> None:
    for degrees in (1, 2, 3, 4):
        assert STUDENT[degrees] == pytest.approx(stats.t.ppf(0.975, degrees), abs=1e-4)
        assert LARGE[degrees] == pytest.approx(stats.chi2.ppf(0.99, degrees) / degrees, abs=1e-4)


def test_the_corrected_resampled_t_is_that_of_nadeau_and_bengio() -> None:
    means = np.array([0.80, 0.84, 0.78, 0.86, 0.82])
    value, half = corrected_resampled(means, test_rows=20, training_rows=70)
    standard_error = math.sqrt((1 / 5 + 20 / 70) * means.var(ddof=1))  # 0.0220
    assert value == pytest.approx(0.82)
    assert half == pytest.approx(stats.t.ppf(0.975, 4) * standard_error, rel=1e-4) == pytest.approx(0.0612, abs=1e-4)


def test_a_share_of_all_rows_has_wilsons_interval_of_as_many_rows_as_count() -> None:
    right = np.arange(500) % 10 < 8  # 400 of 500, the same in every fold
    found = crossfitted_score(ACCURACY, answers(right), Folds(np.arange(500) // 100, 350), seed=0)
    spread = 1 + 5 * (100 / 350) * math.sqrt(500 / 5000)
    middle, z = 0.8, stats.norm.ppf(0.975)
    weight = z**2 / (500 / spread)
    centre = (middle + weight / 2) / (1 + weight)
    half = z * math.sqrt(middle * (1 - middle) / (500 / spread) + weight / (4 * 500 / spread)) / (1 + weight)
    assert found.value == 0.8
    assert (found.ci_low, found.ci_high) == pytest.approx((centre - half, centre + half), abs=1e-9)


def test_nadeau_and_bengios_correction_comes_in_with_the_root_of_the_rows() -> None:
    whole = pytest.approx(1 + 5 * 0.2 / 0.7)
    assert five(5000).spread(ACCURACY) == five(9000).spread(F1) == five(100).spread(R2) == whole
    assert five(1250).spread(ACCURACY) == pytest.approx(1 + 5 * 0.2 / 0.7 / 2)


def test_a_difference_of_shares_is_clear_where_its_interval_says_so() -> None:
    first, second = np.ones(1000, bool), np.ones(1000, bool)
    first[:60], second[40:180] = False, False  # of 1,000 rows 120 are right for the first alone, 40 for the second
    order = np.random.default_rng(3).permutation(1000)
    found = crossfitted_difference(ACCURACY, answers(first[order]), answers(second[order]), five(1000), seed=0)
    spread = 1 + 5 * (200 / 700) * math.sqrt(1000 / 5000)
    total = 1000 / spread + 2
    a, b = (120 / spread + 1) / total, (40 / spread + 1) / total
    half = stats.norm.ppf(0.975) * math.sqrt((a + b - (a - b) ** 2) / total)
    assert found.value == pytest.approx(0.08)
    assert (found.low, found.high) == pytest.approx((a - b - half, a - b + half), abs=1e-9)
    assert found.is_clear
    assert not crossfitted_difference(ACCURACY, answers(first), answers(first), five(1000), seed=0).is_clear


def test_folds_that_differ_by_more_than_their_rows_explain_are_believed_no_more_than_five_numbers() -> None:
    right = np.ones(500, bool)
    right[:80] = False  # the first fold of 100 is right on 20, the others on all
    folds = Folds(np.arange(500) // 100, 350)
    found = crossfitted_score(ACCURACY, answers(right), folds, seed=0)
    _, half = corrected_resampled(np.array([0.2, 1, 1, 1, 1]), 100, 350)
    assert (found.value, found.ci_low) == pytest.approx((0.84, 0.84 - half))
    assert found.ci_high == 1.0
    apart = crossfitted_difference(ACCURACY, answers(np.ones(500, bool)), answers(right), folds, seed=0)
    t = 0.16 / math.sqrt((1 / 5 + 100 / 350) * np.var([0.8, 0, 0, 0, 0], ddof=1))
    assert apart.p == pytest.approx(2 * stats.t.sf(t, 4), abs=1e-4)
    assert not apart.is_clear


@pytest.mark.parametrize("folds", [2, 3, 4, 5])
def test_the_p_value_of_few_folds_is_students(folds: int) -> None:
    right = np.ones(600, bool)
    right[: 600 // folds // 2] = False
    number = np.arange(600) * folds // 600
    found = crossfitted_difference(ACCURACY, answers(np.ones(600, bool)), answers(right), Folds(number, 420), seed=0)
    means = np.array([0.5, *[0.0] * (folds - 1)])
    error = math.sqrt((1 / folds + 600 / folds / 420) * means.var(ddof=1))
    assert found.p == pytest.approx(2 * stats.t.sf(found.value / error, folds - 1), abs=1e-3)


def test_rows_in_groups_are_judged_by_their_folds() -> None:
    right = np.random.default_rng(1).random(500) < 0.8
    alone = crossfitted_score(ACCURACY, answers(right), five(500), seed=0)
    together = crossfitted_score(ACCURACY, answers(right), five(500, grouped=True), seed=0)
    assert together.value == alone.value
    assert together.ci_high - together.ci_low >= alone.ci_high - alone.ci_low


def test_other_metrics_are_as_wide_as_other_training_rows_make_them() -> None:
    chance = np.random.default_rng(5)
    targets = chance.normal(size=400)
    numbers = Predictions(np.ones(400), targets, targets + chance.normal(size=400) / 2)
    plain, found = score_of(R2, numbers, 1, 0), crossfitted_score(R2, numbers, five(400), 0)
    times = math.log((1 - found.ci_low) / (1 - found.value)) / math.log((1 - plain.ci_low) / (1 - plain.value))
    assert times == pytest.approx(math.sqrt(five(400).spread(R2)))
    assert found.ci_low < plain.ci_low < found.value < plain.ci_high < found.ci_high
    worse = Predictions(np.ones(400), targets, targets + chance.normal(size=400))
    apart = crossfitted_difference(R2, numbers, worse, five(400), 0)
    assert apart.is_clear
    assert apart.low < apart.value < apart.high
    labels = Predictions(np.ones(400), np.arange(400) % 4, np.arange(400) % 4 * (chance.random(400) < 0.9))
    assert crossfitted_score(F1, labels, five(400), 0).ci_high <= 1.0


def test_of_fewer_than_ten_rows_or_of_one_fold_no_interval_is_said() -> None:
    few = answers(np.array([True] * 5 + [False] * 4))
    score = crossfitted_score(ACCURACY, few, five(9), seed=0)
    assert score.value == pytest.approx(5 / 9)
    assert math.isnan(score.ci_low)
    assert crossfitted_difference(ACCURACY, few, few, five(9), seed=0).p == 1.0
    one = crossfitted_score(ACCURACY, answers(np.ones(50, bool)), Folds(np.zeros(50, np.int64), 35), seed=0)
    assert math.isnan(one.ci_high)
