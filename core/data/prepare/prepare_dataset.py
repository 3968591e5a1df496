"""From dataset and model to training arrays, prepared once and memory-mapped afterwards."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.array_cache import Arrays, cached_arrays, read_arrays
from core.data.array_parts import ArrayParts
from core.data.prepare.gradual_arrays import GradualArrays
from core.data.prepare.preprocessor_cache import fitted
from core.data.store.load_version import load_version
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor, TrainingPreprocessor
from core.specs import (
    SPLITS,
    DataInfo,
    DatasetSpec,
    DatasetVersion,
    Examples,
    LoadedDataset,
    ModelSpec,
    Preprocessor,
    RowBonds,
    SplitName,
)
from core.specs.config import Params

Count = Callable[[str, int, int], None]  # what is done, how many are done, of how many
LEARNING, PREPARING = "Learning how to read the examples", "Preparing examples"
FORMAT = 1  # raise it when the same preprocessor state begins to mean other arrays, or splits other examples


@dataclass(frozen=True, eq=False)
class PreparedDataset:
    """Everything that a run needs of its data.

    Args:
        version: Which state of the data set this is.
        examples: What people see, by split.
        preprocessor: Fitted on the training split.
        info: What the model must know to be built.
        arrays: By split: "inputs", whose first dimension is the examples, and "targets" (N,). For text generation
            one long row of ids, and no targets.
        gradual: Makes the arrays, which are not whole yet, once it is started; None where they are.
        bonds: What binds the examples to a side of the split, or to each other.
        clusters: By split, (N,): which examples are copies, or rows of one group; nothing where all are independent.
    """

    version: DatasetVersion
    examples: dict[SplitName, Examples]
    preprocessor: Preprocessor
    info: DataInfo
    arrays: dict[SplitName, dict[str, NDArray[Any]]]
    gradual: GradualArrays | None = None
    bonds: RowBonds = field(default_factory=RowBonds)
    clusters: Mapping[SplitName, NDArray[np.int64]] = field(default_factory=dict)


def prepare_dataset(
    dataset: DatasetSpec,
    model: ModelSpec,
    params: Params,
    cache_folder: Path,
    *,
    gradually: bool = False,
    count: Count = lambda *_: None,
) -> PreparedDataset:
    """Load, divide and prepare a data set for a model.

    Args:
        dataset: What to load.
        model: What will learn from it.
        params: The model's settings; those that change the arrays are part of its preprocessor's state.
        cache_folder: Where prepared arrays are kept.
        gradually: Return before arrays are whole that take long: see `PreparedDataset.gradual`.
        count: Told what is done with the examples, how many are done and of how many.

    Raises:
        DataError: The data cannot be used as it is.
        EncoderUnavailable: The model needs the pretrained encoder, and that is missing or altered.
    """
    loaded = load_version(dataset, cache_folder)
    training = len(loaded.examples["train"])
    count(LEARNING, 0, training)
    preprocessor = fitted(loaded, model, params, cache_folder)
    count(LEARNING, training, training)
    folder, gradual = _folder(cache_folder, loaded, preprocessor), None
    if isinstance(preprocessor, SlowPreprocessor) and read_arrays(folder) is None:
        gradual = _gradual(cache_folder, loaded, preprocessor)
        saved = gradual.parts.arrays
        if not gradually:
            gradual.start()
            gradual.finish()
            gradual = None
    else:
        saved = cached_arrays(folder, lambda: prepare(loaded.examples, preprocessor, count))
    return PreparedDataset(
        version=loaded.version,
        examples=loaded.examples,
        preprocessor=preprocessor,
        info=replace(preprocessor.info(loaded.version.labels), ground=loaded.ground, units=loaded.units),
        arrays={name: {"inputs": saved[f"{name}-inputs"], "targets": saved[f"{name}-targets"]} for name in SPLITS},
        gradual=gradual,
        bonds=loaded.bonds,
        clusters=loaded.clusters,
    )


def _gradual(cache_folder: Path, loaded: LoadedDataset, preprocessor: SlowPreprocessor) -> GradualArrays:
    targets, described = {name: targets_for(loaded.examples[name]) for name in SPLITS}, None
    if isinstance(preprocessor, DescribingPreprocessor):
        encoder = preprocessor.encoder
        described = ArrayParts(_folder(cache_folder, loaded, encoder), targets, encoder.width)
    parts = ArrayParts(_folder(cache_folder, loaded, preprocessor), targets, preprocessor.width)
    return GradualArrays(parts, loaded.examples, preprocessor, described)


def kept_arrays(cache_folder: Path, loaded: LoadedDataset, preprocessor: Preprocessor) -> Arrays | None:
    """Return the arrays that a run has left; None if they are gone."""
    return read_arrays(_folder(cache_folder, loaded, preprocessor))


def _folder(cache_folder: Path, loaded: LoadedDataset, preprocessor: Preprocessor | SlowPreprocessor) -> Path:
    """Return the folder whose name says everything that the arrays depend on."""
    state = json.dumps([FORMAT, preprocessor.state()], sort_keys=True)
    settings = hashlib.sha256(state.encode()).hexdigest()
    return cache_folder / "arrays" / f"{loaded.version.fingerprint[:24]}-{preprocessor.kind}-{settings[:24]}"


def prepare(parts: Mapping[SplitName, Examples], preprocessor: Preprocessor, count: Count = lambda *_: None) -> Arrays:
    """Return the arrays of each split: "train-inputs", "train-targets" and so on."""
    arrays: Arrays = {}
    done, total = 0, sum(len(parts[name]) for name in SPLITS)
    for name in SPLITS:
        count(PREPARING, done, total)
        examples = parts[name]
        if name == "train" and isinstance(preprocessor, TrainingPreprocessor):
            inputs = preprocessor.transform_training(examples)
        else:
            inputs = preprocessor.transform(examples.inputs)
        arrays[f"{name}-inputs"] = np.ascontiguousarray(inputs)
        arrays[f"{name}-targets"] = targets_for(examples)
        done += len(examples)
    count(PREPARING, total, total)
    return arrays


def targets_for(examples: Examples) -> NDArray[Any]:
    """Return the targets as models learn them, (N,)."""
    targets = examples.targets
    if np.issubdtype(targets.dtype, np.floating):
        targets = targets.astype(np.float32)  # as models compute; not every GPU knows 64 bits
    return np.ascontiguousarray(targets)
