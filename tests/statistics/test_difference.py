"""Tests of differences, held to numbers from papers and from paper and pencil."""

import numpy as np
import pytest

from core.catalog import find_task
from core.specs import Predictions
from core.statistics.difference import holm, of_resamples
from core.statistics.resampling import by_group, neighbours_alike, resampled_means, resamples
from core.statistics.scores import difference_of, score_of
from core.statistics.shares import mid_p, paired_shares


def test_mcnemars_mid_p_is_that_of_the_paper() -> None:
    """Fagerland, Lydersen & Laake 2013, table 1: airway hyper-responsiveness of 21 children, 1 against 7."""
    assert mid_p(1, 7) == pytest.approx(0.0391, abs=5e-5)
    assert mid_p(7, 1) == mid_p(1, 7)


def test_where_both_are_right_as_often_there_is_no_reason_to_prefer_one() -> None:
    assert mid_p(0, 0) == 1.0
    assert mid_p(1, 1) == pytest.approx(0.75)  # 1 - (2 of 4 ways) / 2
    assert mid_p(500, 500) > 0.97


def test_the_difference_of_two_shares_has_the_interval_of_bonett_and_price() -> None:
    first = np.array([True] * 90 + [False] * 10)
    second = np.array([True] * 78 + [False] * 12 + [True] * 2 + [False] * 8)
    found = paired_shares(first, second)  # 12 against 2 of 100: (13 - 3) / 102, give or take 1.96 * 0.03800
    assert found.value == pytest.approx(0.10)
    assert (found.low, found.high) == pytest.approx((0.0236, 0.1725), abs=1e-4)
    assert found.p == pytest.approx(0.0074, abs=1e-4)  # 2 * (1 + 14 + 91 / 2) / 2 ** 14


def test_models_that_make_the_same_mistakes_do_not_differ() -> None:
    right = np.array([True, False, True])
    found = paired_shares(right, right)
    assert (found.value, found.p) == (0.0, 1.0)
    assert found.low < 0 < found.high


def test_a_bootstrap_never_claims_more_than_its_resamples_can_show() -> None:
    always_better = of_resamples(0.6, 0.5, np.full(999, 0.6), np.full(999, 0.5))
    assert always_better.p == 0.002  # 2 of 1,000
    same = of_resamples(0.5, 0.5, np.full(999, 0.5), np.full(999, 0.5))
    assert (same.value, same.p) == (0.0, 1.0)


def test_resamples_without_a_number_are_left_out() -> None:
    found = of_resamples(0.6, 0.5, np.array([0.6, np.nan, 0.7]), np.array([0.5, 0.5, np.nan]))
    assert found.low == pytest.approx(0.1)
    assert found.p == 1.0  # a single resample shows nothing


def test_many_comparisons_are_corrected_as_holm_does() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.2, 0.9]) == pytest.approx([0.4, 0.9])
    assert holm([0.6, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize(("size", "block"), [(10, 1), (10, 3), (12, 4), (5, 256)])
def test_means_of_blocks_are_those_of_the_resamples(size: int, block: int) -> None:
    values = np.random.default_rng(0).normal(size=size)
    expected = [values[drawn].mean() for drawn in resamples(size, block, seed=7)]
    assert resampled_means(values, block, seed=7) == pytest.approx(expected)


def test_neighbours_that_are_alike_make_a_mean_less_sure_and_independent_ones_do_not() -> None:
    chance, sizes = np.random.default_rng(0), np.full(4_000, 10.0)
    alone = chance.normal(size=4_000)
    alike = np.convolve(chance.normal(size=4_003), [0.5, 0.5, 0.5, 0.5], "valid")
    assert neighbours_alike(alone, sizes) == pytest.approx(1.0, abs=0.06)
    assert neighbours_alike(alike, sizes) == pytest.approx(np.sqrt(1.75 / 0.25), abs=0.3)
    assert neighbours_alike(np.ones(2), np.ones(2)) == 1.0


def test_groups_are_resampled_whole() -> None:
    groups = np.repeat(np.arange(30), 1_000)
    level = np.random.default_rng(1).normal(size=30)[groups]
    zeros = np.zeros(30_000, np.int64)
    noise = np.random.default_rng(2).normal(3.0, 0.2, 30_000)
    grouped = Predictions(noise + 0.2 * level, zeros, zeros, groups=groups)
    loss = find_task("text-generation").metric("loss")
    score = score_of(loss, grouped, 256, 0)
    assert score.ci_high - score.ci_low == pytest.approx(
        2 * 2.05 * 0.2 * level[::1_000].std(ddof=1) / np.sqrt(30), rel=0.2
    )
    worse = Predictions(grouped.nll + np.where(noise > 3, 0.02, 0.0), zeros, zeros, groups=groups)
    found = difference_of(loss, grouped, worse, 256, 0)
    assert (round(found.value, 3), found.is_clear) == (-0.01, True)
    assert by_group(np.arange(5.0), np.array([0, 0, 2, 2, 2]))[0].tolist() == [1.0, 9.0]
