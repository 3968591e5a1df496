"""Words whose meaning depends on case, such as "US" and "us", by their labels."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST = 5  # texts with a way of writing a word, from which it is compared with the others
SURELY = 1e-4  # chance, over all words compared, that one is called different without being so
MOST_READ = 20_000  # texts


def cased_words(texts: Iterable[Sequence[str]], targets: NDArray[np.int64]) -> frozenset[str]:
    """Return the lower-cased words whose case variants occur with different labels.

    Args:
        texts: The tokens of each text, in their own case.
        targets: (N,) the class of each.

    Source:
        The G-test of independence (Wilks 1938; Dunning 1993), with Bonferroni's correction.
    """
    from scipy.special import chdtrc  # the upper tail of chi-squared; `scipy.stats` takes a second to import

    written = _counted(texts, targets)
    tables = {word: table for word, forms in written.items() if (table := _table(forms)) is not None}
    found = set()
    for word, table in tables.items():
        expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            likelihood_ratio = 2 * np.nansum(np.where(table > 0, table * np.log(table / expected), 0.0))
        freedom = (table.shape[0] - 1) * (int((table.sum(0) > 0).sum()) - 1)
        if freedom and chdtrc(freedom, likelihood_ratio) * len(tables) < SURELY:
            found.add(word)
    return frozenset(found)


def _counted(texts: Iterable[Sequence[str]], targets: NDArray[np.int64]) -> dict[str, dict[str, Counter[int]]]:
    """Return the number of texts by class for each case variant of words."""
    held = defaultdict[int, Counter[str]](Counter)
    for tokens, target in zip(texts, targets[:MOST_READ].tolist(), strict=False):
        held[target].update(set(tokens))
    written: dict[str, dict[str, Counter[int]]] = {}
    for target, counts in held.items():
        for token, count in counts.items():
            lower = token.lower()
            if token != token.upper() or token != lower:
                written.setdefault(lower, {}).setdefault(token, Counter())[target] = count
    return written


def _table(forms: dict[str, Counter[int]]) -> NDArray[np.float64] | None:
    """Return (forms, classes) counts of common case variants; None for fewer than two."""
    common = [counts for counts in forms.values() if counts.total() >= FEWEST]
    if len(common) < 2:
        return None
    classes = 1 + max(max(counts) for counts in common)
    return np.array([[counts[c] for c in range(classes)] for counts in common], dtype=np.float64)
