"""Table columns as features: numbers, dates, categories and texts, each with its own preprocessing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.formatting import listed
from core.preprocessing.categorical_column import WordColumn, cross_fitted, fit_words, plain_words
from core.preprocessing.date_column import DateColumn, fit_dates, seconds_of
from core.preprocessing.log_scale import CHOOSING_ROWS, CLEARLY, FEWEST_ROWS, squared_errors
from core.preprocessing.numeric_column import LARGEST, SMALLEST, NumberColumn, fit_numbers, with_logarithm
from core.preprocessing.target_numbers import TargetNumbers, fit_target
from core.preprocessing.text_column import TextColumn, cross_fitted_texts, fit_texts
from core.specs import ORDERS, DataInfo, Examples, Inputs

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 8  # columns in a message
ALIKE = 0.75  # of two names, 0 to 1: one is probably meant by the other
Codes = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Columns:
    """What was fitted of a table's columns, by kind, each in its order."""

    numbers: tuple[NumberColumn, ...] = ()
    words: tuple[WordColumn, ...] = ()
    dates: tuple[DateColumn, ...] = ()
    texts: tuple[TextColumn, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """What each of the F features stands for."""
        columns: tuple[NumberColumn | WordColumn | DateColumn | TextColumn, ...]
        columns = (*self.numbers, *self.words, *self.dates, *self.texts)
        return tuple(feature for column in columns for feature in column.features)


class ColumnPreprocessor:
    """A preprocessor of columns: numbers imputed and standardised, common words one-hot encoded.

    Missing numbers get the median.

    A number that lies ten times as far outside of those learnt from as they lie apart, or further, counts as missing:
    there, nothing that was learnt means anything, and one absurd cell must not decide a whole score. Words that are too
    rare for a column are encoded by the target, dates become elapsed time, hours, weekdays and season, texts what their
    words say of the target. What it does with which column hangs on the column's type in the table: floating numbers,
    `object` or `str` words, `string` texts, `datetime64` dates, `timedelta64` times of the day.

    A numpy version of scikit-learn's `SimpleImputer`, `StandardScaler`, `OneHotEncoder` and `TargetEncoder` (its test
    holds it to them), whose state is plain JSON instead of a pickle and which needs no scikit-learn to predict.
    """

    kind: ClassVar[str] = "columns"

    def __init__(self, columns: Columns, target: TargetNumbers) -> None:
        """Hold what was fitted.

        Args:
            columns: Of the table.
            target: The numbers to predict; of labels, what stands for them where columns are encoded.
        """
        self.columns, self.target = columns, target

    @classmethod
    def fit(cls, train: Examples) -> Self:
        """Fit each column's statistics, and the target's, on the training rows.

        Raises:
            DataError: There is no column to predict from, or nothing in the numbers to be predicted.
        """
        table = _table(train.inputs)
        if not len(table.columns):
            raise DataError("There is no column to predict from. Import the data again and leave fewer columns out.")
        targets = _targets(train)
        # A label has no scale of its own: it is only a number to encode rare words and texts by.
        target = _encoding(targets) if train.labels else fit_target(targets)
        wanted, orders = (targets - target.mean) / target.std, table.attrs.get(ORDERS, {})
        numbers, words, dates, texts = [], [], [], []
        for name, column in ((str(name), column) for name, column in table.items()):
            match kind_of(column):
                case "number":
                    numbers.append(fit_numbers(name, _numbers(column)))
                case "date" | "time" as kind:
                    seconds = seconds_of(column.to_numpy())
                    dates.append(fit_dates(name, seconds, is_clock=kind == "time", order=orders.get(name, "")))
                case "text":
                    texts.append(fit_texts(name, _texts(column), wanted))
                case _:
                    words.append(fit_words(name, column, wanted))
        plain = cls(Columns(tuple(numbers), tuple(words), tuple(dates), tuple(texts)), target)
        return plain if train.labels else plain._or_logarithms(train, targets)

    def _or_logarithms(self, train: Examples, targets: NDArray[np.float64]) -> Self:
        if targets.min() < 0 or len(targets) < FEWEST_ROWS:
            return self
        table = _table(train.inputs)
        numbers = tuple(with_logarithm(c, _numbers(table[c.name])) for c in self.columns.numbers)
        other = type(self)(replace(self.columns, numbers=numbers), self.target.as_log(targets))
        if len(train) > CHOOSING_ROWS:
            train = train.sample(CHOOSING_ROWS, 0)
            targets = np.asarray(train.targets, dtype=np.float64)
        left = [
            squared_errors(made.transform_training(train).astype(np.float64), targets, made.target)
            for made in (self, other)
        ]
        share = round(left[1] / max(left[0], SMALLEST), 3)
        chosen = other if left[1] < CLEARLY * left[0] else self
        return type(self)(chosen.columns, replace(chosen.target, log_left=share))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Restore from `state`, including older states without dates and texts."""
        numbers = tuple(NumberColumn(**column) for column in state["numbers"])
        words = tuple(_word_column(column) for column in state["words"])
        dates = tuple(DateColumn(**column) for column in state.get("dates", ()))
        texts = tuple(_text_column(column) for column in state.get("texts", ()))
        known = {f.name: float(state[f"target_{f.name}"]) for f in fields(TargetNumbers) if f"target_{f.name}" in state}
        return cls(Columns(numbers, words, dates, texts), TargetNumbers(**known))

    @property
    def number_names(self) -> tuple[str, ...]:
        """The columns of numbers that a table must have."""
        return tuple(column.name for column in self.columns.numbers)

    @property
    def word_names(self) -> tuple[str, ...]:
        """The columns of words and texts that a table must have."""
        return (*(word.name for word in self.columns.words), *(text.name for text in self.columns.texts))

    @property
    def dates(self) -> tuple[DateColumn, ...]:
        """The columns of dates and times that a table must have."""
        return self.columns.dates

    @property
    def features(self) -> tuple[str, ...]:
        """What each of the F columns of the result stands for."""
        return self.columns.features

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, F) float32.

        Args:
            inputs: A table of N rows; columns that the model has not learnt from are ignored.

        Raises:
            DataError: A column is not there.
        """
        return self._written(_table(inputs), {})

    def transform_training(self, train: Examples) -> NDArray[Any]:
        """Return (N, F) float32 of the rows that it was fitted on.

        What the target is like beside a word or a text is taken from other rows, so that no row sees its own answer.
        """
        table = _table(train.inputs)
        wanted = (_targets(train) - self.target.mean) / self.target.std
        encoded = [column for column in self.columns.words if column.encoded]
        codes = {c.name: cross_fitted(plain_words(table[c.name]), wanted) for c in encoded}
        weighted = [column for column in self.columns.texts if column.weights]
        codes |= {c.name: cross_fitted_texts(c, _texts(table[c.name]), wanted) for c in weighted}
        return self._written(table, codes)

    def _written(self, table: "pd.DataFrame", codes: Codes) -> NDArray[Any]:
        self.check_columns([str(name) for name in table.columns])
        rows = np.zeros((len(table), len(self.features)), dtype=np.float32)
        at = 0
        for number in self.columns.numbers:
            at = number.write(rows, at, _numbers(table[number.name]))
        for word in self.columns.words:
            at = word.write(rows, at, table[word.name], codes.get(word.name))
        for date in self.columns.dates:
            at = date.write(rows, at, seconds_of(table[date.name].to_numpy()))
        for text in self.columns.texts:
            at = text.write(rows, at, _texts(table[text.name]), codes.get(text.name))
        return rows

    def remarks(self, inputs: Inputs) -> list[tuple[str, ...]]:
        """Return sentences for each of N rows on what makes its prediction less certain."""
        table = _table(inputs)
        found: list[list[str]] = [[] for _ in range(len(table))]
        for word in self.columns.words:
            for row in np.flatnonzero(word.is_unseen(table[word.name])).tolist():
                found[row].append(f"{word.name}: '{table[word.name].iloc[row]}' was never seen in training.")
        for number in self.columns.numbers:
            values = _numbers(table[number.name])
            for row in np.flatnonzero(number.beyond_is_missing & number.is_beyond(values)).tolist():
                found[row].append(
                    f"{number.name}: {values[row]:g} lies far outside of what was learnt from ({number.known_low:g} to "
                    f"{number.known_high:g}), so it counts as unknown."
                )
        for date in self.columns.dates:
            beyond = date.is_beyond(seconds_of(table[date.name].to_numpy()))
            for row in np.flatnonzero(beyond).tolist():
                found[row].append(f"{date.name}: lies far outside of the time learnt from, so it counts as unknown.")
        return [tuple(sentences) for sentences in found]

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the number of features, and where the numbers to predict lie."""
        return DataInfo(
            labels,
            (len(self.features),),
            target_mean=self.target.mean,
            target_std=self.target.std,
            target_low=self.target.low,
            target_high=self.target.high,
            target_log=self.target.log if self.target.is_log else (),
        )

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        words = [asdict(column) | {"rare": sorted(column.rare)} for column in self.columns.words]
        return {
            "numbers": [asdict(column) for column in self.columns.numbers],
            "words": [column | {"words": list(column["words"])} for column in words],
            "dates": [asdict(column) for column in self.columns.dates],
            "texts": [
                asdict(column) | {"terms": list(column.terms), "weights": list(column.weights)}
                for column in self.columns.texts
            ],
        } | {f"target_{name}": value for name, value in asdict(self.target).items()}

    def check_columns(self, found: list[str]) -> None:
        """Make sure that a table has every column that was learnt from.

        Raises:
            DataError: One is missing.
        """
        needed = (*self.number_names, *self.word_names)
        missing = [name for name in needed if name not in found]
        if missing:
            columns = "The column" if len(missing) == 1 else f"{len(missing)} columns that the model has learnt from:"
            are = "is" if len(missing) == 1 else "are"
            rename = _renames(missing, [name for name in found if name not in needed])
            raise DataError(
                f"{columns} {listed(missing, MOST_NAMED)} {are} missing.{rename} "
                f"The table has: {listed(found, MOST_NAMED) or 'no columns'}. "
                f"Give it every column that the model has learnt from: {listed(needed, MOST_NAMED)}."
            )


def kind_of(column: "pd.Series[Any]") -> str:
    """Return a column's kind, by type: "number", "date", "time", "text" or "category"."""
    import pandas as pd

    if column.dtype.kind in "Mm":
        return "date" if column.dtype.kind == "M" else "time"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    return "text" if column.dtype.name == "string" else "category"  # pandas' own inference makes "str" or "object"


def _targets(train: Examples) -> NDArray[np.float64]:
    """Return the numbers by which rare words and texts are encoded, (N,).

    Of labels: whether a row is of the second of two classes, of more whether it is of the commonest one.
    """
    if len(train.labels) > 2:  # one number says something of one class; the model has the other columns beside it
        return np.asarray((train.targets == np.bincount(train.targets).argmax()).astype(np.float64))
    return np.asarray(train.targets, dtype=np.float64)


def _encoding(targets: NDArray[np.float64]) -> TargetNumbers:
    return TargetNumbers(float(targets.mean()), float(targets.std()) or 1.0, 0.0, 1.0)


def _word_column(state: dict[str, Any]) -> WordColumn:
    return WordColumn(**state | {"words": tuple(state["words"]), "rare": frozenset(state.get("rare", ()))})


def _text_column(state: dict[str, Any]) -> TextColumn:
    return TextColumn(**state | {"terms": tuple(state["terms"]), "weights": tuple(state.get("weights", ()))})


def _numbers(column: "pd.Series[Any]") -> NDArray[np.float64]:
    """Return a column's numbers, (N,); what is infinite counts as missing."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def _texts(column: "pd.Series[Any]") -> list[str | None]:
    return [text if isinstance(text, str) else None for text in column.tolist()]


def _table(inputs: Inputs) -> "pd.DataFrame":
    if isinstance(inputs, np.ndarray | tuple):
        raise TypeError(f"a table was expected, not {type(inputs).__name__}")
    return inputs


def _renames(missing: list[str], others: list[str]) -> str:
    """Return, as a sentence, which other columns are probably renamed missing ones."""
    plain = {" ".join(name.split()).casefold(): name for name in others}
    pairs = {}
    for name in missing[:MOST_NAMED]:
        if near := get_close_matches(name.casefold(), list(plain), n=1, cutoff=ALIKE):
            pairs[plain.pop(near[0])] = name
    if not pairs:
        return ""
    return " Rename " + ", ".join(f"'{old}' to '{new}'" for old, new in pairs.items()) + "."


PREPROCESSOR = ColumnPreprocessor
