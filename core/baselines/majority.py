"""Always the commonest answer: what a model must beat to have learnt anything."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, write_arrays
from core.specs import Examples, Inputs
from core.specs.baseline import BaselineSpec

CLASSES = ("text-classification", "image-classification", "tabular-classification")


@dataclass(frozen=True, eq=False)
class Majority:
    """The shares of the classes, (K,), each counted once more than it occurs."""

    shares: NDArray[np.float64]
    called: str = "majority"
    tuned_on: str = ""

    @classmethod
    def fit(cls, train: Examples, validation: Examples, seed: int) -> "Majority":
        """Count the classes."""
        del validation, seed
        counts = np.bincount(train.targets, minlength=len(train.labels)) + 1.0
        return cls(counts / counts.sum())

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return the same probabilities for each, (N, K)."""
        return np.tile(self.shares, (len(inputs), 1))

    def save(self, folder: Path) -> None:
        """Write the shares."""
        write_arrays(folder, shares=self.shares)

    @classmethod
    def load(cls, folder: Path) -> "Majority":
        """Read them."""
        return cls(read_arrays(folder)["shares"])


BASELINE = BaselineSpec(
    name="majority",
    title="Always the commonest answer",
    purpose="Has learnt nothing: a model that is no better says no more than how common each class is.",
    tasks=CLASSES,
    rung=0,
    fit=Majority.fit,
    load=Majority.load,
    seconds=lambda _train: 0.01,
)
