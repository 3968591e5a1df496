"""Passages of a judged text that a model found hardest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH = 100  # characters of a passage, before its ends move to whole words
REACH = 12  # characters by which an end moves at most


@dataclass(frozen=True)
class Passage:
    """A passage and how hard it was.

    Args:
        text: As it stands in the text.
        loss: Its mean loss a character, in nats.
    """

    text: str
    loss: float


def hardest_passages(
    text: str, nll: NDArray[np.float64], places: NDArray[np.int64], most: int, width: int = WIDTH
) -> list[Passage]:
    """Return the passages of the highest mean loss, the hardest first, none twice.

    Args:
        text: The whole text.
        nll: (C,) the loss of each judged character.
        places: (C,) where each stands in the text, rising.
        most: So many at most.
        width: Characters of each.
    """
    if len(nll) < width:
        return []
    sums = np.concatenate([[0.0], np.cumsum(nll)])
    means = (sums[width:] - sums[:-width]) / width  # of the passage that begins at each character
    means[places[width - 1 :] - places[: len(means)] != width - 1] = -np.inf  # what is not judged lies between
    found: list[Passage] = []
    while len(found) < most and np.isfinite(means.max()):
        start = int(means.argmax())
        begin, end = _whole_words(text, int(places[start]), int(places[start + width - 1]) + 1)
        found.append(Passage(text[begin:end].strip(), float(means[start])))
        means[max(start - 2 * width, 0) : start + 2 * width] = -np.inf
    return found


def _whole_words(text: str, begin: int, end: int) -> tuple[int, int]:
    """Return ends that cut no word, where a word's end is near."""
    first = next((at for at in range(begin, min(begin + REACH, end)) if at == 0 or text[at - 1].isspace()), begin)
    last = next((at for at in range(end, max(end - REACH, begin), -1) if text[at : at + 1].isspace()), end)
    return first, last
