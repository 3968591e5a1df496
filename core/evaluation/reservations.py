"""Reservations about a run's scores: too few classes, dependent examples, folds."""

import numpy as np
from numpy.typing import NDArray

from core.evaluation.meaning import FEWEST


def on_classes(confusion: NDArray[np.int64], labels: tuple[str, ...]) -> list[str]:
    """Return sentences on classes that the test split cannot judge.

    Args:
        confusion: Row: the right class; column: the answer.
        labels: Names of the classes.
    """
    counts, said = confusion.sum(axis=1), []
    there = [label for label, count in zip(labels, counts, strict=True) if count]
    unseen = [label for label, count in zip(labels, counts, strict=True) if not count]
    if len(there) == 1 and unseen:
        said.append(f"Every test example is {there[0]!r}: how it does on {_or(unseen)} is not known.")
    if never := never_answered(confusion, labels):
        said.append(f"It never answers {_or(never)}.")
    return said


def never_answered(confusion: NDArray[np.int64], labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes that are in the test split and were never the answer."""
    return tuple(label for k, label in enumerate(labels) if confusion[:, k].sum() == 0 and confusion[k].sum() > 0)


def _or(labels: list[str] | tuple[str, ...]) -> str:
    return " or ".join(repr(label) for label in labels)


def in_clusters(rows: int, clusters: int) -> str:
    """Return a sentence on what dependent examples mean for a score.

    Args:
        rows: Examples in the test split.
        clusters: Of how many groups of copies, or of rows that belong together.
    """
    if clusters < FEWEST:
        many = "1 group" if clusters == 1 else f"{clusters} groups"
        return (
            f"Its {rows:,} test examples are copies or belong together, {many} in all: too few to say how sure the "
            "number is. Add examples of other groups."
        )
    return f"Its {rows:,} test examples are copies or belong together in part: they count as {clusters:,} groups."
