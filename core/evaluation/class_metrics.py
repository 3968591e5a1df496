"""Precision, recall and F1 of each class, with confidence intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.specs import Score
from core.statistics.shares import f1_of, wilson


@dataclass(frozen=True)
class ClassScore:
    """How well one class was recognised, each with its 95 % interval."""

    label: str
    precision: Score  # right when it names the class
    recall: Score  # found of the class
    f1: Score
    support: int  # examples of it in the test split
    answers: int  # times that it was named

    def to_json(self) -> dict[str, Any]:
        """Return it without intervals, as a report keeps it."""
        values = {"precision": self.precision.value, "recall": self.recall.value, "f1": self.f1.value}
        return {"label": self.label, **values, "support": self.support}


@dataclass(frozen=True)
class Confusion:
    """One class taken for another."""

    truth: int  # index of the right class
    answer: int
    count: int
    support: int  # examples of the right class


def class_scores(counts: NDArray[np.int64], labels: Sequence[str], seed: int = 0) -> tuple[ClassScore, ...]:
    """Return the scores of every class.

    Args:
        counts: (K, K) of true class (row) and answer (column).
        labels: K names.
        seed: Of the resamples behind the intervals of F1.
    """
    total, chance = int(counts.sum()), np.random.default_rng(seed)
    hits, actual, answers = counts.diagonal(), counts.sum(1), counts.sum(0)
    return tuple(
        ClassScore(
            label,
            wilson(int(hits[k]), int(answers[k])),
            wilson(int(hits[k]), int(actual[k])),
            f1_of(int(hits[k]), int(answers[k] - hits[k]), int(actual[k] - hits[k]), total, chance),
            int(actual[k]),
            int(answers[k]),
        )
        for k, label in enumerate(labels)
    )


def confusions(counts: NDArray[np.int64]) -> list[Confusion]:
    """Return all class confusions, the most frequent first, ties by smaller class."""
    actual = counts.sum(1)
    truths, answers = np.nonzero(counts)
    found = [Confusion(int(t), int(a), int(counts[t, a]), int(actual[t])) for t, a in zip(truths, answers, strict=True)]
    return sorted((c for c in found if c.truth != c.answer), key=lambda c: (-c.count, c.support, c.truth, c.answer))


def weakest(scores: Sequence[ClassScore]) -> ClassScore | None:
    """Return the class with the lowest recall, among those with examples."""
    present = [score for score in scores if score.support]
    return min(present, key=lambda score: score.recall.value, default=None)
