"""A trained model beside the rungs, on the same rows."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from numpy.typing import NDArray

from core.configure import make_config, resolve
from core.data.prepare.prepare_dataset import PreparedDataset, targets_for
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor, TrainingPreprocessor
from core.preprocessing.remembered import features_of
from core.specs import DatasetVersion, Examples, Predictions, Preprocessor, SplitName
from core.training.callbacks import Callback
from core.worker.part_training import trained_predictions


def predictions_of(
    task: str, model: str, settings: Mapping[str, Any], splits: dict[SplitName, Examples]
) -> Predictions:
    """Return what a model in its quick preset says of the test split; an encoder's features are remembered."""
    spec = resolve(make_config(task, "bench", model, overrides=settings))
    reader = spec.model.preprocess(spec.params, splits["train"])
    arrays = {name: {"inputs": _rows(reader, name, one), "targets": targets_for(one)} for name, one in splits.items()}
    version = DatasetVersion("bench", "f", task, splits["train"].labels, {}, 0, "", "")
    data = PreparedDataset(version, splits, reader, reader.info(version.labels), arrays)
    with TemporaryDirectory() as place:
        found = trained_predictions(spec, spec.config, data, torch.device("cpu"), Path(place) / "best", Callback())
    assert found is not None
    return found


def _rows(reader: Preprocessor, name: SplitName, examples: Examples) -> NDArray[Any]:
    if isinstance(reader, DescribingPreprocessor):
        return reader.beside(features_of(reader.encoder, examples.inputs), examples.inputs)
    if isinstance(reader, SlowPreprocessor):
        return features_of(reader, examples.inputs)
    if name == "train" and isinstance(reader, TrainingPreprocessor):
        return reader.transform_training(examples)
    return reader.transform(examples.inputs)
