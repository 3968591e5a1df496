"""Word and character n-grams of texts in any script, weighted by rarity."""

from collections import Counter
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.letter_case import cased_words
from core.preprocessing.segmentation import LEAST_SPACELESS, spaceless_share, tokens_of
from core.specs import DataInfo, Examples, Inputs, texts_of

PADDING = 0  # the first known n-gram is 1
PART = "\x01"  # stands before a part of a word, so that it is not taken for the word
PARTS = range(2, 6)  # characters of the parts of a word, its edges included
CHARACTERS = range(1, 4)  # of the n-grams of a script without spaces
LONGEST_FOR_PARTS = 600  # characters a text, on average: in longer ones the words say enough
MOST_FOR_PARTS = 20_000_000  # characters in all: parts take a gigabyte beyond
MANY = 1_000  # texts, from which an n-gram must stand in two of them
SCRIPT_SEEN_IN = 500  # texts
WORDS_AT_HAND = 1 << 15  # whose parts are kept: most words of a text stood in others, and cutting them takes longest


class NgramPreprocessor:
    """Numbers the n-grams that stand in the most training texts.

    Where words have spaces between them: words, pairs of words, and parts of words (which forgive spelling and
    endings) unless the texts are long. In scripts without spaces: one to three characters. Emoji and signs count;
    capitals where the labels say that they mean something.

    Source:
        Wang and Manning, Baselines and Bigrams, 2012. Weights: Sparck Jones, 1972 (inverse document frequency).
    """

    kind: ClassVar[str] = "ngrams"

    def __init__(
        self, ngrams: tuple[str, ...], weights: tuple[float, ...], length: int, reads: str, cased: frozenset[str]
    ) -> None:
        """Hold what was fitted.

        Args:
            ngrams: The known n-grams, those of the most texts first.
            weights: Of each: how much it counts.
            length: N-grams a row; of a text with more the first and the last are read.
            reads: "words", "words and parts" or "characters".
            cased: Words, in lower case, whose capitals are kept.
        """
        self.ngrams, self.weights, self.length, self.reads, self.cased = ngrams, weights, length, reads, cased
        self._ids = {ngram: number for number, ngram in enumerate(ngrams, start=PADDING + 1)}

    @classmethod
    def fit(cls, train: Examples, vocabulary_size: int, length: int) -> Self:
        """Learn the commonest n-grams of the training texts."""
        texts = texts_of(train.inputs)
        cased = cased_words(map(tokens_of, texts), train.targets) if len(train.targets) else frozenset[str]()
        empty = cls((), (), length, _reading_of(texts), cased)
        held, longest = Counter[str](), 1
        for text in texts:
            ngrams = set(empty._ngrams_of(text))
            held.update(ngrams)
            longest = max(longest, len(ngrams))
        least = 2 if len(texts) >= MANY else 1
        known = sorted((n for n, count in held.items() if count >= least), key=lambda n: (-held[n], n))[
            :vocabulary_size
        ]
        weights = tuple(round(log((1 + len(texts)) / (1 + held[n])) + 1, 3) for n in known)
        return cls(tuple(known), weights, min(length, longest + 1), empty.reads, cased)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(
            tuple(state["ngrams"]),
            tuple(state["weights"]),
            int(state["length"]),
            str(state["reads"]),
            frozenset(state["cased"]),
        )

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, T) unique n-gram ids of each text, padded at the end."""
        texts = texts_of(inputs)
        rows = np.full((len(texts), self.length), PADDING, dtype=np.int32)
        for row, text in zip(rows, texts, strict=True):
            ids = [number for ngram in dict.fromkeys(self._ngrams_of(text)) if (number := self._ids.get(ngram))]
            if len(ids) > self.length:
                ids = ids[: -(-self.length // 2)] + ids[len(ids) - self.length // 2 :]
            row[: len(ids)] = ids
        return rows

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the n-grams that these numbers stand for, in a row."""
        return " ".join(self.ngrams[int(i) - 1].removeprefix(PART) for i in ids if int(i) != PADDING)

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the length of a row, and how much each number counts."""
        return DataInfo(
            labels, (self.length,), vocabulary_size=len(self.ngrams) + 1, token_weights=(0.0, *self.weights)
        )

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {
            "ngrams": list(self.ngrams),
            "weights": list(self.weights),
            "length": self.length,
            "reads": self.reads,
            "cased": sorted(self.cased),
        }

    def _ngrams_of(self, text: str) -> list[str]:
        words = [word if (lower := word.lower()) in self.cased else lower for word in tokens_of(text)]
        if self.reads == "characters":
            line = " ".join(text.split()) if self.cased else " ".join(text.lower().split())
            return [line[i : i + size] for size in CHARACTERS for i in range(len(line) - size + 1)]
        found = [*words, *map(" ".join, pairwise(words))]
        if self.reads == "words and parts":
            for word in words:
                found += _parts_of(word)
        return found


@lru_cache(WORDS_AT_HAND)
def _parts_of(word: str) -> tuple[str, ...]:
    edged = f" {word} "
    return tuple(PART + edged[i : i + size] for size in PARTS for i in range(len(edged) - size + 1))


def _reading_of(texts: tuple[str, ...]) -> str:
    """Return which n-grams suit the texts' script and length."""
    if spaceless_share(texts[:SCRIPT_SEEN_IN]) >= LEAST_SPACELESS:
        return "characters"
    characters = sum(map(len, texts))
    is_short = characters <= LONGEST_FOR_PARTS * len(texts) and characters <= MOST_FOR_PARTS
    return "words and parts" if is_short else "words"


PREPROCESSOR = NgramPreprocessor
