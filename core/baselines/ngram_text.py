"""A text as n-grams of its characters with Witten-Bell smoothing."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, read_state, write_arrays, write_state
from core.baselines.ngram_counts import Ids, NGramCounts, look_up
from core.specs import DOCUMENT_BREAK, Inputs, Texts, texts_of

if TYPE_CHECKING:
    from torch import nn

NAMES = ("unigram", "bigram", "trigram")
LONGEST = 6  # characters of a gram
MOST_BITS = 62  # of a gram as one number
CHARACTER_S = 1e-6  # of the training text, to count grams of one length


def code_points(texts: Texts) -> NDArray[np.uint32]:
    """Return the documents as one row of Unicode code points."""
    return np.frombuffer(DOCUMENT_BREAK.join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")


@dataclass(frozen=True, eq=False)
class NGramText:
    """N-grams of a training text.

    Args:
        vocabulary: (V - 1,) its code points, sorted; id 0 stands for every other character, as it does for the models
            that are compared with these.
        counts: Of the grams of 1, 2, ... characters.
        tuned_on: What the length was chosen on.
    """

    vocabulary: NDArray[np.uint32]
    counts: tuple[NGramCounts, ...]
    tuned_on: str = ""

    @classmethod
    def fit(cls, texts: Texts, longest: int) -> Self:
        """Count the grams of at most so many characters."""
        vocabulary, _ = _numbered(texts)
        longest = min(longest, longest_for(len(vocabulary) + 1))
        return cls(vocabulary, tuple(counted(texts, order) for order in range(longest)))

    @property
    def called(self) -> str:
        """The grams' name by their length."""
        length = len(self.counts)
        return NAMES[length - 1] if length <= len(NAMES) else f"{length}-gram"

    @property
    def base(self) -> int:
        """The size of the vocabulary, with the id of what is unknown."""
        return len(self.vocabulary) + 1

    def ids_of(self, texts: Texts) -> Ids:
        """Return the id of each character of the joined documents, (C,)."""
        codes = code_points(texts).astype(np.int64)
        return look_up(self.vocabulary.astype(np.int64), np.arange(1, self.base), codes)

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return how surprising each next character is, (C - 1,) nats."""
        return self.by_length(texts_of(inputs))[-1]

    def by_length(self, texts: Texts) -> list[NDArray[np.float64]]:
        """Return the same for grams of 1, 2, ... characters."""
        ids = self.ids_of(texts)
        probability, found = np.full(len(ids), 1.0 / self.base), []
        for counts in self.counts:
            probability = counts.refine(ids, probability)
            found.append(-np.log(probability[1:]))
        return found

    def next(self, ids: Ids) -> NDArray[np.float64]:
        """Return the probability of each id, (V,), after those before it."""
        probability = np.full(self.base, 1.0 / self.base)
        for counts in self.counts[: len(ids) + 1]:
            context = 0
            for one in ids[len(ids) - counts.order :]:
                context = context * self.base + int(one)
            probability = counts.next(context, probability)
        return probability

    def module(self) -> "nn.Module":
        """Return it as a module that writes."""
        from core.modules.next_character import NextCharacter

        return NextCharacter(self.next, LONGEST)

    def cut(self, longest: int, tuned_on: str = "") -> Self:
        """Return the same with grams of at most so many characters."""
        return type(self)(self.vocabulary, self.counts[:longest], tuned_on)

    def save(self, folder: Path) -> None:
        """Write what was counted."""
        write_state(folder, {"lengths": len(self.counts), "tuned_on": self.tuned_on})
        grams = {f"grams-{one.order}": one.grams for one in self.counts}
        write_arrays(
            folder,
            vocabulary=self.vocabulary,
            **grams,
            **{f"counts-{one.order}": one.gram_counts for one in self.counts},
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it."""
        state, arrays = read_state(folder), read_arrays(folder)
        base = len(arrays["vocabulary"]) + 1
        counts = [
            NGramCounts(order, base, arrays[f"grams-{order}"], arrays[f"counts-{order}"])
            for order in range(state["lengths"])
        ]
        return cls(arrays["vocabulary"], tuple(counts), state["tuned_on"])


def longest_for(base: int) -> int:
    """Return how many characters of a vocabulary fit one number."""
    return min(LONGEST, int(MOST_BITS / np.log2(max(base, 2))))


@lru_cache(maxsize=1)
def _numbered(texts: Texts) -> tuple[NDArray[np.uint32], Ids]:
    """Return a training text's vocabulary and its ids."""
    codes = code_points(texts)
    vocabulary = np.unique(codes)
    return vocabulary, np.searchsorted(vocabulary, codes).astype(np.int64) + 1


@lru_cache(maxsize=LONGEST)
def counted(texts: Texts, order: int) -> NGramCounts:
    """Return what was counted of a training text; rungs share it."""
    vocabulary, ids = _numbered(texts)
    return NGramCounts.count(ids, order, len(vocabulary) + 1)
