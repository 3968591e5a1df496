"""The smooth line of a chart is a mean of the data, however long the curve is and whatever is in it."""

from math import inf, nan

import numpy as np
import pytest

from core.store.curve import Curve, downsample
from core.store.smoothing import kept_share, smooth


def curve(values: "list[float] | np.ndarray[tuple[int], np.dtype[np.float64]]") -> Curve:
    steps = np.arange(len(values), dtype=float)
    return Curve(steps, np.asarray(values, float), steps)


def test_a_short_curve_is_smoothed_by_the_point() -> None:
    means = smooth(curve([1.0, 3.0, 5.0]), 0.5).values
    assert means.tolist() == pytest.approx([1.0, 7 / 3, 27 / 7])  # (0.5 * 1 + 3) / 1.5, (0.25 * 1 + 0.5 * 3 + 5) / 1.75
    assert smooth(curve([1.0, 3.0, 5.0]), 0).values.tolist() == [1.0, 3.0, 5.0]


def test_what_is_no_number_is_left_out_and_stays_a_gap() -> None:
    means = smooth(curve([1.0, nan, 3.0, inf, 5.0]), 0.5).values
    assert means[[0, 2, 4]].tolist() == pytest.approx([1.0, 7 / 3, 27 / 7])
    assert np.isnan(means[[1, 3]]).all()
    assert np.isnan(smooth(curve([nan, nan]), 0.9).values).all()


@pytest.mark.parametrize("weight", [0.6, 0.9, 0.98])
def test_noise_of_two_hundred_thousand_points_is_smoothed_to_its_mean(weight: float) -> None:
    noise = np.random.default_rng(0).lognormal(0, 1, 200_000)  # mean 1.65, most of it far below
    line = downsample(smooth(curve(noise), weight)).values[20:]
    assert 1.2 < line.min() < line.max() < 2.2
    assert line.mean() == pytest.approx(1.65, abs=0.05)


def test_a_long_curve_is_smoothed_as_a_loop_would() -> None:
    values = np.random.default_rng(1).normal(size=5_000)
    keep, mean, mass, expected = kept_share(5_000, 0.9), 0.0, 0.0, []
    for value in values:
        mean, mass = keep * mean + (1 - keep) * value, keep * mass + (1 - keep)
        expected.append(mean / mass)
    assert np.allclose(smooth(curve(values), 0.9).values, expected, rtol=0, atol=1e-12)
    assert keep == pytest.approx(0.9 ** (1 / 5))


def test_the_largest_numbers_do_not_overflow() -> None:
    means = smooth(curve([1.7e308, -1.7e308, 1.7e308]), 0.5).values
    assert np.isfinite(means).all()
    assert means[0] == pytest.approx(1.7e308)
