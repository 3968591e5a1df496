"""Shared code of the duplicate checks: which rows repeat which, and their display."""

import numpy as np
from numpy.typing import NDArray

from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.selection import texts_at, values_where
from core.data.task_kinds import IMAGES, LABELLED_TEXTS
from core.data.wording import SHOWN

COMPARED = 200_000  # rows of which the texts themselves are compared


def side_by_side(rows: NDArray[np.int64], first: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """Return the first few of these rows, each with the row that it repeats.

    Args:
        rows: Positions.
        first: (N,) for each row of the version the one that it repeats.
    """
    return tuple((int(first[row]), int(row)) for row in rows[:SHOWN])


def sayings(context: CheckContext, rows: NDArray[np.int64]) -> list[str]:
    """Return display names for a few rows: their text, or their image's name."""
    column = "name" if IMAGES.fits(context.task) else "text"
    return texts_at(context, column, rows)


def repeated_to_the_letter(context: CheckContext, rows: NDArray[np.int64]) -> tuple[int, int] | None:
    """Compare texts letter for letter.

    Args:
        context: The version.
        rows: Positions of texts that some other one repeats, in order.

    Returns:
        How many rows repeat an earlier text to the letter, and how many different texts have several labels. None
        where there are no texts, or too many.
    """
    if not LABELLED_TEXTS.fits(context.task) or len(rows) > COMPARED:
        return None
    chosen = np.zeros(len(context), dtype=np.bool_)
    chosen[rows] = True
    texts = values_where(context.column("text"), chosen).to_pylist()
    labels: dict[str, int] = {}
    conflicts: set[str] = set()
    for row, text in zip(rows, texts, strict=True):
        target = int(context.targets[row])
        if labels.setdefault(text, target) != target:
            conflicts.add(text)
    return len(texts) - len(labels), len(conflicts)
