"""Weighed columns: the simple method for numbers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, read_state, write_arrays, write_state
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples, Inputs
from core.specs.baseline import BaselineSpec

FITTING_ROWS = 200_000  # it learns from at most so many


@dataclass(frozen=True, eq=False)
class Ridge:
    """Ridge regression on the prepared columns, its strength chosen by leave-one-out.

    Its answers stay near the numbers that it has learnt from, within the bounds of every model's: columns that say the
    same get large weights of opposite signs, and one wrong cell would make the method that models are compared with
    look worse than it is.

    Source:
        Hoerl and Kennard, Ridge Regression: Biased Estimation for Nonorthogonal Problems, 1970.
    """

    columns: ColumnPreprocessor
    weights: NDArray[np.float64]  # (F,)
    bias: float
    smear: float  # what logarithms lose, where these were learnt
    called: str = "ridge"
    tuned_on: str = "the training split, by leaving each row out"

    @classmethod
    def fit(cls, train: Examples, validation: Examples, seed: int) -> "Ridge":
        """Prepare the columns, choose the strength on the training split, then fit."""
        from sklearn.linear_model import RidgeCV

        from core.modules.regression_head import STRENGTHS

        del validation
        columns = ColumnPreprocessor.fit(train)
        train = train.sample(FITTING_ROWS, seed)
        target, rows = columns.target, columns.transform_training(train).astype(np.float64)
        ridge = RidgeCV(STRENGTHS).fit(rows, target.standardised(train.targets))
        smear = target.smear(ridge.predict(rows), train.targets)
        return cls(columns, np.asarray(ridge.coef_, dtype=np.float64), float(ridge.intercept_), smear)

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return numbers, (N,)."""
        rows = self.columns.transform(inputs).astype(np.float64)
        return self.columns.target.in_units(rows @ self.weights + self.bias, self.smear)

    def save(self, folder: Path) -> None:
        """Write the columns and the weights."""
        write_state(folder, {"columns": self.columns.state(), "smear": self.smear})
        write_arrays(folder, weights=self.weights, bias=np.array(self.bias))

    @classmethod
    def load(cls, folder: Path) -> "Ridge":
        """Read them."""
        state, arrays = read_state(folder), read_arrays(folder)
        columns = ColumnPreprocessor.from_state(state["columns"])
        return cls(columns, arrays["weights"], float(arrays["bias"]), float(state["smear"]))


BASELINE = BaselineSpec(
    name="ridge",
    title="Weighed columns (ridge regression)",
    purpose="Adds up what each column says by itself: small, quick, and its weights can be read.",
    tasks=("tabular-regression",),
    rung=1,
    fit=Ridge.fit,
    load=Ridge.load,
    most_examples=FITTING_ROWS,
)
