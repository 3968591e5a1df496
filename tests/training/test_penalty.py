"""What weights cost: L1 and L2 of a linear model, beside the loss and never in its curve."""

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.linear_model import Lasso
from torch import Tensor

from core import catalog
from core.models import linear
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples
from core.specs.config import TrainConfig
from core.training.optimizers import decayed_and_free
from core.training.trainer import Trainer
from tests.training.tiny import CPU, Listener


def columns_and_numbers() -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Return three columns, of which only the first two say anything, and the numbers to predict."""
    chance = np.random.default_rng(0)
    x = chance.normal(0, 1, (600, 3))
    table = pd.DataFrame(x, columns=["much", "little", "nothing"])
    return table, 500 + 30 * x[:, 0] + 6 * x[:, 1] + chance.normal(0, 10, 600)


def learnt(l2: float = 0.0, **settings: object) -> tuple[Tensor, Listener]:
    """Return the weights of the three columns, and the curves."""
    table, numbers = columns_and_numbers()
    examples = Examples(table, numbers)
    columns = ColumnPreprocessor.fit(examples)
    info = columns.info(())
    module = linear.build(linear.LinearParams(l2=l2), info)
    data = (torch.from_numpy(columns.transform(table)), torch.from_numpy(examples.targets).float())
    values = {"epochs": 30, "learning_rate": 2e-2, "weight_decay": 0.0} | settings
    config = TrainConfig.model_validate({"task": "tabular-regression", "dataset": "any", "model": "linear"} | values)
    listener = Listener()
    Trainer(module, catalog.find_task("tabular-regression").on(info), data, data, config, CPU, [listener]).fit()
    return next(module.parameters()).detach().flatten(), listener


def test_l1_leaves_only_the_columns_that_say_much() -> None:
    free, _ = learnt()
    priced, _ = learnt(l1=0.5)
    assert free[1] > 0.1
    assert priced[0] > 0.5
    assert priced[1:].abs().max() < 0.02


def test_l1_finds_the_weights_of_the_lasso() -> None:
    priced, _ = learnt(l1=0.2, epochs=100)
    table, numbers = columns_and_numbers()
    x = ColumnPreprocessor.fit(Examples(table, numbers)).transform(table)
    y = (numbers - numbers.mean()) / numbers.std()
    expected = Lasso(alpha=0.1).fit(x, y).coef_  # which halves the squared error, but not the price
    torch.testing.assert_close(priced, torch.from_numpy(expected).float(), rtol=0, atol=0.02)


def test_l2_makes_every_weight_smaller_and_none_zero() -> None:
    free, _ = learnt()
    priced, _ = learnt(l2=1.0)
    torch.testing.assert_close(priced[:2], free[:2] / 2, rtol=0.1, atol=0.01)  # (1 + l2) times as small


def test_the_curve_shows_the_loss_without_the_price() -> None:
    _, listener = learnt(l2=1.0)
    train, validation = listener.curve("train/loss"), listener.curve("validation/loss")
    assert train[1] == 1 or abs(train[1] - 1) < 0.5  # before anything is learnt: always the mean
    assert abs(list(train.values())[-1] - list(validation.values())[-1]) < 0.1


def test_weight_decay_makes_every_weight_smaller_too() -> None:
    free, _ = learnt()
    pulled, _ = learnt(weight_decay=1.0)
    assert (pulled[:2].abs() < free[:2].abs()).all()
    assert (pulled[:2].abs() > 0.01).all()


def test_the_first_number_is_not_priced_because_the_bias_is_free() -> None:
    numbers = Examples(pd.DataFrame({"a": [0.0, 1.0]}), np.array([5.0, 7.0]))
    module = linear.build(linear.LinearParams(), ColumnPreprocessor.fit(numbers).info(()))
    decayed, free = decayed_and_free(module)
    assert [p.shape for p in decayed] == [(1, 1)]
    assert [p.shape for p in free] == [(1,)]


def test_settings_of_a_run_from_before_every_model_had_an_l1_penalty_are_still_read() -> None:
    assert linear.LinearParams.model_validate({"l1": 0.01, "l2": 0.1}) == linear.LinearParams(l2=0.1)


def test_metrics_of_numbers_are_measured_on_the_validation_split() -> None:
    _, listener = learnt()
    assert {"validation/loss", "validation/r2", "validation/mae", "validation/rmse"} <= {k for _, k in listener.metrics}
    assert "train/accuracy" not in {key for _, key in listener.metrics}
    assert list(listener.curve("validation/r2").values())[-1] > 0.85
