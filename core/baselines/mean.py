"""Always the mean: what a model of numbers must beat to have learnt anything."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, write_arrays
from core.specs import Examples, Inputs
from core.specs.baseline import BaselineSpec


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean of the training split's numbers."""

    value: float
    called: str = "mean"
    tuned_on: str = ""

    @classmethod
    def fit(cls, train: Examples, validation: Examples, seed: int) -> "Mean":
        """Average the numbers."""
        del validation, seed
        return cls(float(train.targets.mean()))

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return the same number for each, (N,)."""
        return np.full(len(inputs), self.value)

    def save(self, folder: Path) -> None:
        """Write the number."""
        write_arrays(folder, value=np.array(self.value))

    @classmethod
    def load(cls, folder: Path) -> "Mean":
        """Read it."""
        return cls(float(read_arrays(folder)["value"]))


BASELINE = BaselineSpec(
    name="mean",
    title="Always the average",
    purpose="Has learnt nothing: a model that is no better explains none of the differences between rows.",
    tasks=("tabular-regression",),
    rung=0,
    fit=Mean.fit,
    load=Mean.load,
    seconds=lambda _train: 0.01,
)
