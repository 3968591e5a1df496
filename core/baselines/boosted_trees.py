"""Boosted decision trees: what most people who work with tables try first."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, read_state, write_arrays, write_state
from core.baselines.tree_nodes import Trees
from core.baselines.tree_rows import TreeRows
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import Examples, Inputs
from core.specs.baseline import BaselineSpec

FITTING_ROWS = 100_000  # they learn from at most so many
MOST_ROUNDS, MOST_TREES = 300, 1_500  # a round grows a tree for each class
FEW_ROWS, FEW_ROUNDS = 200, 50  # of fewer rows nothing is kept back to end early by
ALONE_ROWS = 20_000  # up to which one thread grows them: several wait for each other at every leaf
ROW_S, LEAST_S = 1e-6, 0.3  # a row, a column and a tree in a thousand; any fit


@dataclass(frozen=True, eq=False)
class BoostedTrees:
    """scikit-learn's HistGradientBoosting, kept as plain arrays.

    Args:
        rows: How the trees read a table.
        trees: These; none where there was nothing to tell apart.
        labels: How many classes there are; 0 for numbers.
        classes: Those that the training split had.
        tuned_on: What the number of trees was chosen on.

    Source:
        Friedman, Greedy Function Approximation: A Gradient Boosting Machine, 2001; Ke et al., LightGBM, 2017.
    """

    rows: TreeRows
    trees: Trees | None
    labels: int
    classes: NDArray[np.int64]
    tuned_on: str
    called: str = "boosted trees"

    @classmethod
    def fit(cls, train: Examples, validation: Examples, seed: int) -> "BoostedTrees":
        """Grow trees until a tenth of the training split, kept back, gets no better."""
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits

        del validation
        columns = ColumnPreprocessor.fit(train)
        train = train.sample(FITTING_ROWS, seed)
        known, counts = np.unique(train.targets, return_counts=True)
        rows, classes = TreeRows.fit(train, columns), known.astype(np.int64) if train.labels else np.zeros(0, np.int64)
        if train.labels and len(classes) < 2:
            return cls(rows, None, len(train.labels), classes, "")
        ends_early = len(train) >= FEW_ROWS and (not train.labels or int(counts.min()) > 1)
        outputs = len(classes) if len(classes) > 2 else 1
        kind = HistGradientBoostingClassifier if train.labels else HistGradientBoostingRegressor
        model = kind(
            max_iter=min(MOST_ROUNDS, max(MOST_TREES // outputs, 20)) if ends_early else FEW_ROUNDS,
            early_stopping=ends_early, categorical_features=list(range(rows.categories)) or None, random_state=seed,
        )  # fmt: skip
        with threadpool_limits(1 if len(train) <= ALONE_ROWS else None, user_api="openmp"):
            model.fit(rows.of_training(train), train.targets)
        tuned_on = "a tenth of the training split, by which the number of trees is chosen" if ends_early else ""
        return cls(rows, Trees.of(model), len(train.labels), classes, tuned_on)

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return probabilities, (N, K), or numbers, (N,)."""
        if self.trees is None:
            return np.asarray(np.eye(self.labels)[np.full(len(inputs), int(self.classes[0]))])
        sums = self.trees.sums(self.rows.of(inputs))
        if not self.labels:
            return sums[:, 0]
        if sums.shape[1] == 1:  # of two classes
            sums = np.concatenate([np.zeros_like(sums), sums], axis=1)
        likely, found = np.exp(sums - sums.max(axis=1, keepdims=True)), np.zeros((len(sums), self.labels))
        found[:, self.classes] = likely / likely.sum(axis=1, keepdims=True)
        return found

    def save(self, folder: Path) -> None:
        """Write columns and trees."""
        write_state(folder, {"rows": self.rows.state(), "labels": self.labels, "tuned_on": self.tuned_on})
        write_arrays(folder, classes=self.classes, **(self.trees.arrays() if self.trees else {}))

    @classmethod
    def load(cls, folder: Path) -> "BoostedTrees":
        """Read them."""
        state, arrays = read_state(folder), read_arrays(folder)
        trees = Trees.of_arrays(arrays) if "start" in arrays else None
        return cls(TreeRows.from_state(state["rows"]), trees, state["labels"], arrays["classes"], state["tuned_on"])


def _seconds(train: Examples) -> float:
    rows, columns = min(len(train), FITTING_ROWS), len(getattr(train.inputs, "columns", ()))
    trees = min(MOST_ROUNDS * max(len(train.labels), 1), MOST_TREES)
    return LEAST_S + ROW_S * rows * (columns + 10) * trees / 1_000


BASELINE = BaselineSpec(
    name="boosted-trees",
    title="Boosted trees (HistGradientBoosting)",
    purpose="Asks one column after the other in hundreds of small trees: bends and steps that no sum can say.",
    tasks=("tabular-classification", "tabular-regression"),
    rung=2,
    fit=BoostedTrees.fit,
    load=BoostedTrees.load,
    seconds=_seconds,
    most_examples=FITTING_ROWS,
)
