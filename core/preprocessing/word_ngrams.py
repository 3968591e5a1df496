"""Word n-grams as ids: which words and phrases a text contains, without order."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.words import PADDING, words_of
from core.specs import DataInfo, Examples, Inputs, texts_of

FIRST = 1  # number of the commonest n-gram; there is none for what is unknown, it says nothing without an order
FEWEST_TEXTS = 2  # that an n-gram must be in: what stands in one text is learnt by heart


def ngrams_of(text: str, longest: int, length: int) -> Iterator[str]:
    """Yield all n-grams of one to `longest` words from a text's first `length` words."""
    words = words_of(text)[:length]
    for count in range(1, longest + 1):
        for start in range(len(words) - count + 1):
            yield " ".join(words[start : start + count])


class WordNgrams:
    """Numbers the n-grams that are in most of the training texts.

    Source:
        Joulin, Grave, Bojanowski and Mikolov, Bag of Tricks for Efficient Text Classification, 2016; counted once a
        text, as in Wang and Manning, Baselines and Bigrams, 2012. https://aclanthology.org/P12-2018/
    """

    kind: ClassVar[str] = "word-ngrams"

    def __init__(self, ngrams: tuple[str, ...], longest: int, length: int, width: int) -> None:
        """Hold what was fitted.

        Args:
            ngrams: The known ones, the commonest first.
            longest: Words in a row.
            length: Words of a text that are read.
            width: Numbers per row; a text with more known n-grams keeps the commonest.
        """
        self.ngrams, self.longest, self.length, self.width = ngrams, longest, length, width
        self._ids = {ngram: number for number, ngram in enumerate(ngrams, start=FIRST)}

    @classmethod
    def fit(cls, train: Examples, vocabulary_size: int, longest: int, length: int) -> Self:
        """Learn the n-gram vocabulary and the largest number of n-grams in a text."""
        texts = texts_of(train.inputs)
        counts = Counter(ngram for text in texts for ngram in set(ngrams_of(text, longest, length)))
        seen = [ngram for ngram, count in counts.items() if count >= FEWEST_TEXTS] or list(counts)
        commonest = tuple(sorted(seen, key=lambda ngram: (-counts[ngram], ngram))[:vocabulary_size])
        fitted = cls(commonest, longest, length, width=1)
        fitted.width = max((len(fitted._ids_in(text)) for text in texts), default=1) or 1
        return fitted

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(tuple(state["ngrams"]), int(state["longest"]), int(state["length"]), int(state["width"]))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, T) numbers of n-grams, each once, the commonest first; 0 fills up."""
        rows = np.full((len(inputs), self.width), PADDING, dtype=np.int64)
        for row, text in zip(rows, texts_of(inputs), strict=True):
            ids = self._ids_in(text)[: self.width]
            row[: len(ids)] = ids
        return rows

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the n-grams of ids, commonest first: the model ignores their order."""
        return " · ".join(self.ngrams[int(i) - FIRST] for i in ids if int(i) != PADDING)

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the row length and the number of ids, padding included."""
        return DataInfo(labels, (self.width,), vocabulary_size=len(self.ngrams) + FIRST)

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {"ngrams": list(self.ngrams), "longest": self.longest, "length": self.length, "width": self.width}

    def _ids_in(self, text: str) -> list[int]:
        found = (self._ids.get(ngram, PADDING) for ngram in ngrams_of(text, self.longest, self.length))
        return sorted({number for number in found if number != PADDING})


PREPROCESSOR = WordNgrams
