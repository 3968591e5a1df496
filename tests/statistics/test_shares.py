"""Shares against scipy and statsmodels: an implementation that is not ours."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from core.statistics.difference import holm
from core.statistics.shares import mid_p, wilson


def test_a_share_has_the_interval_of_wilson() -> None:
    share = wilson(9, 10)  # R: binom::binom.confint(9, 10, methods = "wilson")
    assert (share.value, round(share.ci_low, 4), round(share.ci_high, 4)) == (0.9, 0.5958, 0.9821)
    none = wilson(0, 10)
    assert (none.ci_low, round(none.ci_high, 4)) == (0.0, 0.2775)


def test_a_share_of_nothing_may_be_anything() -> None:
    assert wilson(0, 0) == wilson(0, 0).__class__(0.0, 0.0, 1.0)


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (3, 7), (99, 100), (100, 100), (59_990, 60_000)])
def test_shares_agree_with_scipy_and_statsmodels(part: int, whole: int) -> None:
    found, theirs = wilson(part, whole), binomtest(part, whole).proportion_ci(0.95, method="wilson")
    assert (found.ci_low, found.ci_high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert (found.ci_low, found.ci_high) == pytest.approx(proportion_confint(part, whole, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(("first", "second"), [(0, 4), (1, 7), (12, 2), (30, 30), (900, 800)])
def test_the_mid_p_is_that_of_the_binomial_distribution(first: int, second: int) -> None:
    fewer, thrown = min(first, second), first + second
    expected = 2 * binom.cdf(fewer, thrown, 0.5) - binom.pmf(fewer, thrown, 0.5)
    if first == second:
        expected = 1 - binom.pmf(fewer, thrown, 0.5) / 2
    assert mid_p(first, second) == pytest.approx(expected, rel=1e-9)


def test_many_comparisons_are_corrected_as_statsmodels_does() -> None:
    p_values = np.random.default_rng(0).uniform(size=20) ** 4
    assert holm(list(p_values)) == pytest.approx(multipletests(p_values, method="holm")[1])
