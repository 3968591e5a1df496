"""TF-IDF of the runs of characters within words, cut once for each different word."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 2, 5  # characters of a run


class WordParts:
    """What scikit-learn's vectoriser says with `char_wb`, in a third of its time: words repeat.

    Args:
        keeps_case: Whether capitals mean something.
        least_texts: That must hold a run.
        vocabulary: Known runs and their columns; one without must be fitted.
    """

    def __init__(self, *, keeps_case: bool, least_texts: int = 1, vocabulary: Mapping[str, int] | None = None) -> None:
        from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer

        usual: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (SHORTEST, LONGEST), "lowercase": False}
        self._runs_of: Callable[[str], list[str]] = TfidfVectorizer(**usual).build_analyzer()
        self._weights = TfidfTransformer(sublinear_tf=True)
        self._keeps_case, self._least_texts = keeps_case, least_texts
        self.vocabulary_ = dict(vocabulary or {})

    @property
    def idf_(self) -> NDArray[Any]:
        """The weight of each run: the rarer, the more."""
        return np.asarray(self._weights.idf_)

    @idf_.setter
    def idf_(self, weights: NDArray[Any]) -> None:
        self._weights.idf_ = weights

    def fit_transform(self, texts: Sequence[str]) -> Any:
        """Learn runs and their weights; return a row for each text.

        Raises:
            ValueError: There is nothing to count in them.
        """
        runs: dict[str, int] = {}
        counts = self._counted(texts, lambda run: runs.setdefault(run, len(runs)), runs)
        held_by = np.bincount(counts.indices, minlength=len(runs))
        known = sorted(run for run, place in runs.items() if held_by[place] >= self._least_texts)
        if not known:
            raise ValueError("no run of characters stands in enough of the texts")
        self.vocabulary_ = {run: place for place, run in enumerate(known)}
        return self._weights.fit_transform(counts[:, [runs[run] for run in known]])

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a row for each text."""
        return self._weights.transform(self._counted(texts, self.vocabulary_.get, self.vocabulary_))

    def _counted(self, texts: Sequence[str], place_of: Callable[[str], int | None], runs: Mapping[str, int]) -> Any:
        """Return how often each run stands in each text, (N, R)."""
        words, held, cuts = dict[str, int](), _Rows(), _Rows()
        for text in texts:
            counts = Counter((text if self._keeps_case else text.lower()).split())
            for word in counts:
                if word not in words:
                    words[word] = len(words)
                    places = [place for run in self._runs_of(word) if (place := place_of(run)) is not None]
                    cuts.add(places, [1.0] * len(places))
            held.add([words[word] for word in counts], list(counts.values()))
        return held.matrix(len(words)) @ cuts.matrix(len(runs))


class _Rows:
    """Rows of a sparse matrix, one after the other."""

    def __init__(self) -> None:
        self._ends, self._columns, self._values = [0], list[int](), list[float]()

    def add(self, columns: Sequence[int], values: Sequence[float]) -> None:
        """Add a row; a column that occurs twice counts twice."""
        self._columns += columns
        self._values += values
        self._ends.append(len(self._columns))

    def matrix(self, width: int) -> Any:
        """Return them, (N, width)."""
        from scipy.sparse import csr_matrix

        shape = len(self._ends) - 1, width
        return csr_matrix((np.array(self._values, np.float32), self._columns, self._ends), shape)
