import numpy as np
import pytest
import torch

from core.modules.regression_head import InUnitsOfTarget
from core.specs import DataInfo, Predictions
from core.tasks.tabular_regression import TASK, predictions_of_numbers

ON_PRICES = TASK.on(DataInfo((), (1,), target_mean=100.0, target_std=20.0))


def numbers(right: list[float], predicted: list[float]) -> Predictions:
    return predictions_of_numbers(np.array(predicted), np.array(right), spread=1.0)


def measured(right: list[float], predicted: list[float]) -> dict[str, float]:
    return {metric.name: metric.compute(numbers(right, predicted)) for metric in TASK.metrics}


def test_metrics_are_in_the_units_of_what_is_predicted() -> None:
    found = measured([1, 2, 3, 4], [1, 2, 3, 8])
    assert found == {"r2": 1 - 16 / 5, "mae": 1.0, "rmse": 2.0}


def test_the_mean_explains_nothing_and_the_truth_everything() -> None:
    assert measured([1, 2, 3], [2, 2, 2])["r2"] == 0
    assert measured([1, 2, 3], [1, 2, 3]) == {"r2": 1, "mae": 0, "rmse": 0}


def test_where_all_numbers_are_the_same_r2_stays_a_number() -> None:
    assert measured([5, 5], [5, 5])["r2"] == 1
    assert measured([5, 5], [5, 6])["r2"] == 0


def test_always_answering_the_mean_has_a_loss_of_one() -> None:
    targets = torch.tensor([80.0, 120.0])
    assert float(ON_PRICES.loss(torch.full((2,), 100.0), targets, 0.0)) == 1
    predictions = ON_PRICES.predictions(torch.full((2,), 100.0), targets)
    assert predictions.nll.tolist() == [1, 1]
    assert predictions.predicted.tolist() == [100, 100]


def test_huge_numbers_do_not_overflow() -> None:
    huge = TASK.on(DataInfo((), (1,), target_mean=1e25, target_std=1e25))
    assert float(huge.loss(torch.tensor([1e25]), torch.tensor([3e25]), 0.0)) == pytest.approx(4)


def test_label_smoothing_means_nothing_for_numbers() -> None:
    answers, targets = torch.tensor([1.0, 2.0]), torch.tensor([1.5, 2.0])
    assert TASK.loss(answers, targets, 0.3) == TASK.loss(answers, targets, 0.0)


def test_prices_keep_all_their_digits_where_a_model_computes_in_16_bits() -> None:
    answers = torch.zeros(2, 1, dtype=torch.bfloat16)  # in bfloat16, 250,001 would be 249,856
    predicted = InUnitsOfTarget(mean=250_001.0, std=1.0).eval()(answers)
    assert TASK.predictions(predicted, torch.tensor([250_001.0, 250_003.0])).nll.tolist() == [0.0, 4.0]
    assert TASK.predictions(answers[:, 0], torch.zeros(2)).predicted.tolist() == [0.0, 0.0]
