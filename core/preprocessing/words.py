"""Words: lower-cased words and punctuation marks as numbers, in rows of one length."""

import re
from collections import Counter
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.config import Params, setting
from core.specs import DataInfo, Examples, Inputs, texts_of

WORD = re.compile(r"\w+(?:'\w+)*|[^\w\s]")
PADDING, UNKNOWN = 0, 1  # the first known word is 2
UNKNOWN_SHOWN_AS = "\N{WHITE SQUARE}"


def words_of(text: str) -> list[str]:
    """Return the words and punctuation marks of a text, lower-cased, in order."""
    return WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


class WordPreprocessor:
    """Numbers the commonest words of the training texts."""

    kind: ClassVar[str] = "words"

    def __init__(self, words: tuple[str, ...], length: int) -> None:
        """Hold what was fitted.

        Args:
            words: The known words, commonest first.
            length: Words per row; longer texts are cut, shorter ones padded on the right.
        """
        self.words, self.length = words, length
        self._ids = {word: number for number, word in enumerate(words, start=UNKNOWN + 1)}

    @classmethod
    def fit(cls, train: Examples, vocabulary_size: int, length: int) -> Self:
        """Learn the commonest words of the training texts.

        Args:
            train: The training examples.
            vocabulary_size: The most words to know.
            length: Words per row.
        """
        counts = Counter(word for text in texts_of(train.inputs) for word in words_of(text))
        commonest = sorted(counts, key=lambda word: (-counts[word], word))[:vocabulary_size]
        return cls(tuple(commonest), length)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(tuple(state["words"]), int(state["length"]))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, T) numbers of words."""
        rows = np.full((len(inputs), self.length), PADDING, dtype=np.int64)
        for row, text in zip(rows, texts_of(inputs), strict=True):
            ids = [self._ids.get(word, UNKNOWN) for word in words_of(text)[: self.length]]
            row[: len(ids)] = ids
        return rows

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the words that these numbers stand for, in a row."""
        known = {number: word for word, number in self._ids.items()} | {UNKNOWN: UNKNOWN_SHOWN_AS}
        return " ".join(known[int(i)] for i in ids if int(i) != PADDING)

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the length of a row, and how many numbers there are with padding and unknown."""
        return DataInfo(labels, (self.length,), vocabulary_size=len(self.words) + UNKNOWN + 1)

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {"words": list(self.words), "length": self.length}


PREPROCESSOR = WordPreprocessor


class WordParams(Params):
    """What a model of words can be told about reading; its own settings come after."""

    vocabulary_size: int = setting(
        5_000,
        label="Words to know",
        ge=10,
        le=200_000,
        help="Higher: rarer words count too; each needs a few examples before it helps.",
    )
    length: int = setting(
        64,
        label="Longest text (words)",
        ge=4,
        le=2_000,
        help="Higher: reads further into long texts, and takes longer.",
    )


def number_words(params: WordParams, train: Examples) -> WordPreprocessor:
    """Number the commonest words."""
    return WordPreprocessor.fit(train, vocabulary_size=params.vocabulary_size, length=params.length)
