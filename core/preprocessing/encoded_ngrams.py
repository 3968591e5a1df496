"""Texts as sentence encoder features together with their n-grams."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.ngrams import NgramPreprocessor
from core.preprocessing.sentence_encoder import PART, SentenceEncoder
from core.specs import DataInfo, Examples, Inputs

MOST_NGRAMS = 1 << 24  # ids up to here are exact as 32-bit floats, as which they stand beside the features


class DescribedNgrams:
    """A preprocessor with frozen encoder features and known n-gram ids in one row.

    Source:
        Cheng et al., Wide and Deep Learning for Recommender Systems, 2016. https://arxiv.org/abs/1606.07792
    """

    kind: ClassVar[str] = "described-ngrams"
    doing, part = "Encoding texts", PART

    def __init__(self, encoder: SentenceEncoder, ngrams: NgramPreprocessor) -> None:
        self.encoder, self.ngrams = encoder, ngrams

    @classmethod
    def fit(cls, train: Examples, vocabulary_size: int, length: int) -> Self:
        """Learn the commonest n-grams of the training texts; the encoder stays as it is.

        Raises:
            EncoderUnavailable: The encoder is missing or was altered.
        """
        return cls(SentenceEncoder.fit(train), NgramPreprocessor.fit(train, min(vocabulary_size, MOST_NGRAMS), length))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described.

        Raises:
            EncoderUnavailable: It was another encoder, or was read in another way.
        """
        return cls(SentenceEncoder.from_state(state["encoder"]), NgramPreprocessor.from_state(state["ngrams"]))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, F + T) float32: text features, then n-gram ids, padded with 0.

        Raises:
            EncoderUnavailable: The encoder is missing or was altered.
        """
        return self.beside(self.encoder.transform(inputs), inputs)

    def beside(self, described: NDArray[Any], inputs: Inputs) -> NDArray[Any]:
        """Return the full rows, (N, F + T), from given text features, (N, F)."""
        return np.concatenate([described, self.ngrams.transform(inputs).astype(np.float32)], axis=1)

    def remarks(self, inputs: Inputs) -> list[tuple[str, ...]]:
        """Return what is said of texts that the encoder does not read whole."""
        return self.encoder.remarks(inputs)

    @property
    def width(self) -> int:
        """The length of a row."""
        return self.info(()).input_shape[0]

    @property
    def weights_bytes(self) -> int:
        """The size of the encoder's weights on disk, for model size estimates."""
        return self.encoder.weights_bytes

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the row length, the start of the ids, and each id's weight."""
        (features,), tokens = self.encoder.info(labels).input_shape, self.ngrams.info(labels)
        return DataInfo(
            labels,
            (features + tokens.input_shape[0],),
            vocabulary_size=tokens.vocabulary_size,
            token_weights=tokens.token_weights,
            feature_count=features,
        )

    def state(self) -> dict[str, Any]:
        """Return which encoder this is, and which n-grams are known."""
        return {"encoder": self.encoder.state(), "ngrams": self.ngrams.state()}


PREPROCESSOR = DescribedNgrams
