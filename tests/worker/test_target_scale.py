"""How a run says that it computes with logarithms, or why not."""

import numpy as np
import pandas as pd
import pytest

from core.data.prepare.prepare_dataset import PreparedDataset
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import DatasetVersion, Examples
from core.worker.target_scale import scale_note


def fitted(targets: np.ndarray, table: dict[str, np.ndarray]) -> PreparedDataset:
    made = ColumnPreprocessor.fit(Examples(pd.DataFrame(table), targets.astype(np.float64)))
    version = DatasetVersion("any", "", "tabular-regression", (), {}, 0, "", "")
    return PreparedDataset(version, {}, made, made.info(()), {})


def products(count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(0)
    return chance.uniform(1, 50, count), chance.uniform(1, 50, count)


def test_a_run_says_that_logarithms_are_learnt_and_what_that_gained() -> None:
    one, other = products()
    said = scale_note(fitted(one * other, {"one": one, "other": other}), "Bill")
    assert said == (
        "Bill is computed with as its logarithm: in cross-validation on the training rows that left 99 % less squared "
        "error than the numbers as they are. Answers, scores and their intervals are in its own units, and the ridge "
        "baseline computes in the same way."
    )


def test_a_run_says_that_logarithms_were_tried_and_not_taken() -> None:
    one, other = products()
    noise = np.random.default_rng(1).normal(0, 5, len(one))
    said = scale_note(fitted(100 + one + other + noise, {"one": one, "other": other}))
    assert said.startswith("What is predicted is computed with as it is: its logarithm was tried by cross-validation")
    assert said.endswith("and left more squared error.")


@pytest.mark.parametrize("change", [lambda x: x - 30, lambda x: -x])
def test_numbers_that_have_no_logarithm_are_learnt_as_they_are_without_a_word(change: object) -> None:
    one, other = products()
    assert callable(change)
    data = fitted(change(one + other), {"one": one, "other": other})
    assert (data.info.target_log, scale_note(data)) == ((), "")
