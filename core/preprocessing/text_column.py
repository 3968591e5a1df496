"""A free-text column as a feature: what its words and word pairs predict."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.specs import sampled

MOST_TERMS = 10_000  # that are known: those in the most rows
RAREST_COUNT = 3  # rows that a term must stand in
LONGEST_READ = 20_000  # characters of one text
MOST_COUNTED = 500_000  # different terms that are counted: the rarest of very many go first
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # of ridge regression on rows of unit length
CHOOSING_ROWS, FITTING_ROWS = 4_000, 50_000  # on which the penalty is chosen, and weights are found, at most
FOLDS = 5  # in which training rows are encoded by the others
DIGITS = 6  # of a weight
# Scripts that are written without spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_EDGES = "".join(map(chr, (c for c in range(0x2E80) if unicodedata.category(chr(c))[0] == "P"))) + "\u3001\u3002"
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class TextColumn:
    """What is known of a column of texts.

    Args:
        name: Of the column.
        terms: The words and pairs of words that are known.
        weights: Of each: what it says of the target. None in models saved before, where each term was a feature.
        penalty: With which the weights were found.
        bias: What a text without a known term says.
    """

    name: str
    terms: tuple[str, ...]
    weights: tuple[float, ...] = ()
    penalty: float = 0.0
    bias: float = 0.0

    @property
    def features(self) -> tuple[str, ...]:
        """What each of its features stands for."""
        if self.weights:
            return (f"{self.name}: what its words say of the target",)
        return tuple(f"{self.name}: '{term}'" for term in self.terms)

    def write(
        self, rows: NDArray[np.float32], at: int, texts: Sequence[str | None], codes: Numbers | None = None
    ) -> int:
        """Write the features, beginning at `at`; return where the next ones begin.

        Args:
            rows: (N, F) to write to.
            at: The first feature's place.
            texts: (N,).
            codes: (N,) what each says of the target, where the rows are those that it was fitted on.
        """
        if self.weights:
            rows[:, at] = self._said(texts) if codes is None else codes
            return at + 1
        place = {term: at + number for number, term in enumerate(self.terms)}
        for row, text in enumerate(texts):
            counts = Counter(place[term] for term in terms_of(text) if term in place)
            for where, count in counts.items():
                rows[row, where] = np.log1p(count)
        return at + len(self.terms)

    def _said(self, texts: Sequence[str | None]) -> Numbers:
        said, weights = np.full(len(texts), self.bias), dict(zip(self.terms, self.weights, strict=True))
        for row, text in enumerate(texts):
            counts = Counter(term for term in terms_of(text) if term in weights)
            logs = np.log1p(np.fromiter(counts.values(), np.float64, len(counts)))
            known = np.fromiter((weights[term] for term in counts), np.float64, len(counts))
            said[row] += float(logs @ known) / max(float(np.linalg.norm(logs)), 1e-12)
        return said


def fit_texts(name: str, texts: Sequence[str | None], targets: Numbers) -> TextColumn:
    """Fit the terms' weights for the target: ridge regression, penalty by cross-validation.

    Args:
        name: Of the column.
        texts: (N,) of the training rows.
        targets: (N,) numbers to predict, around 0 with spread 1.
    """
    terms = _common_terms(texts)
    if not terms:
        return TextColumn(name, ())
    rows, chance = _matrix(texts, terms), np.random.default_rng(0).permutation(len(texts))
    few = np.sort(chance[:CHOOSING_ROWS])
    errors = {p: float(np.square(_by_the_others(rows[few], targets[few], p) - targets[few]).sum()) for p in PENALTIES}
    penalty = min(PENALTIES, key=lambda p: (errors[p], p))
    learnt = np.sort(chance[:FITTING_ROWS])
    weights, bias = _ridge(rows[learnt], targets[learnt], penalty)
    return TextColumn(name, terms, tuple(np.round(weights, DIGITS).tolist()), penalty, round(bias, DIGITS))


def cross_fitted_texts(column: TextColumn, texts: Sequence[str | None], targets: Numbers) -> Numbers:
    """Return out-of-fold text features of training rows, (N,), to prevent target leakage.

    Args:
        column: Fitted on these rows.
        texts: (N,).
        targets: (N,) as given to `fit_texts`.
    """
    rows = _matrix(texts, column.terms)
    codes = np.asarray(rows @ np.array(column.weights) + column.bias)
    learnt = sampled(len(texts), FITTING_ROWS, 0)
    codes[learnt] = _by_the_others(rows[learnt], targets[learnt], column.penalty)
    return codes


def _by_the_others(rows: Any, targets: Numbers, penalty: float) -> Numbers:
    """Return what ridge regression on the other folds says of each row, (N,)."""
    fold, said = np.random.default_rng(0).permutation(len(targets)) % FOLDS, np.zeros(len(targets))
    for number in range(min(FOLDS, len(targets))):
        inside = fold == number
        if inside.all():
            continue
        weights, bias = _ridge(rows[~inside], targets[~inside], penalty)
        said[inside] = rows[inside] @ weights + bias
    return said


def _ridge(rows: Any, targets: Numbers, penalty: float) -> tuple[Numbers, float]:
    """Return weights, (V,), and bias."""
    from sklearn.linear_model import Ridge

    found = Ridge(penalty, solver="sparse_cg", tol=1e-3).fit(rows, targets)
    return np.asarray(found.coef_, dtype=np.float64), float(found.intercept_)


def _matrix(texts: Sequence[str | None], terms: tuple[str, ...]) -> Any:
    """Return log term counts of each text, rows of unit length, sparse (N, V)."""
    from scipy.sparse import csr_matrix

    place = {term: number for number, term in enumerate(terms)}
    ends, columns, values = [0], list[int](), list[float]()
    for text in texts:
        counts = Counter(place[term] for term in terms_of(text) if term in place)
        logs = np.log1p(np.fromiter(counts.values(), np.float64, len(counts)))
        columns.extend(counts)
        values.extend((logs / max(float(np.linalg.norm(logs)), 1e-12)).tolist())
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(ends) - 1, len(terms)))


def _common_terms(texts: Sequence[str | None]) -> tuple[str, ...]:
    """Return the most common terms; those in all rows are useless."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(terms_of(text)))
        if len(counts) > MOST_COUNTED:
            _forget_rare(counts)
    known = [term for term, count in counts.items() if RAREST_COUNT <= count < len(texts)]
    return tuple(sorted(known, key=lambda term: (-counts[term], term))[:MOST_TERMS])


def terms_of(text: str | None) -> Iterator[str]:
    """Yield a text's words and neighbouring pairs.

    In scripts without spaces they are characters and pairs of them.

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


def _forget_rare(counts: "Counter[str]") -> None:
    for term in [term for term, count in counts.items() if count == 1]:
        del counts[term]
