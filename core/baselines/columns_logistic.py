"""Weighed columns: the simple method for categories of rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, read_state, write_arrays, write_state
from core.baselines.logistic import FITTING_EXAMPLES, TUNED_ON, LogisticHead
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples, Inputs
from core.specs.baseline import BaselineSpec


@dataclass(frozen=True, eq=False)
class ColumnsLogistic:
    """A logistic regression on the prepared columns."""

    columns: ColumnPreprocessor
    head: LogisticHead
    called: str = "columns + logistic regression"
    tuned_on: str = TUNED_ON

    @classmethod
    def fit(cls, train: Examples, validation: Examples, seed: int) -> "ColumnsLogistic":
        """Prepare the columns, choose the strength on the training split, then fit."""
        del validation
        columns = ColumnPreprocessor.fit(train)
        train = train.sample(FITTING_EXAMPLES, seed)
        return cls(columns, LogisticHead.fit(columns.transform_training(train), train, seed))

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return probabilities, (N, K)."""
        return self.head.predict(self.columns.transform(inputs))

    def save(self, folder: Path) -> None:
        """Write the columns and the weights."""
        write_state(folder, self.columns.state())
        write_arrays(folder, **self.head.arrays())

    @classmethod
    def load(cls, folder: Path) -> "ColumnsLogistic":
        """Read them."""
        return cls(ColumnPreprocessor.from_state(read_state(folder)), LogisticHead.of_arrays(read_arrays(folder)))


BASELINE = BaselineSpec(
    name="columns-logistic",
    title="Weighed columns (logistic regression)",
    purpose="Adds up what each column says by itself: small, quick, and its weights can be read.",
    tasks=("tabular-classification",),
    rung=1,
    fit=ColumnsLogistic.fit,
    load=ColumnsLogistic.load,
    most_examples=FITTING_EXAMPLES,
)
