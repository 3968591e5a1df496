"""What weights cost: L1 and L2 of a linear model, beside the loss and never in its curve."""

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from core import catalog
from core.config import TrainConfig
from core.models import linear
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples
from core.training.trainer import Trainer
from tests.training.tiny import CPU, Listener


def learnt(**params: float) -> tuple[Tensor, Listener]:
    """Return the weights of three columns, of which only the first two say anything, and the curves."""
    chance = np.random.default_rng(0)
    x = chance.normal(0, 1, (600, 3))
    table = pd.DataFrame(x, columns=["much", "little", "nothing"])
    examples = Examples(table, 500 + 30 * x[:, 0] + 6 * x[:, 1] + chance.normal(0, 10, 600))
    columns = ColumnPreprocessor.fit(examples)
    info = columns.info(())
    module = linear.build(linear.LinearParams(**params), info)
    data = (torch.from_numpy(columns.transform(table)), torch.from_numpy(examples.targets).float())
    config = TrainConfig(
        task="tabular-regression", dataset="any", model="linear", params=params, epochs=30, learning_rate=2e-2,
        weight_decay=0.0,
    )  # fmt: skip
    listener = Listener()
    Trainer(module, catalog.find_task("tabular-regression").on(info), data, data, config, CPU, [listener]).fit()
    return next(module.parameters()).detach().flatten(), listener


def test_l1_leaves_only_the_columns_that_say_much() -> None:
    free, _ = learnt()
    priced, _ = learnt(l1=0.5)
    assert free[1] > 0.1
    assert priced[0] > 0.5
    assert priced[1:].abs().max() < 0.02


def test_l2_makes_every_weight_smaller_and_none_zero() -> None:
    free, _ = learnt()
    priced, _ = learnt(l2=1.0)
    torch.testing.assert_close(priced[:2], free[:2] / 2, rtol=0.1, atol=0.01)  # (1 + l2) times as small


def test_the_curve_shows_the_loss_without_the_price() -> None:
    _, listener = learnt(l2=1.0)
    train, validation = listener.curve("train/loss"), listener.curve("validation/loss")
    assert train[1] == 1 or abs(train[1] - 1) < 0.5  # before anything is learnt: always the mean
    assert abs(list(train.values())[-1] - list(validation.values())[-1]) < 0.1


def test_metrics_of_numbers_are_measured_on_the_validation_split() -> None:
    _, listener = learnt()
    assert {"validation/loss", "validation/r2", "validation/mae", "validation/rmse"} <= {k for _, k in listener.metrics}
    assert "train/accuracy" not in {key for _, key in listener.metrics}
    assert list(listener.curve("validation/r2").values())[-1] > 0.85
