"""What the checks of repeated examples share: who repeats whom, and how to show it."""

import numpy as np
from numpy.typing import NDArray

from core.intake.doctor.examined import Examined
from core.intake.doctor.selection import texts_at

COMPARED = 200_000  # rows of which the texts themselves are compared


def members(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row how many rows its group has, (N,)."""
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    return np.asarray(sizes[group], dtype=np.int64)


def sayings(examined: Examined, rows: NDArray[np.int64]) -> list[str]:
    """Return what to call a few rows: their text, or the name of their picture."""
    column = "name" if examined.task == "image-classification" else "text"
    return texts_at(examined, column, rows)


def repeated_to_the_letter(examined: Examined, rows: NDArray[np.int64]) -> tuple[int, set[int]] | None:
    """Compare texts letter for letter.

    Args:
        examined: The version.
        rows: Positions of texts that some other one repeats.

    Returns:
        How many texts repeat an earlier one to the letter, and the groups (`Examined.same`) in which one text to the
        letter has several labels. None where there are no texts, or too many.
    """
    if examined.task != "text-classification" or len(rows) > COMPARED:
        return None
    import pyarrow as pa

    texts = examined.column("text").take(pa.array(rows)).to_pylist()
    labels: dict[str, int] = {}
    conflicts: set[int] = set()
    for row, text in zip(rows, texts, strict=True):
        target = int(examined.targets[row])
        if labels.setdefault(text, target) != target:
            conflicts.add(int(examined.same[row]))
    return len(texts) - len(labels), conflicts
