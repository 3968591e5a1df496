"""The evaluated characters of a text, and the groups of dependent ones."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.specs import DOCUMENT_BREAK, Examples, Predictions, texts_of
from core.specs.judged import judged_characters

FEWEST_GROUPS, MOST_GROUPS = 20, 200  # of a judged text
PARTS, SHORTEST_GROUP = 30, 64  # of a text of fewer documents; characters of one
Indices = NDArray[np.int64]


def judged(predictions: Predictions, examples: Examples) -> Predictions:
    """Return the predictions of the evaluated characters, each with its group number.

    A group is a document or a stretch (where there are many: several neighbours); a text of fewer than twenty is cut
    into thirty parts.

    Args:
        predictions: (C,) of the last C characters of the documents, joined by `DOCUMENT_BREAK`.
        examples: The documents.
    """
    lengths = [len(text) for text in texts_of(examples.inputs)]
    groups = groups_of(lengths, examples.unjudged)
    places = np.arange(len(groups) - len(predictions.nll), len(groups))
    if places.size and places[0] < 0:  # a tokenizer that writes some characters as several
        places = np.linspace(0, len(groups) - 1, len(places)).astype(np.int64)
    own = groups[places]
    return replace(predictions.select(np.flatnonzero(own >= 0)), groups=own[own >= 0])


def groups_of(lengths: Sequence[int], unjudged: Sequence[tuple[int, int]]) -> Indices:
    """Return the group of each character of the joined documents, -1 if not evaluated."""
    spans = np.array(lengths, dtype=np.int64)
    spans[:-1] += len(DOCUMENT_BREAK)
    counts = judged_characters(int(spans.sum()), unjudged)
    if len(lengths) >= FEWEST_GROUPS:
        number = np.repeat(np.arange(len(lengths)) * min(len(lengths), MOST_GROUPS) // len(lengths), spans)
    else:
        number = np.cumsum(counts) - 1
        number //= max(-(-int(counts.sum()) // PARTS), SHORTEST_GROUP)
    return np.where(counts, number, -1)
