"""Numbers that multiply are learnt as logarithms; those that add are left as they are."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from core import catalog
from core.models import linear
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples
from core.specs.config import TrainConfig
from core.tasks.tabular_regression import TASK, predictions_of_numbers, r2
from core.training.trainer import Trainer
from tests.training.tiny import CPU


def invoices(count: int, seed: int) -> Examples:
    """Return hours, rates and discounts, and the bills that they make."""
    chance = np.random.default_rng(seed)
    hours, rate, discount = (
        chance.uniform(1, 12, count),
        chance.uniform(20, 180, count),
        chance.choice([0, 10, 25], count),
    )
    bills = hours * rate * (1 - discount / 100) * chance.lognormal(0, 0.05, count)
    return Examples(pd.DataFrame({"hours": hours, "rate": rate, "discount": discount.astype(float)}), bills)


def rents(count: int, seed: int) -> Examples:
    chance = np.random.default_rng(seed)
    size, rooms = chance.uniform(20, 200, count), chance.integers(1, 6, count).astype(float)
    return Examples(
        pd.DataFrame({"size": size, "rooms": rooms}), 300 + 9 * size + 50 * rooms + chance.normal(0, 60, count)
    )


def test_a_product_is_learnt_as_a_sum_of_logarithms() -> None:
    train, test = invoices(400, 0), invoices(200, 1)
    columns = ColumnPreprocessor.fit(train)
    assert columns.features == (
        "hours", "logarithm of hours", "rate", "logarithm of rate", "discount", "logarithm of discount",
    )  # fmt: skip
    info = columns.info(())
    module, task = linear.build(linear.LinearParams(), info), TASK.on(info)
    data = (torch.from_numpy(columns.transform_training(train)), torch.from_numpy(train.targets).float())
    settings = {"task": task.name, "dataset": "any", "model": "linear", "epochs": 1, "weight_decay": 0.0}
    Trainer(module, task, data, data, TrainConfig.model_validate(settings), CPU).fit()
    module.eval()
    with torch.inference_mode():
        answers = module(torch.from_numpy(columns.transform(test.inputs))).double().numpy()
    assert r2(predictions_of_numbers(answers, test.targets, 1.0)) > 0.97
    ridge = catalog.find_baseline("ridge").fit(train, test, 0).predict(test.inputs)
    np.testing.assert_allclose(answers, ridge, rtol=1e-3)


@pytest.mark.parametrize("shift", [0.0, -1_000.0])
def test_a_sum_stays_a_sum_and_numbers_below_nought_have_no_logarithm(shift: float) -> None:
    examples = rents(400, 0)
    columns = ColumnPreprocessor.fit(Examples(examples.inputs, examples.targets + shift))
    assert (columns.features, columns.info(()).target_log) == (("size", "rooms"), ())


def test_logarithms_are_right_on_average_and_saved_as_json() -> None:
    train = invoices(400, 0)
    columns = ColumnPreprocessor.fit(train)
    again = ColumnPreprocessor.from_state(json.loads(json.dumps(columns.state())))
    assert (again.target, again.info(())) == (columns.target, columns.info(()))
    table = train.inputs
    assert again.transform(table).tolist() == columns.transform(table).tolist()
    said = columns.target.standardised(train.targets) * 0.9
    smear = columns.target.smear(said, train.targets)
    assert columns.target.in_units(said, smear).mean() == pytest.approx(train.targets.mean(), rel=0.02)


def test_a_nought_or_a_gap_has_a_logarithm_too() -> None:
    columns = ColumnPreprocessor.fit(invoices(400, 0))
    odd = pd.DataFrame({"hours": [0.0, np.nan, -3.0], "rate": [50.0, 50.0, 50.0], "discount": [0.0, 0.0, -1.0]})
    assert np.isfinite(columns.transform(odd)).all()


@pytest.mark.parametrize("unit", [1.0, 0.013])
def test_numbers_that_multiply_may_be_nought(unit: float) -> None:
    """Counts get one more before their logarithm is taken, amounts as much as the smallest tenth of them has."""
    bills = invoices(400, 0)
    counts = np.floor(bills.targets / 60) * unit
    train = Examples(bills.inputs, counts)
    assert counts.min() == 0
    columns = ColumnPreprocessor.fit(train)
    said = columns.target.in_units(columns.target.standardised(counts))
    np.testing.assert_allclose(said, counts, atol=1e-9 * counts.max())
    module = linear.build(linear.LinearParams(), columns.info(())).eval()
    assert isinstance(module, torch.nn.Sequential)
    standardised = torch.from_numpy(columns.target.standardised(counts)).float()[:, None]
    np.testing.assert_allclose(module[1](standardised).numpy(), counts, atol=1e-4 * counts.max())
    assert columns.target.log_shift == (1.0 if unit == 1 else pytest.approx(np.quantile(counts[counts > 0], 0.1)))


def test_every_model_of_tables_answers_with_numbers_of_logarithms() -> None:
    info = ColumnPreprocessor.fit(invoices(400, 0)).info(())
    for name in catalog.models("tabular-regression"):
        spec = catalog.find_model(name)
        module = spec.build(spec.params(), info)
        far = module(torch.full((2, info.input_shape[0]), 1e6))
        assert torch.isfinite(far).all()
        assert (module.eval()(torch.zeros(2, info.input_shape[0])) > 0).all()
