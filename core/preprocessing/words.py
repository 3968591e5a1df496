"""Words, emoji and signs of texts in any script as ids, in equal rows."""

import re
from collections import Counter
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.letter_case import cased_words
from core.preprocessing.segmentation import LEAST_SPACELESS, spaceless_share, tokens_of
from core.specs import DataInfo, Examples, Inputs, texts_of
from core.specs.config import Params, setting

WORD = re.compile(r"\w+(?:'\w+)*|[^\w\s]")  # of the first reading, which saved models go on with
READING = 2  # how texts are cut: 1 by letters alone, the beginning; 2 in every script and at both ends
CHARACTERS_A_WORD = 2  # in scripts without spaces, where each character is a word: so much longer are the rows
SCRIPT_SEEN_IN = 500  # texts
PADDING, UNKNOWN = 0, 1  # the first known word is 2
UNKNOWN_SHOWN_AS = "\N{WHITE SQUARE}"


def words_of(text: str) -> list[str]:
    """Return a text's lower-cased words, or spaceless characters, emoji and signs."""
    return [token.lower() for token in tokens_of(text)]


def _first_reading(text: str) -> list[str]:
    """Return a text's words and punctuation as the oldest models here read it."""
    return WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


class WordPreprocessor:
    """Numbers the commonest words of the training texts."""

    kind: ClassVar[str] = "words"
    unknown_id: ClassVar[int] = UNKNOWN

    def __init__(self, words: tuple[str, ...], length: int, reading: int = READING) -> None:
        """Hold what was fitted.

        Args:
            words: The known words, commonest first; in capitals besides where these mean something else.
            length: Words per row; of longer texts the beginning and the end are read, shorter ones padded on the right.
            reading: How texts are cut, 1 or 2.
        """
        self.words, self.length, self.reading = words, length, reading
        self._ids = {word: number for number, word in enumerate(words, start=UNKNOWN + 1)}

    @classmethod
    def fit(cls, train: Examples, vocabulary_size: int, length: int) -> Self:
        """Learn the commonest words of the training texts.

        Args:
            train: The training examples.
            vocabulary_size: The most words to know.
            length: Words per row; twice as many where each character is one.
        """
        texts = texts_of(train.inputs)
        cased = cased_words(map(tokens_of, texts), train.targets) if len(train.targets) else frozenset[str]()
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(token if (lower := token.lower()) in cased else lower for token in tokens_of(text))
        commonest = sorted(counts, key=lambda word: (-counts[word], word))[:vocabulary_size]
        if spaceless_share(texts[:SCRIPT_SEEN_IN]) >= LEAST_SPACELESS:
            length *= CHARACTERS_A_WORD
        return cls(tuple(commonest), length)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(tuple(state["words"]), int(state["length"]), int(state.get("reading", 1)))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, T) numbers of words."""
        rows = np.full((len(inputs), self.length), PADDING, dtype=np.int64)
        for row, text in zip(rows, texts_of(inputs), strict=True):
            ids = self._numbers(text)
            row[: len(ids)] = ids
        return rows

    def _numbers(self, text: str) -> list[int]:
        if self.reading == 1:
            return [self._ids.get(word, UNKNOWN) for word in _first_reading(text)[: self.length]]
        tokens = tokens_of(text)
        if len(tokens) > self.length:
            tokens = tokens[: -(-self.length // 2)] + tokens[len(tokens) - self.length // 2 :]
        return [self._ids.get(token) or self._ids.get(token.lower(), UNKNOWN) for token in tokens]

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the words that these numbers stand for, in a row."""
        known = {number: word for word, number in self._ids.items()} | {UNKNOWN: UNKNOWN_SHOWN_AS}
        return " ".join(known[int(i)] for i in ids if int(i) != PADDING)

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the row length and the number of ids, padding and unknown included."""
        return DataInfo(labels, (self.length,), vocabulary_size=len(self.words) + UNKNOWN + 1)

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        known: dict[str, Any] = {"words": list(self.words), "length": self.length}
        return known if self.reading == 1 else known | {"reading": self.reading}


PREPROCESSOR = WordPreprocessor


class WordParams(Params):
    """Tokenization settings of a word model; the model's own settings come after."""

    vocabulary_size: int = setting(
        5_000,
        label="Vocabulary size (words)",
        ge=10,
        le=200_000,
        help="Higher: rarer words count too; each needs a few examples before it helps.",
    )
    length: int = setting(
        64,
        label="Maximum length (words)",
        ge=4,
        le=2_000,
        help="Higher: reads more of long texts, and takes longer. Of longer ones the beginning and the end are read; "
        "in scripts without spaces two characters count as a word.",
    )


def number_words(params: WordParams, train: Examples) -> WordPreprocessor:
    """Number the commonest words."""
    return WordPreprocessor.fit(train, vocabulary_size=params.vocabulary_size, length=params.length)
