"""A logistic regression on the features of a frozen, pretrained encoder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core import catalog
from core.baselines.arrays import read_arrays, read_state, write_arrays, write_state
from core.baselines.logistic import TUNED_ON, LogisticHead
from core.preprocessing.abilities import SlowPreprocessor
from core.preprocessing.remembered import features_of
from core.specs import Examples, Inputs

STRENGTHS = (0.001, 0.003, 0.01, 0.1)  # of standardised features; smaller ones win by noise alone
FITTING_EXAMPLES = 20_000
SMALLEST = 1e-6  # a feature that never changes must not be blown up


@dataclass(frozen=True, eq=False)
class FrozenFeatures:
    """An encoder that nobody trains, and a logistic regression on what it says.

    Args:
        encoder: The frozen one.
        mean: (F,) of its features on the training split.
        scale: (F,) by which they are multiplied after that.
        head: On these.
        called: As in results.
    """

    encoder: SlowPreprocessor
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    head: LogisticHead
    called: str
    tuned_on: str = TUNED_ON

    @classmethod
    def fit(cls, encoder: SlowPreprocessor, train: Examples, seed: int, called: str) -> Self:
        """Encode the training split, choose the strength on it, then fit."""
        train = train.sample(FITTING_EXAMPLES, seed)
        features = features_of(encoder, train.inputs)
        mean, scale = features.mean(0), 1 / np.maximum(features.std(0), SMALLEST)
        rows = (features - mean) * scale
        return cls(encoder, mean, scale, LogisticHead.fit(rows, train, seed, strengths=STRENGTHS), called)

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return probabilities, (N, K)."""
        return self.head.predict((features_of(self.encoder, inputs) - self.mean) * self.scale)

    def save(self, folder: Path) -> None:
        """Write which encoder it is, and the weights on its features."""
        encoder = {"kind": self.encoder.kind, "state": self.encoder.state()}
        write_state(folder, {"encoder": encoder, "called": self.called})
        write_arrays(folder, mean=self.mean, scale=self.scale, **self.head.arrays())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read them; the encoder is the one that is installed.

        Raises:
            EncoderUnavailable: It was another one.
        """
        state, arrays = read_state(folder), read_arrays(folder)
        encoder = catalog.preprocessors()[state["encoder"]["kind"]].from_state(state["encoder"]["state"])
        return cls(encoder, arrays["mean"], arrays["scale"], LogisticHead.of_arrays(arrays), state["called"])
