"""Overlap of evaluation text with training text: lines, 13-grams and near-duplicate paragraphs.

Brown et al., "Language Models are Few-Shot Learners", 2020, appendix C: overlap is a run of 13 words, without case and
punctuation; where a script has no spaces, as many characters as 13 words would take. Lee et al., "Deduplicating
Training Data Makes Language Models Better", 2022, section 4.2: near copies by MinHash.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import regex
from numpy.typing import NDArray

from core.data.splits.duplicates import PARAGRAPH_BREAK
from core.data.splits.near_duplicates import MOST_COMPARED, near_texts
from core.data.wording import shown
from core.preprocessing.segmentation import SPACELESS

GRAM, SPACELESS_GRAM = 13, 20  # words in a row; characters, where most words are single ones
TELLING = 30  # bytes of UTF-8 of a line's words from which it says something: half a line of prose, ten Chinese signs
TELLING_PARAGRAPH = 60  # bytes of one that is looked for as a near copy
READ_AT_ONCE, READ_TWICE = 4_000_000, 1_000  # characters; of the next portion, so that no run falls between two
NEAR_IN = 50_000_000  # characters that are searched for near copies, which takes a minute
SHOWN = 5  # examples
_NOT, _LETTER, _SIGN = 0, 1, 2  # of a character: stands in no word, is a part of one, is one
_IS_SPACELESS = regex.compile(f"[{SPACELESS}]", regex.V1)
_PLACES, _MIX = 64, np.uint64(0x9E3779B97F4A7C15)
Hashes = NDArray[np.uint64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Overlap:
    """Where a judged text stands in the learnt one too, (N,) characters each.

    Args:
        lines: In whole lines.
        grams: In runs of `gram` words.
        near: In paragraphs that are nearly the same as one.
        gram: Words (or characters) of a run.
        near_searched: Whether near copies were looked for; not among very many paragraphs.
    """

    lines: Mask
    grams: Mask
    near: Mask
    gram: int
    near_searched: bool

    @property
    def any(self) -> Mask:
        """The characters of any kind, (N,)."""
        return self.lines | self.grams | self.near


@dataclass(frozen=True, eq=False)
class _Words:
    """The words of a text: caseless hash, begin, end, UTF-8 length and line."""

    hashes: Hashes  # (W,)
    begins: Indices
    ends: Indices
    sizes: Indices
    lines: Indices
    signs: int  # words of one character, of scripts without spaces


def overlaps(judged: Sequence[str], learnt: str) -> list[Overlap]:
    """Return each evaluation text's overlap with the training text and earlier evaluation texts.

    Args:
        judged: Texts of which each character is looked at: validation, then test.
        learnt: All that was trained on.
    """
    mine = [_words(text) for text in judged]
    found = []
    near = _near([*judged, learnt])
    for at, (one, text) in enumerate(zip(mine, judged, strict=True)):
        gram = SPACELESS_GRAM if one.signs * 2 > len(one.hashes) else GRAM
        blank = np.zeros(len(text), np.bool_)
        found.append(Overlap(blank, blank, blank if near is None else near[at], gram, near is not None))
    for start in range(0, max(len(learnt), 1), READ_AT_ONCE):
        other = _words(learnt[start : start + READ_AT_ONCE + READ_TWICE])
        found = [_more(f, one, other, text) for f, one, text in zip(found, mine, judged, strict=True)]
    for at in range(1, len(judged)):
        for other in mine[:at]:
            found[at] = _more(found[at], mine[at], other, judged[at])
    return found


def _more(found: Overlap, one: "_Words", other: "_Words", text: str) -> Overlap:
    grams = found.grams | _grams(one, other, len(text), found.gram)
    return replace(found, lines=found.lines | _lines(one, other, text), grams=grams)


def spans_of(mask: Mask) -> list[tuple[int, int]]:
    """Return begin and end of each run of a mask that is set."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def examples_of_spans(text: str, mask: Mask, most: int = SHOWN) -> list[str]:
    """Return the longest of the passages that a mask marks, for people."""
    longest = sorted(spans_of(mask), key=lambda span: span[0] - span[1])[:most]
    return [shown(" ".join(text[begin:end].split())) for begin, end in longest]


def _words(text: str) -> _Words:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds, folded, sizes = _tables(codes)
    kind = kinds[codes]
    begins_word = (kind == _SIGN) | ((kind == _LETTER) & (np.concatenate([[_NOT], kind[:-1]]) != _LETTER))
    within = np.flatnonzero(kind)
    first = np.flatnonzero(begins_word[within])  # of each word, among the characters of words
    if not len(first):
        nothing = np.zeros(0, np.int64)
        return _Words(np.zeros(0, np.uint64), nothing, nothing, nothing, nothing, 0)
    lengths = np.diff(np.append(first, len(within)))
    place = np.arange(len(within)) - np.repeat(first, lengths)
    chars = folded[codes[within]] * _powers(_MIX)[place % _PLACES]
    begins = within[first]
    breaks = np.concatenate([[0], np.cumsum(codes == ord("\n"))])
    return _Words(
        _mixed(np.add.reduceat(chars, first)),
        begins,
        within[first + lengths - 1] + 1,
        np.add.reduceat(sizes[codes[within]], first),
        breaks[begins],
        int((kind == _SIGN).sum()),
    )


def _tables(codes: NDArray[np.uint32]) -> tuple[NDArray[np.int8], Hashes, Indices]:
    """Return each occurring code point's kind, caseless hash and UTF-8 bytes."""
    size = int(codes.max()) + 1 if len(codes) else 1
    kinds, folded, sizes = np.zeros(size, np.int8), np.zeros(size, np.uint64), np.zeros(size, np.int64)
    for code in np.flatnonzero(np.bincount(codes, minlength=size)).tolist():
        sign = chr(code)
        group = unicodedata.category(sign)
        if _IS_SPACELESS.match(sign) or group == "So":
            kinds[code] = _SIGN
        elif group[0] in "LMN":
            kinds[code] = _LETTER
        folded[code] = ord(unicodedata.normalize("NFKC", sign).casefold()[:1] or sign)
        sizes[code] = len(sign.encode("utf-8", "surrogatepass"))
    return kinds, _mixed(folded), sizes


def _mixed(values: Hashes) -> Hashes:
    """Return numbers whose every bit depends on all input bits, as splitmix64 ends."""
    mixed = values + _MIX
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    result: Hashes = mixed ^ (mixed >> np.uint64(31))
    return result


def _powers(base: np.uint64) -> Hashes:
    return np.cumprod(np.full(_PLACES, base | np.uint64(1)), dtype=np.uint64)


def _grams(one: _Words, other: _Words, size: int, gram: int) -> Mask:
    mine, theirs = _runs(one.hashes, gram), np.unique(_runs(other.hashes, gram))
    hits = np.flatnonzero(np.isin(mine, theirs))
    return _marked(size, one.begins[hits], one.ends[hits + gram - 1])


def _runs(hashes: Hashes, gram: int) -> Hashes:
    count = max(len(hashes) - gram + 1, 0)
    runs = np.zeros(count, np.uint64)
    for place, power in enumerate(_powers(np.uint64(0xD1342543DE82EF95))[:gram]):
        runs += hashes[place : place + count] * power
    return runs


def _lines(one: _Words, other: _Words, judged: str) -> Mask:
    hashes, firsts, telling = _by_line(one)
    known, _, known_telling = _by_line(other)
    hits = firsts[telling & np.isin(hashes, known[known_telling])]
    ends = np.flatnonzero(np.frombuffer(judged.encode("utf-32-le", "surrogatepass"), dtype="<u4") == ord("\n"))
    bounds = np.concatenate([[0], ends + 1, [len(judged)]])
    lines = one.lines[hits]
    return _marked(len(judged), bounds[lines], bounds[lines + 1])


def _by_line(words: _Words) -> tuple[Hashes, Indices, Mask]:
    """Return each worded line's hash, first word, and whether it says something."""
    if not len(words.hashes):
        return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.bool_)
    firsts = np.flatnonzero(np.diff(words.lines, prepend=-1))
    place = np.arange(len(words.hashes)) - np.repeat(firsts, np.diff(np.append(firsts, len(words.hashes))))
    hashes = np.add.reduceat(words.hashes * (_mixed(place.astype(np.uint64)) | np.uint64(1)), firsts)
    return hashes, firsts, np.add.reduceat(words.sizes, firsts) >= TELLING


def _near(texts: Sequence[str]) -> list[Mask] | None:
    """Return near-duplicate paragraphs of all texts except the last.

    Each nearly equals one of the last or of an earlier text.

    Returns:
        A mask for each text but the last; None where there are too many paragraphs to look for them.
    """
    spans = [_paragraphs(text) for text in texts]
    if sum(map(len, spans)) > MOST_COMPARED or sum(map(len, texts)) > NEAR_IN:
        return None
    paragraphs = [" ".join(text[b:e].split()) for text, own in zip(texts, spans, strict=True) for b, e in own]
    masks = [np.zeros(len(text), np.bool_) for text in texts[:-1]]
    if not paragraphs:
        return masks
    encoded = [hashlib.blake2b(p.encode("utf-8", "surrogatepass"), digest_size=16).digest() for p in paragraphs]
    keys = np.frombuffer(b"".join(encoded), dtype="S16")
    groups = near_texts(pa.chunked_array([pa.array(paragraphs, pa.large_string())]), keys)
    bounds = np.cumsum([0, *map(len, spans)])
    known = groups[bounds[-2] :]
    for mask, own, begin, end in zip(masks, spans, bounds, bounds[1:], strict=False):
        for at in np.flatnonzero(np.isin(groups[begin:end], known)):
            mask[slice(*own[at])] = True
        known = np.concatenate([known, groups[begin:end]])
    return masks


def _paragraphs(text: str) -> list[tuple[int, int]]:
    bounds: list[int] = [0]
    for found in PARAGRAPH_BREAK.finditer(text):
        bounds += found.span()
    pairs = zip(bounds[::2], [*bounds[1::2], len(text)], strict=True)
    return [(b, e) for b, e in pairs if len(text[b:e].encode("utf-8", "surrogatepass")) >= TELLING_PARAGRAPH]


def _marked(size: int, begins: Indices, ends: Indices) -> Mask:
    """Return which of so many characters lie within one of the spans, (size,)."""
    steps = np.zeros(size + 1, np.int64)
    np.add.at(steps, begins, 1)
    np.add.at(steps, ends, -1)
    marked: Mask = np.cumsum(steps)[:size] > 0
    return marked
