"""Confidence against success, on answers whose error can be worked out by hand."""

import numpy as np
import pytest

from core.evaluation.calibration import calibration


def test_the_error_is_the_mean_distance_of_confidence_and_success() -> None:
    confidence = np.array([0.6, 0.6, 0.9, 0.9])
    right = np.array([True, False, True, True])
    found = calibration(confidence, right, bins=2)
    assert found is not None
    # Half of the answers are 0.6 sure and 0.5 right, the other half 0.9 sure and all right: (0.1 + 0.1) / 2.
    assert found.ece == pytest.approx(0.1)
    assert [(b.count, round(b.confidence, 6), b.right.value) for b in found.bins] == [(2, 0.6, 0.5), (2, 0.9, 1.0)]
    assert found.lean == pytest.approx(0.0)


def test_bins_hold_equally_many_answers() -> None:
    confidence = np.concatenate([np.full(90, 0.99), np.linspace(0.5, 0.9, 10)])
    found = calibration(confidence, np.ones(100, dtype=bool))
    assert found is not None
    assert [b.count for b in found.bins] == [20, 20, 20, 20, 20]  # at least 20 examples each


def test_a_model_that_is_as_sure_as_it_is_right_is_called_honest() -> None:
    chance = np.random.default_rng(0)
    confidence = chance.uniform(0.5, 1, 3000)
    found = calibration(confidence, chance.random(3000) < confidence)
    assert found is not None
    assert found.verdict == "honest"
    assert 0 < found.ece <= found.by_chance < 0.05


@pytest.mark.parametrize(("said", "verdict"), [(0.95, "too sure"), (0.6, "too modest")])
def test_a_model_that_is_right_in_four_of_five_but_says_something_else_is_found_out(said: float, verdict: str) -> None:
    right = np.arange(1000) % 5 != 0
    found = calibration(np.full(1000, said), right)
    assert found is not None
    assert found.verdict == verdict
    assert found.ece == pytest.approx(abs(said - 0.8))


def test_too_sure_here_and_too_modest_there_is_uneven() -> None:
    confidence = np.repeat([0.6, 0.95], 500)
    right = np.concatenate([np.arange(500) % 5 != 0, np.arange(500) % 4 != 0])  # 80 % and 75 % right
    found = calibration(confidence, right, bins=2)
    assert found is not None
    assert found.verdict == "uneven"


def test_without_examples_nothing_is_said() -> None:
    assert calibration(np.zeros(0), np.zeros(0, dtype=bool)) is None
