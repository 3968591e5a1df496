"""Which characters of a text are judged."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def judged_characters(length: int, unjudged: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Return a mask, (length,), of the characters that are judged.

    Args:
        length: Characters of the documents, joined by `DOCUMENT_BREAK`.
        unjudged: What of them is context only, as in `Examples`.
    """
    mask = np.ones(length, np.bool_)
    for begin, end in unjudged:
        mask[begin:end] = False
    return mask
