"""Answers to a row with one column changed, and their average over rows.

Source:
    Goldstein et al., Peeking Inside the Black Box: Visualizing Statistical Learning with Plots of Individual
    Conditional Expectation, 2015; the average: Friedman, Greedy Function Approximation, 2001.
"""

from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from core.preprocessing.columns import ColumnPreprocessor
from core.serving.explanation.subject import Subject
from core.specs import Inputs

POINTS = 25  # of a column of numbers
MOST_WORDS = 12  # of a column of categories, the commonest
ENDS = (0.01, 0.99)  # quantiles between which a column is moved


@dataclass(frozen=True)
class Slider:
    """One column, moved while the others stay.

    Args:
        name: Of the column.
        kind: "number" or "category".
        at: What the row has there; None where nothing.
        answer: What the model says of the row as it is.
        values: What it is set to.
        answers: What the model says of the row then.
        average: What it says of other rows with this value, on average.
    """

    name: str
    kind: str
    at: Any
    answer: float
    values: tuple[Any, ...]
    answers: tuple[float, ...]
    average: tuple[float, ...]


def sliders(subject: Subject, row: Inputs, background: Inputs, train: Inputs) -> list[dict[str, Any]]:
    """Return each movable column, the one that moves the answer most first.

    Args:
        subject: What is explained.
        row: The single row.
        background: Rows for the average.
        train: The training rows, whose values a column takes.
    """
    own, others, known = (cast(pd.DataFrame, part) for part in (row, background, train))
    columns = cast(ColumnPreprocessor, subject.predictor.preprocessor).columns
    kinds = {column.name: "number" for column in columns.numbers} | {
        column.name: "category" for column in columns.words
    }
    answer = float(subject.values(own)[0])
    found = [_slider(subject, own, others, known[name], kind, answer) for name, kind in kinds.items()]
    found.sort(key=lambda one: -float(np.ptp(one.answers)))
    return [asdict(one) for one in found]


def _slider(
    subject: Subject, row: pd.DataFrame, others: pd.DataFrame, known: "pd.Series[Any]", kind: str, answer: float
) -> Slider:
    name = str(known.name)
    values = _numbers(known) if kind == "number" else _words(known, row[name].iloc[0])
    rows = pd.concat([row, others[row.columns]], ignore_index=True)
    repeated = rows.iloc[np.tile(np.arange(len(rows)), len(values))].reset_index(drop=True)
    repeated[name] = pd.Series(np.repeat(np.array(values, dtype=object), len(rows))).astype(known.dtype)
    answers = subject.values(repeated).reshape(len(values), len(rows))
    at = row[name].iloc[0]
    known_at = None if pd.isna(at) else float(at) if kind == "number" else str(at)
    own, average = answers[:, 0].tolist(), answers[:, 1:].mean(1).tolist()
    return Slider(name, kind, known_at, answer, tuple(values), tuple(own), tuple(average))


def _numbers(known: "pd.Series[Any]") -> list[float]:
    """Return evenly spread values of a column; its own where it has few."""
    numbers = known.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = np.unique(numbers[np.isfinite(numbers)])
    if len(numbers) <= POINTS:
        return [float(number) for number in numbers] or [0.0]
    low, high = np.quantile(known.dropna().to_numpy(dtype=np.float64), ENDS)
    if low == high:
        low, high = numbers[0], numbers[-1]
    return [float(number) for number in np.linspace(low, high, POINTS)]


def _words(known: "pd.Series[Any]", own: Any) -> list[str]:
    commonest = [str(word) for word in known.dropna().value_counts().index[:MOST_WORDS]]
    return commonest if pd.isna(own) or str(own) in commonest else [str(own), *commonest]
