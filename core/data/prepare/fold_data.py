"""Data of one fold's model: prepared like a run's, fitted on its training rows."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.data.prepare.prepare_dataset import PreparedDataset, prepare, targets_for
from core.data.store.folds import everything
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor
from core.specs import SPLITS, Examples, ModelSpec, Preprocessor, SplitName
from core.specs.config import Params

Inputs = dict[SplitName, NDArray[Any]]


class Parts(Protocol):
    """Which rows each model learns from, is steered by and is judged on."""

    @property
    def count(self) -> int:
        """How many models there are."""

    def rows(self, fold: int) -> Mapping[SplitName, NDArray[np.int64]]:
        """Return those of one, as positions in training, validation, then test rows."""


class FoldData:
    """Makes the data of each fold of a run's data.

    Whatever learns from examples (vocabularies, means, encodings of columns) learns from the fold's training rows. What
    a frozen encoder says of an example depends on nothing but the example, so it is not asked again.

    Args:
        data: Of the run; its arrays are whole.
        folding: Of its rows.
        model: What learns from it.
        params: The model's settings.
    """

    def __init__(self, data: PreparedDataset, folding: Parts, model: ModelSpec, params: Params) -> None:
        self._data, self._folding, self._model, self._params = data, folding, model, params
        self._examples = everything(data.examples)

    def of(self, fold: int) -> PreparedDataset:
        """Return a fold's training and evaluation data, with a fingerprint for each fold.

        Raises:
            DataError: The rows cannot be used as they are.
        """
        rows = self._folding.rows(fold)
        parts = {name: self._examples.select(rows[name]) for name in SPLITS}
        preprocessor = self._model.preprocess(self._params, parts["train"])
        described = isinstance(preprocessor, SlowPreprocessor)
        inputs = self._described(preprocessor, parts, rows) if described else _prepared(preprocessor, parts)
        version = self._data.version
        mark = hashlib.sha256(f"{version.fingerprint} fold {fold} of {self._folding.count}".encode()).hexdigest()
        info = self._data.info
        return PreparedDataset(
            version=replace(version, fingerprint=mark),
            examples=parts,
            preprocessor=preprocessor,
            info=replace(preprocessor.info(version.labels), ground=info.ground, units=info.units),
            arrays={name: {"inputs": inputs[name], "targets": targets_for(parts[name])} for name in SPLITS},
        )

    def _described(
        self, preprocessor: Preprocessor, parts: dict[SplitName, Examples], rows: Mapping[SplitName, NDArray[np.int64]]
    ) -> Inputs:
        """Return the run encoder's output per example plus the fold preprocessor's features."""
        known = np.concatenate([np.asarray(self._data.arrays[name]["inputs"]) for name in SPLITS])
        if not isinstance(preprocessor, DescribingPreprocessor):
            return {name: known[rows[name]] for name in SPLITS}
        said = known[:, : self._data.info.feature_count]
        return {name: preprocessor.beside(said[rows[name]], parts[name].inputs) for name in SPLITS}


def _prepared(preprocessor: Preprocessor, parts: dict[SplitName, Examples]) -> Inputs:
    arrays = prepare(parts, preprocessor)
    return {name: arrays[f"{name}-inputs"] for name in SPLITS}
