"""Running text in three splits: distributed evaluation stretches, separated from training by gaps.

One contiguous tenth of a book is one chapter: its score says little of the others. So validation and test are drawn in
stretches (or whole documents, where there are many), one of each from every tenth of the text.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.specs import SPLITS, SplitName, Texts

TRAIN, VALIDATION, TEST = range(len(SPLITS))
SHARE = 0.1  # of the characters, for validation and again for test
FEWEST = 20  # stretches or documents of a judged part, where the text is long enough
LONGEST_STRETCH, SHORTEST_STRETCH = 16_384, 256  # characters
GAP, GAP_SHARE = 256, 1 / 16  # characters between judged and learnt text, at most; as a share of a stretch
WHOLE = (1 / 50, 1 / 100, 1 / (FEWEST / SHARE))  # of all characters: documents up to this share stay whole
_SALT = b"stretches"
Indices = NDArray[np.int64]


@dataclass(frozen=True, order=True)
class Piece:
    """A part of a document that belongs to one split.

    Args:
        document: Its position among the documents.
        begin: Of the judged or learnt characters.
        end: After them.
        split: Its number in `SPLITS`.
        lead: Characters before `begin` that give a judged piece its context, and are not judged.
    """

    document: int
    begin: int
    end: int
    split: int
    lead: int = 0


def pieces_of(
    texts: Texts, missing: Sequence[SplitName] = ("test", "validation"), groups: Indices | None = None, *, whole: bool
) -> list[Piece]:
    """Return the pieces of texts, in their order.

    Documents up to a fiftieth of the text stay whole if both judged parts then have twenty or more; else only shorter
    ones do. Longer ones are cut into stretches at ends of paragraphs or lines. The length of a stretch is a power of
    two, so that it seldom changes when text is added; where a stretch goes hangs on its place, where a whole document
    goes on its content alone, so that both stay where they are.

    Args:
        texts: The documents.
        missing: The splits to draw; what is in none of them is for training.
        groups: (N,) documents with the same number stay on one side.
        whole: Whether documents are never cut, such as conversations: unless there are too few of them.
    """
    total, numbers = sum(map(len, texts)), np.arange(len(texts)) if groups is None else groups
    pieces: list[Piece] = []
    for share in WHOLE:
        longest = total if whole and len(texts) >= FEWEST else share * total
        kept = [i for i, text in enumerate(texts) if len(text) <= longest]
        cut = sorted(set(range(len(texts))) - set(kept))
        pieces = [*_documents(texts, kept, numbers, missing), *_stretches(texts, cut, total, missing)]
        if all(sum(p.split == SPLITS.index(name) for p in pieces) >= FEWEST for name in missing):
            break
    return sorted(pieces)


def stretch_length(total: int) -> int:
    """Return how many characters a stretch has, of a text of so many."""
    fitting = 1 << max(int(total * SHARE / FEWEST), 1).bit_length() - 1
    return max(min(max(fitting, SHORTEST_STRETCH), LONGEST_STRETCH, total // 10), 1)


def gap_of(total: int) -> int:
    """Return how many characters lie between judged and learnt text."""
    return min(GAP, int(stretch_length(total) * GAP_SHARE))


def _documents(texts: Texts, kept: Sequence[int], groups: Indices, missing: Sequence[SplitName]) -> list[Piece]:
    """Return whole documents: those with lowest hashes for test, with highest for validation."""
    content = {i: hashlib.sha256(_SALT + texts[i].encode("utf-8", "surrogatepass")).digest() for i in kept}
    members: dict[int, list[int]] = {}
    for i in kept:
        members.setdefault(int(groups[i]), []).append(i)
    ordered = sorted(members.values(), key=lambda group: min(content[i] for i in group))
    quota = SHARE * sum(len(texts[i]) for i in kept)
    home: dict[int, int] = {}
    for name in missing:
        filled = 0
        for group in ordered if name == "test" else reversed(ordered):
            size = sum(len(texts[i]) for i in group)
            if group[0] in home or filled + size / 2 > quota:
                continue  # a group far larger than the share is not judged
            home |= dict.fromkeys(group, SPLITS.index(name))
            filled += size
    return [Piece(i, 0, len(texts[i]), home.get(i, TRAIN)) for i in kept]


def _stretches(texts: Texts, cut: Sequence[int], total: int, missing: Sequence[SplitName]) -> list[Piece]:
    """Return pieces of cut documents: of every ten stretches, one for each missing split."""
    length, gap = stretch_length(total), gap_of(total)
    places = [
        (i, begin, end)
        for i in cut
        for begin, end in _cuts(texts[i], max(round(len(texts[i]) / length), 1), length // 8)
    ]
    sides = _sides(len(places), missing)
    pieces = []
    for at, ((i, begin, end), side) in enumerate(zip(places, sides, strict=True)):
        if side != TRAIN:
            pieces.append(Piece(i, begin, end, side, min(gap, begin)))
            continue
        after_judged = at > 0 and places[at - 1][0] == i and sides[at - 1] != TRAIN
        before_judged = at + 1 < len(places) and places[at + 1][0] == i and sides[at + 1] != TRAIN
        first = _end_near(texts[i], begin + gap, gap) if after_judged else begin
        last = _before(texts[i], end - gap, gap) if before_judged else end
        if first < last:
            pieces.append(Piece(i, first, last, TRAIN))
    return _joined(pieces)


def _sides(count: int, missing: Sequence[SplitName]) -> list[int]:
    """Return each stretch's split, placed in every tenth by a hash of its number."""
    sides = [TRAIN] * count
    for number, stratum in enumerate(np.array_split(np.arange(count), max(round(count * SHARE), 1))):
        drawn = int.from_bytes(hashlib.sha256(_SALT + str(number).encode()).digest()[:8], "big")
        free = stratum.tolist()
        for name in missing[: max(len(free) - 1, 0)]:
            sides[free.pop(drawn % len(free))] = SPLITS.index(name)
            drawn //= 10
    return sides


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.split == piece.split == TRAIN and (last.document, last.end) == (piece.document, piece.begin):
            joined[-1] = Piece(piece.document, last.begin, piece.end, TRAIN)
        else:
            joined.append(piece)
    return joined


def _cuts(text: str, count: int, reach: int) -> list[tuple[int, int]]:
    """Return each stretch's begin and end, cut at near paragraph, line or word ends."""
    places = [0, *(_end_near(text, round(k * len(text) / count), reach) for k in range(1, count)), len(text)]
    return [(begin, end) for begin, end in pairwise(places) if begin < end]


def _end_near(text: str, place: int, reach: int) -> int:
    """Return where the next paragraph, line or word begins; if far, the given place."""
    for sign, far in (("\n\n", reach), ("\n", reach), (" ", min(reach, 64))):
        found = text.find(sign, place, place + far)
        if found >= 0:
            return found + len(sign)
    return place


def _before(text: str, place: int, reach: int) -> int:
    """Return where the previous line, else word, ends; if far, the given place."""
    for sign in "\n ":
        found = text.rfind(sign, max(place - reach, 0), max(place, 0))
        if found >= 0:
            return found + 1
    return place
