"""The columns of a table as numbers of one size: what is missing is filled in, words become yes-or-no columns."""

from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.specs import DataInfo, Examples, Inputs

if TYPE_CHECKING:
    import pandas as pd

MOST_WORDS = 100  # of one category column that get a column of their own
RAREST_SHARE = 0.005  # of the rows; rarer words share one column
RAREST_COUNT = 3  # and so do those in fewer rows than this
FLATTEST = 1e-9  # of a column's own size: what varies less is constant, and must not be divided by its deviation
CLOSEST = 1e-5  # of their own size: numbers to predict that lie closer run together in 32 bits
LARGEST, SMALLEST = 1e30, 1e-30  # beyond them, squares or their parts leave the range of 32-bit numbers
FURTHEST = 10.0  # times as far outside of the known numbers as they lie apart
MOST_NAMED = 8  # columns in a message
ALIKE = 0.75  # of two names, 0 to 1: one is probably meant by the other


@dataclass(frozen=True)
class NumberColumn:
    """What is known of a column of numbers."""

    name: str
    median: float  # stands in for what is missing
    mean: float  # after that
    std: float
    marks_missing: bool  # whether a column of its own says where a number was missing
    low: float = -LARGEST  # what lies further out than these counts as lying there
    high: float = LARGEST


@dataclass(frozen=True)
class WordColumn:
    """What is known of a column of words."""

    name: str
    words: tuple[str, ...]  # each gets a column of its own, in this order
    has_rare: bool  # whether one more stands for rare words, and for words never seen
    has_missing: bool  # whether one more says where there was none


class ColumnPreprocessor:
    """Numbers get their median where missing, mean 0 and spread 1; each common word gets a column of zeros and ones.

    A number that lies ten times as far outside of those learnt from as they lie apart, or further, counts as lying just
    there: beyond, nothing that was learnt means anything, and one absurd cell must not decide a whole score.

    A numpy version of scikit-learn's `SimpleImputer`, `StandardScaler` and `OneHotEncoder` (its test holds it to
    them), whose state is plain JSON instead of a pickle and which needs no scikit-learn to predict.
    """

    kind: ClassVar[str] = "columns"

    def __init__(
        self, numbers: tuple[NumberColumn, ...], words: tuple[WordColumn, ...], target_mean: float, target_std: float
    ) -> None:
        """Hold what was fitted.

        Args:
            numbers: The columns of numbers, in their order.
            words: The columns of words, in their order.
            target_mean: Mean of the numbers to predict, in the training split.
            target_std: Their standard deviation there.
        """
        self.numbers, self.words = numbers, words
        self.target_mean, self.target_std = target_mean, target_std

    @classmethod
    def fit(cls, train: Examples) -> Self:
        """Learn each column's statistics, and those of the numbers to predict, from the training rows.

        Raises:
            DataError: There is no column to predict from, or nothing in the numbers to be predicted.
        """
        from pandas.api.types import is_numeric_dtype

        table = _table(train.inputs)
        if not len(table.columns):
            raise DataError("There is no column to predict from. Import the data again and leave fewer columns out.")
        mean, std = _target_statistics(np.asarray(train.targets, dtype=np.float64))
        numbers, words = [], []
        for name, column in table.items():
            if is_numeric_dtype(column.dtype):
                numbers.append(_fit_numbers(str(name), _numbers(column)))
            else:
                words.append(_fit_words(str(name), column))
        return cls(tuple(numbers), tuple(words), mean, std)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        numbers = tuple(NumberColumn(**column) for column in state["numbers"])
        words = tuple(WordColumn(**column | {"words": tuple(column["words"])}) for column in state["words"])
        return cls(numbers, words, float(state["target_mean"]), float(state["target_std"]))

    @property
    def number_names(self) -> tuple[str, ...]:
        """The columns of numbers that a table must have."""
        return tuple(column.name for column in self.numbers)

    @property
    def word_names(self) -> tuple[str, ...]:
        """The columns of words that a table must have."""
        return tuple(column.name for column in self.words)

    @property
    def features(self) -> tuple[str, ...]:
        """What each of the F columns of the result stands for."""
        found: list[str] = []
        for number in self.numbers:
            found += [number.name] + [f"{number.name} is missing"] * number.marks_missing
        for word in self.words:
            found += [f"{word.name}: {w}" for w in word.words]
            found += [f"{word.name}: another"] * word.has_rare + [f"{word.name} is missing"] * word.has_missing
        return tuple(found)

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, F) float32.

        Args:
            inputs: A table of N rows; columns that the model has not learnt from are ignored.

        Raises:
            DataError: A column is not there.
        """
        table = _table(inputs)
        self._check_columns([str(name) for name in table.columns])
        rows = np.zeros((len(table), len(self.features)), dtype=np.float32)
        at = 0
        for number in self.numbers:
            at = _write_numbers(rows, at, number, _numbers(table[number.name]))
        for word in self.words:
            at = _write_words(rows, at, word, table[word.name])
        return rows

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the number of features, and where the numbers to predict lie."""
        return DataInfo(labels, (len(self.features),), target_mean=self.target_mean, target_std=self.target_std)

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {
            "numbers": [asdict(column) for column in self.numbers],
            "words": [asdict(column) | {"words": list(column.words)} for column in self.words],
            "target_mean": self.target_mean,
            "target_std": self.target_std,
        }

    def _check_columns(self, found: list[str]) -> None:
        needed = (*self.number_names, *self.word_names)
        missing = [name for name in needed if name not in found]
        if missing:
            columns = "The column" if len(missing) == 1 else f"{len(missing)} columns that the model has learnt from:"
            are = "is" if len(missing) == 1 else "are"
            rename = _renames(missing, [name for name in found if name not in needed])
            raise DataError(
                f"{columns} {_listed(missing)} {are} missing.{rename} "
                f"The table has: {_listed(found) or 'no columns'}. "
                f"Give it every column that the model has learnt from: {_listed(needed)}."
            )


def _target_statistics(targets: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean and standard deviation of the numbers to predict."""
    if len(targets) < 2:
        raise DataError("There is hardly a row to learn from. Add more rows, a hundred or more.")
    if not np.isfinite(targets).all() or np.abs(targets).max() > LARGEST:
        raise DataError(
            "Some of the numbers to predict are missing or too large to compute with. "
            "Remove these rows, or choose another column to predict."
        )
    mean, std, low, high = float(targets.mean()), float(targets.std()), float(targets.min()), float(targets.max())
    if low == high:
        raise DataError(
            f"The number to predict is {low:g} in every row that the model would learn from, so there is "
            "nothing to learn. Choose another column to predict."
        )
    if std <= max(CLOSEST * abs(mean), SMALLEST):
        raise DataError(
            f"The numbers to predict lie between {low:.15g} and {high:.15g}: too close together to be told apart when "
            "computing. Subtract what they have in common, or write them in a smaller unit, and import them again."
        )
    return mean, std


def _fit_numbers(name: str, values: NDArray[np.float64]) -> NumberColumn:
    known = values[~np.isnan(values)]
    if not len(known):
        return NumberColumn(name, 0.0, 0.0, 1.0, marks_missing=False)
    median, missing = float(np.median(known)), len(known) < len(values)
    filled = np.where(np.isnan(values), median, values) if missing else values
    mean, std = float(filled.mean()), float(filled.std())
    flat = std <= FLATTEST * max(abs(mean), float(np.finfo(np.float64).tiny))
    low, high = float(known.min()), float(known.max())
    beyond = FURTHEST * (high - low)
    return NumberColumn(name, median, mean, 1.0 if flat else std, missing, low - beyond, high + beyond)


def _fit_words(name: str, column: "pd.Series[Any]") -> WordColumn:
    """Give the commonest words a column each; equally common ones in their alphabetical order."""
    words = _words(column)
    counts = words.dropna().value_counts()
    least = max(RAREST_COUNT, RAREST_SHARE * len(words))
    common = sorted((str(w) for w, n in counts.items() if n >= least), key=lambda w: (-int(counts[w]), w))[:MOST_WORDS]
    return WordColumn(name, tuple(common), len(common) < len(counts), bool(words.isna().any()))


def _write_numbers(rows: NDArray[np.float32], at: int, column: NumberColumn, values: NDArray[np.float64]) -> int:
    """Write a column's features, beginning at `at`; return where the next ones begin."""
    missing = np.isnan(values)
    filled = np.where(missing, column.median, values.clip(column.low, column.high))
    rows[:, at] = (filled - column.mean) / column.std
    if column.marks_missing:
        rows[:, at + 1] = missing
    return at + 1 + column.marks_missing


def _write_words(rows: NDArray[np.float32], at: int, column: WordColumn, values: "pd.Series[Any]") -> int:
    words = _words(values)
    missing = words.isna().to_numpy()
    places = words.map({word: place for place, word in enumerate(column.words)}).to_numpy(dtype=np.float64, na_value=-1)
    known = places >= 0
    rows[np.flatnonzero(known), at + places[known].astype(np.int64)] = 1
    at += len(column.words)
    if column.has_rare:
        rows[:, at] = ~known & ~missing
    if column.has_missing:
        rows[:, at + column.has_rare] = missing
    return at + column.has_rare + column.has_missing


def _numbers(column: "pd.Series[Any]") -> NDArray[np.float64]:
    """Return a column's numbers, (N,); what is infinite counts as missing."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def _words(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column's words without the spaces around them; nothing but spaces counts as missing."""
    words = column.astype("string").str.strip()
    return words.mask(words == "").astype(object)


def _table(inputs: Inputs) -> "pd.DataFrame":
    if isinstance(inputs, np.ndarray | tuple):
        raise TypeError(f"a table was expected, not {type(inputs).__name__}")
    return inputs


def _renames(missing: list[str], others: list[str]) -> str:
    """Return which of the other columns are probably the missing ones under another name, as a sentence."""
    plain = {" ".join(name.split()).casefold(): name for name in others}
    pairs = {}
    for name in missing[:MOST_NAMED]:
        if near := get_close_matches(name.casefold(), list(plain), n=1, cutoff=ALIKE):
            pairs[plain.pop(near[0])] = name
    if not pairs:
        return ""
    return " Rename " + ", ".join(f"'{old}' to '{new}'" for old, new in pairs.items()) + "."


def _listed(names: "list[str] | tuple[str, ...]") -> str:
    shown = ", ".join(f"'{name}'" for name in names[:MOST_NAMED])
    return shown + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")


PREPROCESSOR = ColumnPreprocessor
