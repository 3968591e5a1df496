"""The share of a model's generated text copied verbatim from the training text."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

STRETCH = 30  # characters in a row that hardly meet by chance, about five words
MOST_CHARACTERS = 10_000_000  # of the training text that are looked through
CHUNK = 200_000
PATIENCE_S = 5.0  # for finding how long the longest stretch is


@dataclass(frozen=True)
class Copied:
    """What one text has in common with the training text.

    Args:
        share: Of its characters that lie in stretches of 30 or more which the training text has too, 0 to 1.
        longest: The longest of these stretches; empty where there is none.
    """

    share: float
    longest: str


def copied(texts: Sequence[str], training: str, stretch: int = STRETCH) -> list[Copied]:
    """Return how much of each text stands in the training text as well.

    One pass over the training text serves all texts, whose windows are few: the time grows with its length alone.

    Args:
        texts: What was written.
        training: What was learnt from; its first ten million characters are looked through.
        stretch: Characters that must be the same in a row.

    Source:
        Copied n-grams as in McCoy et al., "How Much Do Language Models Copy From Their Training Data?", 2021; stretches
        of verbatim text as in Carlini et al., "Quantifying Memorization Across Neural Language Models", 2023.
    """
    training = training[:MOST_CHARACTERS]
    windows = {text[i : i + stretch] for text in texts for i in range(len(text) - stretch + 1)}
    known: set[str] = set()
    for start in range(0, max(len(training) - stretch + 1, 0), CHUNK):
        end = min(start + CHUNK, len(training) - stretch + 1)
        known |= windows.intersection(training[i : i + stretch] for i in range(start, end))
    until = time.monotonic() + PATIENCE_S
    return [_copied(text, known, training, stretch, until) for text in texts]


def _copied(text: str, known: set[str], training: str, stretch: int, until: float) -> Copied:
    covered, longest, end = 0, "", 0
    for i in range(len(text) - stretch + 1):
        if text[i : i + stretch] not in known:
            continue
        covered += i + stretch - max(i, end)
        end = i + stretch
        # Longer than the longest so far? Windows that are known one by one need not stand together.
        size = max(len(longest) + 1, stretch)
        while i + size <= len(text) and time.monotonic() < until and text[i : i + size] in training:
            longest, size = text[i : i + size], size + 1
    return Copied(covered / max(len(text), 1), longest)
