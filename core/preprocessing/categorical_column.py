"""A categorical column as features: one-hot for common words, target encoding for rarer ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

MOST_WORDS = 100  # of one category column that get a column of their own
RAREST_SHARE = 0.005  # of the rows; rarer words share one column
RAREST_COUNT = 3  # and so do those in fewer rows than this
ENCODED_SHARE = 0.05  # of the rows: from so many with a repeated word that has no column, words are encoded
FOLDS = 5  # in which training rows are encoded by the others
MOST_KNOWN = 20_000  # words that are remembered


@dataclass(frozen=True)
class WordColumn:
    """What is known of a column of words."""

    name: str
    words: tuple[str, ...]  # each gets a column of its own, in this order
    has_rare: bool  # whether one more stands for rare words, and for words never seen
    has_missing: bool  # whether one more says where there was none
    # Words without a column of their own that were seen.
    rare: frozenset[str] = frozenset()
    # Every word -> what the target is like beside it, around 0 with the targets' spread; empty: no such column.
    encoded: Mapping[str, float] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """What each of its features stands for."""
        return (
            *(f"{self.name}: {word}" for word in self.words),
            *[f"{self.name}: another"] * self.has_rare,
            *[f"{self.name} is missing"] * self.has_missing,
            *[f"{self.name}: the target beside this word"] * bool(self.encoded),
        )

    @property
    def knows_all(self) -> bool:
        """Whether unseen words can be recognised; older saved models cannot."""
        return not self.has_rare or 0 < len(self.rare) < MOST_KNOWN

    def write(
        self, rows: NDArray[np.float32], at: int, values: "pd.Series[Any]", codes: NDArray[np.float64] | None = None
    ) -> int:
        """Write the features, beginning at `at`; return where the next ones begin.

        Args:
            rows: (N, F) to write to.
            at: The first feature's place.
            values: (N,) words.
            codes: (N,) what the target is like beside each, where the rows are those that it was fitted on.
        """
        words = plain_words(values)
        missing = words.isna().to_numpy()
        place = {word: place for place, word in enumerate(self.words)}
        places = words.map(place).to_numpy(dtype=np.float64, na_value=-1)
        known = places >= 0
        rows[np.flatnonzero(known), at + places[known].astype(np.int64)] = 1
        at += len(self.words)
        if self.has_rare:
            rows[:, at] = ~known & ~missing
            at += 1
        if self.has_missing:
            rows[:, at] = missing
            at += 1
        if self.encoded:
            found = words.map(dict(self.encoded)).to_numpy(dtype=np.float64, na_value=0) if codes is None else codes
            rows[:, at] = found
            at += 1
        return at

    def is_unseen(self, values: "pd.Series[Any]") -> NDArray[np.bool_]:
        """Return which words were never seen in training, (N,); none where nobody can know."""
        words = plain_words(values)
        if not self.knows_all:
            return np.zeros(len(words), dtype=np.bool_)
        return np.asarray(~words.isin({*self.words, *self.rare}) & words.notna(), dtype=np.bool_)


def fit_words(name: str, column: "pd.Series[Any]", targets: NDArray[np.float64]) -> WordColumn:
    """Fit one-hot columns for the commonest words, and target encoding for the others.

    Equally common words are in alphabetical order.

    Args:
        name: Of the column.
        column: (N,) words.
        targets: (N,) numbers to predict, around 0 with spread 1.
    """
    words = plain_words(column)
    counts = words.dropna().value_counts()
    least = max(RAREST_COUNT, RAREST_SHARE * len(words))
    common = sorted((str(w) for w, n in counts.items() if n >= least), key=lambda w: (-int(counts[w]), w))[:MOST_WORDS]
    has_rare, has_missing = len(common) < len(counts), bool(words.isna().any())
    rarer = counts.drop(common)
    encoded: dict[str, float] = {}
    if rarer[rarer > 1].sum() >= ENCODED_SHARE * len(words):
        encoded = encode(words, targets)
    rare = frozenset(str(word) for word in rarer.index[:MOST_KNOWN])
    return WordColumn(name, tuple(common), has_rare, has_missing, rare, encoded)


def encode(words: "pd.Series[Any]", targets: NDArray[np.float64]) -> dict[str, float]:
    """Return the target encoding of each word: mean target, shrunk to 0 when rare.

    Args:
        words: (N,), None where there is none.
        targets: (N,) around 0.

    Source:
        Micci-Barreca, A Preprocessing Scheme for High-Cardinality Categorical Attributes in Classification and
        Prediction Problems, 2001, with the empirical Bayes estimate of its section 3.1: n / (n + m), where m is the
        variance within words over that between them.
    """
    groups = _by_word(words, targets)
    sizes, means = groups["size"].to_numpy(np.float64), groups["mean"].to_numpy(np.float64)
    if not len(sizes):
        return {}
    total = sizes.sum()
    within = max(float((groups["square"] - sizes * means**2).sum()) / max(total - len(sizes), 1.0), 0.0)
    middle = float((sizes * means).sum() / total)
    spread = float((sizes * (means - middle) ** 2).sum()) - (len(sizes) - 1) * within
    between = max(spread / max(total - float((sizes**2).sum()) / total, 1e-12), 1e-6 * max(within, 1e-12))
    pulled = middle + (means - middle) * sizes / (sizes + within / between)
    return {str(word): float(value) for word, value in zip(groups.index[:MOST_KNOWN], pulled, strict=False)}


def cross_fitted(words: "pd.Series[Any]", targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return out-of-fold target encodings of the training rows, (N,), to prevent target leakage."""
    codes = np.zeros(len(words))
    fold = np.random.default_rng(0).permutation(len(words)) % FOLDS
    for number in range(FOLDS):
        inside = fold == number
        found = encode(words[~inside], targets[~inside])
        codes[inside] = words[inside].map(found).to_numpy(dtype=np.float64, na_value=0)
    return codes


def plain_words(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column's words without surrounding spaces; only spaces count as missing."""
    words = column.astype("string").str.strip()
    return words.mask(words == "").astype(object)


def _by_word(words: "pd.Series[Any]", targets: NDArray[np.float64]) -> "pd.DataFrame":
    """Return size, target mean and sum of squares by word, commonest first."""
    import pandas as pd

    table = pd.DataFrame({"word": words.to_numpy(), "target": targets, "square": targets**2}).dropna()
    grouped = table.groupby("word", sort=True)
    found = pd.DataFrame({"size": grouped.size(), "mean": grouped["target"].mean(), "square": grouped["square"].sum()})
    return found.sort_values("size", ascending=False, kind="stable")
