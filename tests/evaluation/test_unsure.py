"""Who is not sure says so."""

import numpy as np

from core.evaluation.unsure import rising, unsure_below
from core.specs import Predictions


def predictions(confidence: np.ndarray, right: np.ndarray) -> Predictions:
    probabilities = np.stack([confidence, 1 - confidence], axis=1)
    targets = np.where(right, 0, 1)
    return Predictions(np.zeros(len(right)), targets, np.zeros(len(right), np.int64), probabilities)


def test_below_the_threshold_fewer_than_two_of_three_answers_were_right() -> None:
    confidence = np.linspace(0.5, 1.0, 200)
    right = np.arange(200) % 2 == 0  # a coin
    right[100:] = True
    threshold = unsure_below(predictions(confidence, right))
    assert threshold is not None
    assert 0.7 < threshold < 0.8


def test_nothing_is_said_where_too_few_tell_or_all_are_right() -> None:
    confidence = np.linspace(0.5, 1.0, 200)
    assert unsure_below(predictions(confidence, np.ones(200, np.bool_))) is None
    assert unsure_below(predictions(confidence[:20], np.zeros(20, np.bool_))) is None


def test_a_model_that_is_always_wrong_is_never_sure() -> None:
    assert unsure_below(predictions(np.linspace(0.5, 1.0, 50), np.zeros(50, np.bool_))) == 1.0


def test_isotonic_regression_pools_what_falls() -> None:
    assert rising(np.array([1.0, 0.0, 2.0, 3.0, 2.0])).tolist() == [0.5, 0.5, 2.0, 2.5, 2.5]
