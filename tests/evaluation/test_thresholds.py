"""Alarms, their costs, and the curves over all thresholds, by hand and against scikit-learn."""

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from core.evaluation.thresholds import alarms, chances, precision_recall, roc
from core.specs import Predictions

SCORES = np.array([0.1, 0.4, 0.35, 0.8])
IS_IT = np.array([False, False, True, True])


def counts_at(threshold: float) -> tuple[int, int, int, int]:
    """Return (hits, false alarms, misses, right silences)."""
    counted = alarms(SCORES, IS_IT)
    at = counted.at(threshold)
    columns = (counted.hits, counted.false_alarms, counted.misses, counted.right_silences)
    hits, false, misses, silences = (int(column[at]) for column in columns)
    return hits, false, misses, silences


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(0.0, (2, 2, 0, 0)), (0.2, (2, 1, 0, 1)), (0.38, (1, 1, 1, 1)), (0.5, (1, 0, 1, 2)), (1.0, (0, 0, 2, 2))],
)
def test_an_alarm_is_raised_from_the_threshold_on(threshold: float, expected: tuple[int, int, int, int]) -> None:
    assert counts_at(threshold) == expected


def test_the_costs_of_false_alarms_and_misses_decide_which_threshold_is_cheapest() -> None:
    counted = alarms(SCORES, IS_IT)
    assert counted.cost(1, 1)[counted.at(0.5)] == 25.0  # one miss in four examples, for 100 of them
    assert counted.thresholds[counted.cheapest(1, 10)] == 0.35  # misses are dear: rather one false alarm
    assert counted.thresholds[counted.cheapest(10, 1)] == 0.5  # of 0.41 to 0.8, the one nearest to the middle
    assert counted.thresholds[counted.cheapest(0, 1)] == 0.35  # alarms cost nothing: nothing may be missed
    assert counted.cost_without(1, 10) == (500.0, 50.0)  # half of them are missed, or half are false alarms


def test_the_area_under_the_roc_has_the_interval_of_delong() -> None:
    curve = roc(SCORES, IS_IT)
    assert curve is not None
    # Of 4 pairs 3 are in order. Placements: positives 1/2 and 1, negatives 1 and 1/2; each has the variance 1/8, so
    # the area's is 1/8 as well, and 0.3536 / (0.75 * 0.25) on the logit scale.
    assert curve.area.value == 0.75
    assert (round(curve.area.ci_low, 4), round(curve.area.ci_high, 4)) == (0.0693, 0.9918)


def test_areas_are_those_of_scikit_learn_also_where_scores_are_the_same() -> None:
    chance = np.random.default_rng(1)
    is_it = chance.random(500) < 0.3
    scores = np.where(is_it, chance.beta(3, 2, 500), chance.beta(2, 3, 500)).round(2).astype(np.float64)
    found, pure = roc(scores, is_it), precision_recall(scores, is_it)
    assert found is not None
    assert pure is not None
    assert found.area.value == pytest.approx(roc_auc_score(is_it, scores))
    assert found.area.ci_low < found.area.value < found.area.ci_high
    assert pure.area.value == pytest.approx(average_precision_score(is_it, scores))
    false, hits, _ = roc_curve(is_it, scores, drop_intermediate=False)
    assert found.x.tolist() == pytest.approx(false.tolist())
    assert found.y.tolist() == pytest.approx(hits.tolist())


def test_a_perfect_order_has_no_interval() -> None:
    curve = roc(np.array([0.1, 0.2, 0.8, 0.9]), IS_IT)
    assert curve is not None
    assert curve.area.value == 1.0
    assert math.isnan(curve.area.ci_low)


def test_where_one_side_is_missing_there_is_no_curve() -> None:
    assert roc(SCORES, np.ones(4, dtype=bool)) is None
    assert precision_recall(SCORES, np.zeros(4, dtype=bool)) is None


def test_a_curve_of_many_points_is_thinned_for_the_screen_with_both_ends() -> None:
    chance = np.random.default_rng(0)
    curve = roc(chance.random(5000), chance.random(5000) < 0.5)
    assert curve is not None
    assert len(curve.x) == 400
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_near_one_a_probability_is_read_from_what_is_left_for_the_others() -> None:
    kept = np.array([[0.0001, 0.9999], [0.0002, 0.9998]]).astype(np.float16).astype(np.float64)
    assert kept[0, 1] == kept[1, 1] == 1.0  # 16 bits cannot tell them apart
    nothing = np.zeros(2, dtype=np.int64)
    sure, less_sure = chances(Predictions(np.zeros(2), nothing, nothing, kept), 1)
    assert sure > less_sure
