"""The last step of a linear model: computed, chosen by the training rows, and kept."""

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV

from core import catalog
from core.models import linear
from core.modules.regression_head import STRENGTHS
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples
from core.specs.config import TrainConfig
from core.training.closed_form import Solution
from core.training.trainer import Trainer
from tests.training.tiny import CPU, Listener

PRICES = np.array([3.0, -1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])


class Solved(Listener):
    """Writes down what was solved, and when."""

    solution: tuple[int, Solution] | None = None

    def on_solution(self, trainer: Trainer, solution: Solution) -> None:
        self.solution = (trainer.progress.step, solution)


def rows(count: int, seed: int) -> Examples:
    """Return rows of eight columns, some of which say nearly the same, and what they cost."""
    chance = np.random.default_rng(seed)
    x = chance.normal(0, 1, (count, 8)) @ (np.eye(8) + 0.9)
    return Examples(pd.DataFrame(x, columns=list("abcdefgh")), 100 + 20 * (x @ PRICES) + chance.normal(0, 40, count))


def trained(listener: Solved, **settings: object) -> tuple[Trainer, NDArray[np.float32], NDArray[np.float64]]:
    train, validation = rows(200, 0), rows(60, 1)
    columns = ColumnPreprocessor.fit(train)
    info, features = columns.info(()), columns.transform(train.inputs)
    values: dict[str, object] = {"epochs": 2, "batch_size": 16, "learning_rate": 3e-2, "weight_decay": 0.0} | settings
    data = {"task": "tabular-regression", "dataset": "any", "model": "linear"}
    shown, held_out = (
        (torch.from_numpy(columns.transform(part.inputs)), torch.from_numpy(part.targets).float())
        for part in (train, validation)
    )
    task, config = catalog.find_task("tabular-regression").on(info), TrainConfig.model_validate(data | values)
    trainer = Trainer(linear.build(linear.LinearParams(), info), task, shown, held_out, config, CPU, [listener])
    trainer.fit()
    return trainer, features, (train.targets - info.target_mean) / info.target_std


def test_the_last_step_goes_to_the_weights_of_ridge_regression() -> None:
    listener = Solved()
    trainer, features, wanted = trained(listener)
    expected = RidgeCV(STRENGTHS).fit(features.astype(np.float64), wanted)
    weight, bias = trainer.module.parameters()
    np.testing.assert_allclose(weight.detach().numpy()[0], expected.coef_, atol=1e-5)
    np.testing.assert_allclose(bias.detach().numpy()[0], expected.intercept_, atol=1e-5)
    assert listener.solution is not None
    step, solution = listener.solution
    assert (step, solution.penalty) == (trainer.steps_total, expected.alpha_)
    assert trainer.progress.step == trainer.steps_total


def test_the_solution_is_what_is_kept_and_the_curve_ends_with_it() -> None:
    listener = Solved()
    trainer, _, _ = trained(listener)
    assert trainer.kept is not None
    assert listener.solution is not None
    assert trainer.kept.step == trainer.steps_total
    losses = listener.curve("train/loss")
    assert list(losses)[-1] == trainer.steps_total
    assert losses[trainer.steps_total] == listener.solution[1].loss == min(losses.values())


def test_a_run_that_ends_by_patience_is_solved_too() -> None:
    listener = Solved()
    trainer, _, _ = trained(listener, epochs=200, patience=1)
    assert listener.solution is not None
    assert listener.solution[0] == trainer.progress.step < trainer.steps_total


def test_a_run_that_somebody_stops_is_not_solved() -> None:
    listener = Solved(stop_after=5)
    trained(listener)
    assert listener.solution is None


def test_with_an_l1_penalty_there_is_no_formula() -> None:
    listener = Solved()
    trained(listener, l1=0.1)
    assert listener.solution is None


def test_columns_that_say_exactly_the_same_share_their_weight() -> None:
    train = rows(100, 0)
    table = pd.DataFrame({"a": train.inputs["a"], "again": train.inputs["a"], "b": train.inputs["b"]})  # type: ignore[call-overload]
    columns = ColumnPreprocessor.fit(Examples(table, train.targets))
    module = linear.build(linear.LinearParams(), columns.info(()))
    from core.training.closed_form import solve

    solve(module, (torch.from_numpy(columns.transform(table)), torch.from_numpy(train.targets).float()), 0)
    weight = next(module.parameters()).detach().flatten()
    assert torch.isfinite(weight).all()
    torch.testing.assert_close(weight[0], weight[1], rtol=1e-3, atol=1e-4)
