"""Which examples are the same to a person, and so must never stand on both sides of a split."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from core.specs import DOCUMENT_BREAK, Examples, Texts

NOT_A_WORD = re.compile(r"[\W_]+")
PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
SHORTEST_TELLING_PARAGRAPH = 60  # characters; shorter ones, such as headings, may well repeat


def fold(text: str) -> str:
    """Return the text without what hides that two texts are the same: case, spacing, punctuation."""
    folded = NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return folded or text.strip()


def keys_of(examples: Examples) -> list[bytes]:
    """Return one key for each example; the same key means the same example."""
    if isinstance(examples.inputs, np.ndarray):
        return [hashlib.sha256(picture.tobytes()).digest() for picture in examples.inputs]
    return [hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).digest() for text in examples.inputs]


def count_repeats(keys: Sequence[bytes]) -> int:
    """Return how many examples are the same as an earlier one."""
    return len(keys) - len(set(keys))


def without_repeated_paragraphs(documents: Texts) -> tuple[Texts, int]:
    """Drop every long paragraph that stood in the text before, and documents that have nothing else.

    Args:
        documents: The texts, in order.

    Returns:
        The documents that are left, and how many paragraphs were dropped.
    """
    seen: set[str] = set()
    kept_documents, dropped = [], 0
    for document in documents:
        kept = []
        for paragraph in PARAGRAPH_BREAK.split(document):
            folded = fold(paragraph)
            if len(folded) > SHORTEST_TELLING_PARAGRAPH:
                if folded in seen:
                    dropped += 1
                    continue
                seen.add(folded)
            kept.append(paragraph)
        if any(paragraph.strip() for paragraph in kept):
            kept_documents.append(DOCUMENT_BREAK.join(kept))
    return tuple(kept_documents), dropped
