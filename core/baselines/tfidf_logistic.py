"""Counted words or characters: the simple method for texts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.baselines.arrays import read_arrays, read_state, write_arrays, write_state
from core.baselines.logistic import FITTING_EXAMPLES, TUNED_ON, LogisticHead
from core.baselines.text_features import Reading, better_reading, fewer_characters, make_vectoriser, reading_of
from core.specs import Examples, Inputs, texts_of
from core.specs.baseline import BaselineSpec


@dataclass(frozen=True, eq=False)
class TfIdfLogistic:
    """A TF-IDF logistic regression on n-grams of words or of characters.

    Args:
        reading: Which n-grams.
        vectoriser: scikit-learn's, fitted; None where the training texts held nothing to count.
        head: On its features.

    Source: Wang & Manning 2012.
    """

    reading: Reading
    vectoriser: Any
    head: LogisticHead
    tuned_on: str = TUNED_ON

    @property
    def called(self) -> str:
        """Which n-grams it reads, and what weighs them."""
        return f"{self.reading.kind} TF-IDF + logistic regression"

    @classmethod
    def fit(cls, train: Examples, validation: Examples, seed: int) -> "TfIdfLogistic":
        """Choose the n-grams and the strength on the training split, then fit."""
        del validation
        train = train.sample(FITTING_EXAMPLES, seed)
        kind, keeps_case = better_reading(train, seed)
        read = fewer_characters(train, seed) if kind == "character" else train
        reading = reading_of(kind, texts_of(read.inputs), keeps_case=keeps_case)
        vectoriser = make_vectoriser(reading)
        try:
            features = vectoriser.fit_transform(read.inputs)
        except ValueError:  # nothing to count in the training texts
            return cls(reading, None, LogisticHead.of_shares(train), "")
        return cls(reading, vectoriser, LogisticHead.fit(features, read, seed, solver="newton-cg"))

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return probabilities, (N, K)."""
        texts = texts_of(inputs)
        return self.head.predict(np.zeros((len(texts), 0)) if self.vectoriser is None else self._counted(texts))

    def _counted(self, texts: tuple[str, ...]) -> Any:
        return self.vectoriser.transform(texts)

    def save(self, folder: Path) -> None:
        """Write the n-grams in their columns' order, their IDF and weights."""
        known = self.vectoriser.vocabulary_ if self.vectoriser is not None else {}
        terms = sorted(known, key=lambda term: int(known[term]))
        write_state(folder, {"reading": vars(self.reading), "terms": terms})
        idf = self.vectoriser.idf_ if self.vectoriser is not None else np.zeros(0)
        write_arrays(folder, idf=idf, **self.head.arrays())

    @classmethod
    def load(cls, folder: Path) -> "TfIdfLogistic":
        """Read them, and make the counter again."""
        state, arrays = read_state(folder), read_arrays(folder)
        reading, vectoriser = Reading(**state["reading"]), None
        if state["terms"]:
            vectoriser = make_vectoriser(reading, {term: place for place, term in enumerate(state["terms"])})
            vectoriser.idf_ = arrays["idf"]
        return cls(reading, vectoriser, LogisticHead.of_arrays(arrays))


BASELINE = BaselineSpec(
    name="tfidf-logistic",
    title="Counted words or characters (TF-IDF + logistic regression)",
    purpose="Counts which words, or parts of words, come with which label: small, quick, and readable.",
    tasks=("text-classification",),
    rung=1,
    fit=TfIdfLogistic.fit,
    load=TfIdfLogistic.load,
    most_examples=FITTING_EXAMPLES,
)
