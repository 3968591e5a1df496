"""The first rule for splitting documents, by characters, the longest cut in three.

Versions of its time keep it.

New versions are divided by `core.data.splits.document_splits`.
"""

import hashlib
from collections.abc import Sequence

from core.data.splits.duplicates import without_repeated_paragraphs, without_repeats
from core.errors import DataError
from core.specs import SPLITS, SplitName, Texts

SHARES: dict[SplitName, float] = {"test": 0.1, "validation": 0.1, "train": 0.8}
TOLERANCE = 0.01  # of all characters, that a split may miss its share by
WHOLE_TOLERANCE = 0.05  # where half a document is worth little: of a conversation
LINE_SEARCH = 200  # characters after a cut in which the end of a line is looked for
SHORTEST_TEXT = 1_000  # characters in all


def divide_documents(documents: Texts, fingerprint: str, *, whole: bool = False) -> tuple[dict[SplitName, Texts], int]:
    """Return each split's documents, about 80, 10 and 10% of characters.

    Long paragraphs that stand in the text more than once are dropped but for the first, so that none crosses a
    split. Documents stay whole if that comes near enough; otherwise the longest are cut, as few as possible, each
    in three parts: its beginning for training, what follows for validation, its end for test.

    Args:
        documents: The texts.
        fingerprint: Of these documents; it decides which go where.
        whole: Whether what repeats are documents as a whole: within conversations an answer may well repeat another.

    Returns:
        The documents by split, in their order, and how many repeated paragraphs (or whole documents) were dropped.

    Raises:
        DataError: There is too little text.
    """
    texts, dropped = (without_repeats if whole else without_repeated_paragraphs)(documents)
    check_enough(texts, dropped)
    total = sum(map(len, texts))
    longest_first = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
    for cut_count in range(len(texts) + 1):
        parts = _assign(texts, set(longest_first[:cut_count]), fingerprint)
        sizes = {name: sum(map(len, parts[name])) for name in SPLITS}
        near = WHOLE_TOLERANCE if whole and not cut_count else TOLERANCE
        if all(sizes[name] and abs(sizes[name] / total - SHARES[name]) <= near for name in SPLITS):
            break
    return parts, dropped


def check_enough(texts: Sequence[str], dropped: int) -> None:
    """Check that there is enough text to divide.

    Raises:
        DataError: There is too little text.
    """
    total = sum(map(len, texts))
    if total < SHORTEST_TEXT:
        rest = " besides paragraphs that stand in it more than once" if dropped else ""
        raise DataError(
            f"There are only {total:,} characters of text{rest}; at least {SHORTEST_TEXT:,} are needed, and a model "
            "learns better from a hundred times as many. Add more text."
        )


def _assign(texts: Texts, cut: set[int], fingerprint: str) -> dict[SplitName, Texts]:
    """Return texts by split: those in `cut` in three parts, others whole where possible."""
    chosen: dict[SplitName, dict[int, str]] = {name: {} for name in SPLITS}
    room = {name: SHARES[name] * sum(map(len, texts)) for name in ("test", "validation")}
    for index in sorted(cut):
        for name, part in _cut(texts[index]).items():
            chosen[name][index] = part
            if name in room:
                room[name] -= len(part)

    def rank(index: int) -> bytes:
        return hashlib.sha256(f"{fingerprint}:{index}".encode()).digest()

    for index in sorted(set(range(len(texts))) - cut, key=rank):
        home: SplitName = "train"
        for name in SHARES:
            if name in room and len(texts[index]) <= room[name]:
                home = name
                room[name] -= len(texts[index])
                break
        chosen[home][index] = texts[index]
    return {name: tuple(chosen[name][index] for index in sorted(chosen[name])) for name in SPLITS}


def _cut(text: str) -> dict[SplitName, str]:
    """Return a text's beginning, middle and end, cut at line ends if near."""
    first = _line_end(text, round(len(text) * SHARES["train"]))
    second = _line_end(text, round(len(text) * (SHARES["train"] + SHARES["validation"])))
    return {"train": text[:first], "validation": text[first:second], "test": text[second:]}


def _line_end(text: str, position: int) -> int:
    """Return the position after a near line end in a long text, else itself."""
    reach = min(LINE_SEARCH, len(text) // 100)
    found = text.find("\n", position, position + reach)
    return position if found < 0 else found + 1
