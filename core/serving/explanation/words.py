"""The words of a text as people see them, aligned with a model's tokens."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import regex
from numpy.typing import NDArray

from core.preprocessing.ngrams import PART, NgramPreprocessor
from core.preprocessing.segmentation import LEAST_SPACELESS, spaceless_share, tokens_of
from core.preprocessing.word_ngrams import FIRST, WordNgrams
from core.preprocessing.word_pieces import WordPieces
from core.specs import Preprocessor

MOST = 80  # words that are told apart: of a longer text neighbours are taken together
_PIECE, _CHARACTER = regex.compile(r"\S+"), regex.compile(r"\X")
Words = list[tuple[int, int]]  # begin and end of each, in characters


def words_of(text: str, most: int = MOST) -> Words:
    """Return where a text's words stand; single characters where a script has no spaces."""
    found = [(piece.start(), piece.end()) for piece in _PIECE.finditer(text)]
    if spaceless_share([text]) >= LEAST_SPACELESS:
        found = [
            (begin + sign.start(), begin + sign.end())
            for begin, end in found
            for sign in _CHARACTER.finditer(text[begin:end])
        ]
    together = max(-(-len(found) // most), 1)
    groups = (found[start : start + together] for start in range(0, len(found), together))
    return [(group[0][0], group[-1][1]) for group in groups]


def without(text: str, words: Words, gone: Sequence[int]) -> str:
    """Return a text without some of its words; what stands between them stays."""
    kept, at = [], 0
    for begin, end in (words[number] for number in sorted(gone)):
        kept.append(text[at:begin])
        at = end
    return " ".join("".join([*kept, text[at:]]).split(" ")).strip()


def shares(preprocessor: Preprocessor, text: str, words: Words, ids: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """Return each token's share in each word, (T, W); None if unknown.

    A token of several words, such as a pair of them, belongs to each in equal parts, so that sums stay as they are.

    Args:
        preprocessor: What numbers tokens.
        text: The text.
        words: Of it.
        ids: (T,) its row.
    """
    if isinstance(preprocessor, WordPieces):
        places = [_overlapping(words, *span) if span[1] > span[0] else [] for span in preprocessor.spans(text)]
    elif isinstance(preprocessor, NgramPreprocessor):
        places = [_of_ngram(preprocessor, text, words, preprocessor.ngrams[i - 1]) if i else [] for i in ids.tolist()]
    elif isinstance(preprocessor, WordNgrams):
        tokens = _tokens(text, words)
        places = [_in_a_row(tokens, preprocessor.ngrams[i - FIRST].split(" ")) if i else [] for i in ids.tolist()]
    else:
        found = _one_by_one(preprocessor, text, words, int((ids != 0).sum()))
        if found is None:
            return None
        places = found
    belongs = np.zeros((len(ids), len(words)))
    for row, of_token in zip(belongs, places, strict=False):
        if of_token:
            row[of_token] = 1 / len(of_token)
    return belongs


def _overlapping(words: Words, begin: int, end: int) -> list[int]:
    return [number for number, (first, last) in enumerate(words) if first < end and begin < last]


def _tokens(text: str, words: Words) -> list[tuple[str, int]]:
    """Return a text's tokens, each with the number of its word."""
    return [(token, number) for number, (begin, end) in enumerate(words) for token in tokens_of(text[begin:end])]


def _one_by_one(preprocessor: Preprocessor, text: str, words: Words, count: int) -> list[list[int]] | None:
    """Return the word of each token, for tokenizers that read words one by one."""
    rows = preprocessor.transform(tuple(text[begin:end] for begin, end in words))
    places = [[number] for number, row in enumerate(rows) for _ in range(int((row != 0).sum()))]
    length = rows.shape[1]
    if len(places) > length:
        places = places[: -(-length // 2)] + places[len(places) - length // 2 :]
    return places if len(places) == count else None


def _of_ngram(preprocessor: NgramPreprocessor, text: str, words: Words, ngram: str) -> list[int]:
    if preprocessor.reads == "characters":
        return _in_line(text, words, ngram)
    tokens = _tokens(text, words)
    if ngram.startswith(PART):
        return sorted(
            {word for token, word in tokens if ngram[1:] in f" {token} " or ngram[1:] in f" {token.lower()} "}
        )
    return _in_a_row(tokens, ngram.split(" "))


def _in_a_row(tokens: Sequence[tuple[str, int]], wanted: Sequence[str]) -> list[int]:
    """Return the words in which these tokens follow each other."""
    found: set[int] = set()
    for start in range(len(tokens) - len(wanted) + 1):
        stretch = tokens[start : start + len(wanted)]
        if all(sign in (token, token.lower()) for (token, _), sign in zip(stretch, wanted, strict=True)):
            found |= {word for _, word in stretch}
    return sorted(found)


def _in_line(text: str, words: Words, ngram: str) -> list[int]:
    """Return the words in which these characters stand, spaces counted once."""
    pieces = text.split()
    line, ends = " ".join(pieces), list(accumulate(len(piece) + 1 for piece in pieces))
    starts = [piece.start() - at for piece, at in zip(_PIECE.finditer(text), [0, *ends], strict=False)]
    found: set[int] = set()
    at = line.lower().find(ngram.lower())
    while at >= 0:
        piece = int(np.searchsorted(ends, at, side="right"))
        found |= set(_overlapping(words, at + starts[piece], at + starts[piece] + len(ngram)))
        at = line.lower().find(ngram.lower(), at + 1)
    return sorted(found)
