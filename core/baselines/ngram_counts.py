"""Counts of character n-grams, and what they say of the next character."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def _keys(ids: Ids, order: int, base: int) -> Ids:
    """Return one number for each run of `order` characters, (N - order + 1,)."""
    count = max(len(ids) - order + 1, 0)
    keys = np.zeros(count, dtype=np.int64)
    for offset in range(order):
        keys = keys * base + ids[offset : offset + count]
    return keys


def look_up(keys: Ids, values: Ids, wanted: Ids) -> Ids:
    """Return the value of each wanted key in sorted, unique `keys`, 0 if missing."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64)
    position = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[position] == wanted, values[position], 0)


class NGramCounts:
    """What followed each context of a fixed number of characters in the training text."""

    def __init__(self, order: int, base: int, grams: Ids, gram_counts: Ids) -> None:
        """Hold what was counted.

        Args:
            order: Characters of context: 0 for a unigram model.
            base: Size of the vocabulary.
            grams: (G,) the contexts with their next character as numbers, sorted.
            gram_counts: (G,) how often each occurred.
        """
        self.order, self.base, self.grams, self.gram_counts = order, base, grams, gram_counts
        self.contexts, first = np.unique(grams // base, return_index=True)
        self.kinds = np.diff(np.append(first, len(grams)))  # distinct characters after each context
        self.totals = np.add.reduceat(gram_counts, first) if len(first) else np.zeros(0, dtype=np.int64)

    @classmethod
    def count(cls, ids: Ids, order: int, base: int) -> Self:
        """Count a text, (N,)."""
        grams, counts = np.unique(_keys(ids, order + 1, base), return_counts=True)
        return cls(order, base, grams, counts.astype(np.int64))

    def refine(self, ids: Ids, lower: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each character after its context.

        Witten & Bell 1991, interpolated as in Chen & Goodman 1999: a context that was followed by many
        different characters leaves more room to the shorter context's estimate. A character with too little
        text before it keeps that estimate.

        Args:
            ids: (N,) the text to judge.
            lower: (N,) the probabilities from a context one character shorter.
        """
        grams = _keys(ids, self.order + 1, self.base)
        contexts = grams // self.base
        seen, total = look_up(self.grams, self.gram_counts, grams), look_up(self.contexts, self.totals, contexts)
        kinds = look_up(self.contexts, self.kinds, contexts)
        probability = lower.copy()
        here = slice(self.order, None)
        mixed = (seen + kinds * lower[here]) / np.maximum(total + kinds, 1)
        probability[here] = np.where(total > 0, mixed, lower[here])
        return probability

    def next(self, context: int, lower: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each character, (V,), after one context.

        Args:
            context: The characters before, as a number.
            lower: (V,) the probabilities from a context one character shorter.
        """
        first, last = np.searchsorted(self.grams, [context * self.base, (context + 1) * self.base])
        if first == last:
            return lower
        counts, kinds = self.gram_counts[first:last], last - first
        found = kinds * lower
        found[self.grams[first:last] - context * self.base] += counts
        return np.asarray(found / (counts.sum() + kinds))
