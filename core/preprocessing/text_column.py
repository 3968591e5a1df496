"""A column of free text beside others, as features: how often each telling word, or pair of words, stands in it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_TERMS, FEWEST_TERMS = 300, 50
ROWS_PER_TERM = 2  # training rows for each term that gets a feature, so that there are not more of them than examples
RAREST_COUNT = 3  # rows that a term must stand in
LONGEST_READ = 20_000  # characters of one text
MOST_COUNTED = 500_000  # different terms that are counted: the rarest of very many go first
# Scripts that are written without spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_EDGES = "".join(map(chr, (c for c in range(0x2E80) if unicodedata.category(chr(c))[0] == "P"))) + "\u3001\u3002"


@dataclass(frozen=True)
class TextColumn:
    """What is known of a column of texts: the terms that tell most about the target, each a feature."""

    name: str
    terms: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """What each of its features stands for."""
        return tuple(f"{self.name}: '{term}'" for term in self.terms)

    def write(self, rows: NDArray[np.float32], at: int, texts: Sequence[str | None]) -> int:
        """Write the features, beginning at `at`; return where the next ones begin."""
        place = {term: at + number for number, term in enumerate(self.terms)}
        for row, text in enumerate(texts):
            counts = Counter(place[term] for term in terms_of(text) if term in place)
            for where, count in counts.items():
                rows[row, where] = np.log1p(count)
        return at + len(self.terms)


def fit_texts(name: str, texts: Sequence[str | None], targets: NDArray[np.float64]) -> TextColumn:
    """Choose the terms that tell most about the target: those whose rows' mean is surest to differ from that of all.

    Args:
        name: Of the column.
        texts: (N,) of the training rows.
        targets: (N,) numbers to predict, around 0 with spread 1.
    """
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for text, target in zip(texts, targets.tolist(), strict=True):
        for term in set(terms_of(text)):
            counts[term] += 1
            sums[term] += target
        if len(counts) > MOST_COUNTED:
            _forget_rare(counts, sums)
    total = len(texts)
    surprise = {
        term: abs(sums[term]) / np.sqrt(count * (1 - count / total))
        for term, count in counts.items()
        if RAREST_COUNT <= count < total
    }
    most = min(MOST_TERMS, max(FEWEST_TERMS, total // ROWS_PER_TERM))
    return TextColumn(name, tuple(sorted(surprise, key=lambda term: (-surprise[term], term))[:most]))


def terms_of(text: str | None) -> Iterator[str]:
    """Yield the words of a text and each pair of neighbours; of scripts without spaces, characters and pairs of them.

    What stands alone without letters, such as an emoji or `:)`, is a word too.
    """
    if not isinstance(text, str):
        return
    before = ""
    for word in _words(text[:LONGEST_READ].casefold().split()):
        yield word
        if before:
            yield f"{before} {word}"
        before = word


def _words(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        word = piece.strip(_EDGES) or piece
        if _UNSPACED.search(word):
            yield from (character for character in word if character not in _EDGES)
        else:
            yield word


def _forget_rare(counts: "Counter[str]", sums: "Counter[str]") -> None:
    for term in [term for term, count in counts.items() if count == 1]:
        del counts[term], sums[term]
