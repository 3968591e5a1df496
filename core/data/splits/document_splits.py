"""Documents in three splits, without evaluation on trained text: pieces, and the passages between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.array_cache import Arrays, cached_arrays
from core.data.splits.duplicates import without_repeated_paragraphs, without_repeats
from core.data.splits.equal_texts import text_keys
from core.data.splits.first_document_rule import check_enough
from core.data.splits.near_duplicates import MOST_COMPARED, near_texts
from core.data.splits.text_blocks import FEWEST, Piece, gap_of, pieces_of
from core.data.splits.text_overlap import NEAR_IN, Overlap, examples_of_spans, overlaps, spans_of
from core.errors import DataError
from core.specs import DOCUMENT_BREAK, SPLITS, Examples, SplitName, Texts, texts_of

RULE = 2  # of the division; version 1 cut one beginning, middle and end (`core.data.splits.first_document_rule`)
FACT = "text_split"  # of a version that is divided by this rule: its number, and what it came to
LEAST_JUDGED = 0.2  # of a judged part: if less of it were new, all of it is judged, and that is said
JUDGED: tuple[SplitName, ...] = ("test", "validation")  # in the order in which they are drawn
COMPARED: tuple[SplitName, ...] = ("validation", "test")  # with training, and the test with validation too
Indices = NDArray[np.int64]
_NOTHING: Indices = np.zeros(0, dtype=np.int64)
_NO_TRAINING = (
    "The source gives every document to validation or test, and none to training, so there is nothing to learn from. "
    "Name some of them 'train', or let Touchstone divide them anew."
)


@dataclass(frozen=True, eq=False)
class TextDivision:
    """Documents in their three parts.

    Args:
        parts: By split; of the judged ones `unjudged` says what is context only.
        dropped: Repeated paragraphs (of conversations: whole ones) that were left out.
        facts: How it was done, in numbers, for people; empty where the pieces were known.
    """

    parts: dict[SplitName, Examples]
    dropped: int
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[SplitName, int]:
        """Characters of each part; of the judged ones those that are judged."""
        return {name: characters_of(part) for name, part in self.parts.items()}


def characters_of(part: Examples) -> int:
    """Return how many characters of a part are learnt, or judged."""
    documents = texts_of(part.inputs)
    if not part.unjudged:
        return sum(map(len, documents))
    joined = sum(map(len, documents)) + len(DOCUMENT_BREAK) * (len(documents) - 1)
    return joined - sum(end - begin for begin, end in part.unjudged)


def divide_text(
    documents: Texts, given: Sequence[str] = (), *, whole: bool = False, cache: Path | None = None
) -> TextDivision:
    """Return documents in three splits, about 80, 10 and 10% of characters.

    The source's own splits come first.

    Long paragraphs (of conversations: whole ones) that stand there more than once are dropped but for the first. What
    of a judged part stands in the training text too stays where it is, as context, and is not judged: a model that
    remembers would look better than it is. It is taken from the judged side, since training on it is what people want
    (the head of each file, the refrain), and a training text with holes teaches to write holes. Parts that the source
    names are as it names them.

    Args:
        documents: The texts.
        given: The split that the source names for each, or ""; empty where it names none.
        whole: Whether documents are conversations, which are not cut.
        cache: The folder in which what was found out is kept; its name says of which documents.

    Raises:
        DataError: There is too little text, or none for training.
    """
    names = list(given) or [""] * len(documents)
    held = {name: tuple(t for t, n in zip(documents, names, strict=True) if n == name) for name in JUDGED}
    missing = [name for name in JUDGED if not held[name]]
    free = tuple(text for text, name in zip(documents, names, strict=True) if name not in JUDGED)
    if not free:
        raise DataError(_NO_TRAINING)
    texts, dropped = (without_repeats if whole else without_repeated_paragraphs)(free) if missing else (free, 0)
    check_enough([*texts, *held["validation"], *held["test"]], dropped)
    facts: dict[str, Any] = {}

    def compute() -> Arrays:
        pieces = _pieces(texts, missing, whole)
        masks, found = _unjudged(texts, pieces, missing, held)
        facts.update(found)
        table = np.array([(p.document, p.begin, p.end, p.split, p.lead) for p in pieces], dtype=np.int64)
        return {"pieces": table.reshape(-1, 5)} | masks

    known = cached_arrays(cache, compute) if cache is not None else compute()
    pieces = [Piece(*map(int, row)) for row in known["pieces"]]
    parts = {name: Examples(held.get(name) or _cut(texts, pieces, name), _NOTHING) for name in SPLITS}
    for name in missing:
        spans = tuple((int(begin), int(end)) for begin, end in known[f"unjudged-{name}"])
        parts[name] = replace(parts[name], unjudged=spans)
    return TextDivision(parts, dropped, facts)


def _pieces(texts: Texts, missing: Sequence[SplitName], whole: bool) -> list[Piece]:
    """Return the texts' pieces.

    Near-duplicate documents stay together, where that leaves any for evaluation.

    Raises:
        DataError: There is too little for three parts.
    """
    found = pieces_of(texts, missing, whole=whole)
    uncut = [p.document for p in found if p.end - p.begin == len(texts[p.document])]
    groups = _near_documents(texts, uncut)
    attempts = [pieces_of(texts, missing, groups, whole=whole)] if groups is not None else []
    for pieces in (*attempts, found, pieces_of(texts, missing, whole=False)):
        if {SPLITS[piece.split] for piece in pieces} >= {"train", *missing}:
            return pieces
    raise DataError("There is too little text to train, validate and test with. Add more.")


def _near_documents(texts: Texts, some: Sequence[int]) -> Indices | None:
    """Return a near-duplicate group number for each document; None where there are none."""
    if not 1 < len(some) <= MOST_COMPARED or sum(len(texts[i]) for i in some) > NEAR_IN:
        return None
    column = pa.chunked_array([pa.array([texts[i] for i in some], pa.large_string())])
    groups = near_texts(column, text_keys(column))
    if len(np.unique(groups)) == len(some):
        return None
    numbers = len(some) + np.arange(len(texts))
    numbers[list(some)] = groups
    return numbers


def _cut(texts: Texts, pieces: Sequence[Piece], name: SplitName) -> Texts:
    number = SPLITS.index(name)
    return tuple(texts[p.document][p.begin - p.lead : p.end] for p in pieces if p.split == number)


def _unjudged(
    texts: Texts, pieces: Sequence[Piece], missing: Sequence[SplitName], held: Mapping[SplitName, Texts]
) -> tuple[Arrays, dict[str, Any]]:
    """Return each drawn split's context-only spans, and the findings as facts."""
    joined = {name: DOCUMENT_BREAK.join(held.get(name) or _cut(texts, pieces, name)) for name in SPLITS}
    common = dict(zip(COMPARED, overlaps([joined[name] for name in COMPARED], joined["train"]), strict=True))
    masks: Arrays = {}
    parts: dict[str, Any] = {}
    for name in missing:
        own = [p for p in pieces if SPLITS[p.split] == name]
        counted = _counted(own, len(joined[name]))
        new = counted & ~common[name].any
        is_masked = bool(new.sum() >= LEAST_JUDGED * counted.sum())
        spans = spans_of(~new if is_masked else ~counted)
        masks[f"unjudged-{name}"] = np.array(spans, dtype=np.int64).reshape(-1, 2)
        facts = overlap_facts(joined[name], common[name], counted)
        parts[name] = facts | {"pieces": len(own), "masked": is_masked}
    used = sum(p.end - p.begin for p in pieces)
    return masks, {"rule": RULE, "gap": gap_of(sum(map(len, texts))), "left_out": sum(map(len, texts)) - used, **parts}


def overlap_facts(judged: str, overlap: Overlap, counted: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the overlap of an evaluation text with the training text, with examples.

    Args:
        judged: The text.
        overlap: Of it.
        counted: (N,) the characters that count.
    """
    return {
        "characters": int(counted.sum()),
        "overlap": int((overlap.any & counted).sum()),
        "lines": int((overlap.lines & counted).sum()),
        "grams": int((overlap.grams & counted).sum()),
        "near": int((overlap.near & counted).sum()),
        "gram": overlap.gram,
        "near_searched": overlap.near_searched,
        "examples": examples_of_spans(judged, overlap.any & counted),
    }


def _counted(pieces: Sequence[Piece], size: int) -> NDArray[np.bool_]:
    """Return which characters of a joined part are judged: not context, nor breaks."""
    mask = np.zeros(size, np.bool_)
    at = 0
    for piece in pieces:
        begin, length = at + piece.lead, piece.end - piece.begin
        mask[begin : begin + length] = True
        at = begin + length + len(DOCUMENT_BREAK)
    return mask


def describe_division(facts: Mapping[str, Any]) -> str:
    """Return some sentences on the documents' splits, shown beside their sizes."""
    drawn = {name: facts[name] for name in ("validation", "test") if name in facts}
    if not drawn:
        return "Taken from the source: training, validation and test as it names them."
    counts = " and ".join(f"{part['pieces']:,} for {'the test' if n == 'test' else n}" for n, part in drawn.items())
    few = min(part["pieces"] for part in drawn.values()) < FEWEST
    told = "Drawn by Touchstone" if len(drawn) == len(JUDGED) else "Drawn by Touchstone beside what the source names"
    said = f"{told}: stretches or whole documents from all over the text, {counts}, each a tenth of it."
    if few:
        said += f" The text is too short for {FEWEST}, so the score says less than that of a longer text would."
    if facts["left_out"]:
        said += f" {facts['left_out']:,} characters between them and the training text are only their context."
    hidden = sum(part["overlap"] for part in drawn.values() if part["masked"])
    if hidden:
        said += f" {hidden:,} characters of them stand in the training text too and are not judged."
    return said + " Long paragraphs that repeat are used once."
