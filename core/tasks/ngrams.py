"""Character n-gram models with Witten-Bell smoothing: what a text model must beat."""

import numpy as np
from numpy.typing import NDArray

from core.specs import DOCUMENT_BREAK, Examples, Predictions, texts_of
from core.tasks.judged_text import judged

Ids = NDArray[np.int64]
NAMES = ("unigram", "bigram", "trigram")
LONGEST = 6  # characters of a gram
MOST_BITS = 62  # of a gram as one number


def _code_points(examples: Examples) -> NDArray[np.uint32]:
    """Return the documents as one row of Unicode code points."""
    return np.frombuffer(
        DOCUMENT_BREAK.join(texts_of(examples.inputs)).encode("utf-32-le", "surrogatepass"), dtype="<u4"
    )


def _keys(ids: Ids, order: int, base: int) -> Ids:
    """Return one number for each run of `order` characters, (N - order + 1,)."""
    count = max(len(ids) - order + 1, 0)
    keys = np.zeros(count, dtype=np.int64)
    for offset in range(order):
        keys = keys * base + ids[offset : offset + count]
    return keys


def _look_up(keys: Ids, values: Ids, wanted: Ids) -> Ids:
    """Return the value of each wanted key in sorted, unique `keys`, 0 if missing."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.int64)
    position = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[position] == wanted, values[position], 0)


class NGramCounts:
    """What followed each context of a fixed number of characters in the training text."""

    def __init__(self, ids: Ids, order: int, base: int) -> None:
        """Count.

        Args:
            ids: (N,) the training text.
            order: Characters of context: 0 for a unigram model.
            base: Size of the vocabulary.
        """
        self.order, self.base = order, base
        self.grams, self.gram_counts = np.unique(_keys(ids, order + 1, base), return_counts=True)
        self.contexts, first = np.unique(self.grams // base, return_index=True)
        self.kinds = np.diff(np.append(first, len(self.grams)))  # distinct characters after each context
        self.totals = np.add.reduceat(self.gram_counts, first) if len(first) else np.zeros(0, dtype=np.int64)
        by_count = np.lexsort((-self.gram_counts, self.grams // base))  # commonest first within a context
        self.commonest = self.grams[by_count[first]] % base

    def refine(self, ids: Ids, lower: NDArray[np.float64], best: Ids) -> tuple[NDArray[np.float64], Ids]:
        """Return the probability of each character after its context, and the commonest one there.

        Witten & Bell 1991, interpolated as in Chen & Goodman 1999: a context that was followed by many
        different characters leaves more room to the shorter context's estimate. A character with too little
        text before it keeps that estimate.

        Args:
            ids: (N,) the text to judge.
            lower: (N,) the probabilities from a context one character shorter.
            best: (N,) the commonest characters by that context.
        """
        grams = _keys(ids, self.order + 1, self.base)
        contexts = grams // self.base
        seen, total = _look_up(self.grams, self.gram_counts, grams), _look_up(self.contexts, self.totals, contexts)
        kinds = _look_up(self.contexts, self.kinds, contexts)
        commonest = _look_up(self.contexts, self.commonest, contexts)
        probability, predicted = lower.copy(), best.copy()
        here = slice(self.order, None)
        known = total > 0
        mixed = (seen + kinds * lower[here]) / np.maximum(total + kinds, 1)
        probability[here] = np.where(known, mixed, lower[here])
        predicted[here] = np.where(known, commonest, best[here])
        return probability, predicted


def ngram_baselines(train: Examples, test: Examples, seed: int) -> dict[str, Predictions]:
    """Return the outcomes of n-gram models on the test text without its first character.

    Unigram, bigram and trigram always; a longer one where it predicts a tenth of the training text better, which was
    kept from its counts (the order by held-out text: Chen & Goodman 1999). The vocabulary is that of the training text;
    id 0 stands for every other character, as it does for the models that are compared with these.
    """
    del seed
    codes = _code_points(train)
    vocabulary = np.unique(codes)
    base = len(vocabulary) + 1
    train_ids = np.searchsorted(vocabulary, codes).astype(np.int64) + 1
    test_codes = _code_points(test)
    test_ids = _look_up(vocabulary.astype(np.int64), np.arange(1, base), test_codes.astype(np.int64))
    longest = max(_best_order(train_ids, base), len(NAMES))
    found = _by_order(train_ids, test_ids, base, longest)
    names = [*NAMES, *(f"{order}-gram" for order in range(len(NAMES) + 1, longest + 1))]
    kept = [*NAMES, names[longest - 1]]
    return {name: judged(predictions, test) for name, predictions in zip(names, found, strict=True) if name in kept}


def _best_order(ids: Ids, base: int) -> int:
    """Return the n-gram length that best predicts the last tenth of a text."""
    known, held_out = np.split(ids, [len(ids) - len(ids) // 10])
    most = min(LONGEST, int(MOST_BITS / np.log2(base)))  # more would not fit one number
    if not len(known) or len(held_out) < 2:
        return len(NAMES)
    losses = [predictions.nll.mean() for predictions in _by_order(known, held_out, base, max(most, len(NAMES)))]
    return int(np.argmin(losses)) + 1


def _by_order(known: Ids, judged: Ids, base: int, longest: int) -> list[Predictions]:
    """Return the predictions of n-grams of length 1 to `longest`, without the first character."""
    probability = np.full(len(judged), 1.0 / base)
    predicted = np.zeros(len(judged), dtype=np.int64)
    found = []
    for order in range(longest):
        probability, predicted = NGramCounts(known, order, base).refine(judged, probability, predicted)
        found.append(Predictions(-np.log(probability[1:]), judged[1:], predicted[1:]))
    return found
