"""The one number of a model's answer that is explained."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.serving.predictor import BATCH, Predictor
from core.specs import Examples, Inputs

if TYPE_CHECKING:
    from torch import Tensor

Numbers = NDArray[np.float64]
ROWS = 8_192  # of a table at once: preparing a few costs as much as preparing thousands


@dataclass(frozen=True, eq=False)
class Subject:
    """A model and the number of its answer that is explained.

    Args:
        predictor: The model.
        label: The class, an index into the labels; -1 where it answers with numbers.
    """

    predictor: Predictor
    label: int = -1

    def of_rows(self, rows: "Tensor") -> "Tensor":
        """Return the number for each prepared row, (N,), with its gradient."""
        return self._chosen(self.predictor.module(rows))

    def values(self, inputs: Inputs) -> Numbers:
        """Return the number for each input, (N,); inputs as the data set holds them."""
        answers = self.answers(inputs)
        return answers[:, 0] if self.label < 0 else answers[:, self.label]

    def answers(self, inputs: Inputs) -> Numbers:
        """Return the probabilities of all classes, (N, K), or numbers, (N, 1)."""
        import torch

        found, size = [], BATCH if isinstance(inputs, np.ndarray | tuple) else ROWS
        for start in range(0, len(inputs), size):
            rows = self.predictor.preprocessor.transform(part(inputs, slice(start, start + size)))
            with torch.inference_mode():
                said = self.predictor.module(torch.as_tensor(rows).to(self.predictor.device)).float()
            said = said[:, None] if self.label < 0 and said.dim() == 1 else said if self.label < 0 else said.softmax(-1)
            found.append(said.double().cpu().numpy())
        return np.concatenate(found) if found else np.zeros((0, 1))

    def on(self, predictor: Predictor) -> "Subject":
        """Return the same number of another model."""
        return replace(self, predictor=predictor)

    def _chosen(self, said: "Tensor") -> "Tensor":
        return said.float().reshape(len(said)) if self.label < 0 else said.float().softmax(-1)[:, self.label]

    @property
    def name(self) -> str:
        """The class; empty of a number."""
        return "" if self.label < 0 else self.predictor.info.labels[self.label]


def subject_of(predictor: Predictor, inputs: Inputs, label: str = "") -> Subject:
    """Return what is explained of the answer to one input.

    Args:
        predictor: The model.
        inputs: The single input.
        label: A class; empty is the one that the model names.
    """
    if predictor.task.output_kind == "number":
        return Subject(predictor)
    if label in predictor.info.labels:
        return Subject(predictor, predictor.info.labels.index(label))
    return Subject(predictor, int(Subject(predictor, 0).answers(inputs)[0].argmax()))


def part(inputs: Inputs, rows: slice) -> Inputs:
    """Return some of the inputs."""
    return inputs[rows] if isinstance(inputs, np.ndarray | tuple) else inputs.iloc[rows]


def taken(inputs: Inputs, places: NDArray[np.int64]) -> Inputs:
    """Return the inputs at these places."""
    return Examples(inputs, np.zeros(0)).select(places).inputs
