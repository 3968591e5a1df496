"""Many decision trees as plain arrays, asked all at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

NUMBERS = 4_000_000  # nodes that are stood on at once
CODES = 256  # that a split can send to the left


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees whose leaves are added up.

    Args:
        start: (T,) where each tree begins among the nodes.
        output: (T,) to which answer it adds.
        feature: (M,) that each node asks.
        threshold: (M,) what is not above it goes left.
        gap_left: (M,) whether what is not known goes left.
        left: (M,) the next node; of a leaf the leaf itself.
        right: (M,) likewise.
        value: (M,) what a leaf adds.
        split: (M,) row of `goes_left` of a node that asks for a category; -1 of others.
        goes_left: (S, 256) which codes go left.
        known: (F, 256) which codes each column had while growing; others count as gaps.
        base: (K,) what is added to.
    """

    start: NDArray[np.int64]
    output: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    gap_left: NDArray[np.bool_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    split: NDArray[np.int64]
    goes_left: NDArray[np.bool_]
    known: NDArray[np.bool_]
    base: NDArray[np.float64]

    @classmethod
    def of(cls, model: Any) -> Self:
        """Return the trees of scikit-learn's HistGradientBoosting, whose first columns are its categories."""
        trees = [(tree, place) for round_ in model._predictors for place, tree in enumerate(round_)]
        sizes = [len(tree.nodes) for tree, _ in trees]
        start = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        nodes = np.concatenate([tree.nodes for tree, _ in trees])
        offset = np.repeat(start, sizes)
        own = np.arange(len(nodes))
        leaf = nodes["is_leaf"].astype(bool)
        sets = [tree.raw_left_cat_bitsets for tree, _ in trees]
        first_set = np.repeat(np.concatenate([[0], np.cumsum([len(one) for one in sets])[:-1]]), sizes)
        categorical = nodes["is_categorical"].astype(bool) & ~leaf
        known_sets, place_of = model._bin_mapper.make_known_categories_bitsets()
        known = np.zeros((model.n_features_in_, CODES), np.bool_)
        if model.is_categorical_ is not None:
            known[model.is_categorical_] = _bits(known_sets)[place_of[model.is_categorical_]]
        return cls(
            start, np.array([place for _, place in trees], np.int64), nodes["feature_idx"].astype(np.int64),
            nodes["num_threshold"].astype(np.float64), nodes["missing_go_to_left"].astype(bool),
            np.where(leaf, own, nodes["left"].astype(np.int64) + offset),
            np.where(leaf, own, nodes["right"].astype(np.int64) + offset),
            np.where(leaf, nodes["value"], 0.0),
            np.where(categorical, nodes["bitset_idx"].astype(np.int64) + first_set, -1).astype(np.int64),
            _bits(np.concatenate(sets)) if sum(map(len, sets)) else np.zeros((0, CODES), np.bool_),
            known, np.asarray(model._baseline_prediction, dtype=np.float64).reshape(-1),
        )  # fmt: skip

    def sums(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the trees add up to, (N, K), of rows (N, F)."""
        at_once = max(NUMBERS // max(len(self.start), 1), 1)
        parts = [self._sums(rows[begin : begin + at_once]) for begin in range(0, len(rows), at_once)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.base)))

    def _sums(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        at = np.tile(self.start, (len(rows), 1))  # (N, T) the node that each tree stands on
        row, gaps = np.arange(len(rows))[:, None], np.isnan(rows)
        while True:
            feature = self.feature[at]
            values = rows[row, feature]
            goes_left = values <= self.threshold[at]
            is_gap = gaps[row, feature]
            if len(self.goes_left):
                is_code = self.split[at] >= 0
                codes = np.where(is_code & ~is_gap, values, 0).astype(np.int64)
                goes_left = np.where(is_code, self.goes_left[self.split[at], codes], goes_left)
                is_gap |= is_code & ~self.known[feature, codes]
            goes_left = np.where(is_gap, self.gap_left[at], goes_left)
            following = np.where(goes_left, self.left[at], self.right[at])
            if (following == at).all():
                break
            at = following
        found = np.tile(self.base, (len(rows), 1))
        for place in range(len(self.base)):
            found[:, place] += self.value[at[:, self.output == place]].sum(axis=1)
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `of_arrays` needs."""
        return dict(vars(self))

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make them again."""
        return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})


def _bits(sets: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return sets of codes, eight numbers of 32 bits each, as (S, 256)."""
    return np.unpackbits(np.ascontiguousarray(sets, dtype="<u4").view(np.uint8), axis=1, bitorder="little").astype(bool)
