"""Predictions on each test example, stored beside the report for evaluation and comparison."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import whole
from core.specs import Predictions, SplitName

NAME, FOLDS_NAME, BASELINES_NAME = "outcomes.npz", "outcomes-folds.npz", "outcomes-baselines.npz"
MOST_PROBABILITIES = 4_000_000  # numbers: 8 MB; of more classes or examples only the answers are kept


@dataclass(frozen=True, eq=False)
class StoredPredictions:
    """The outcomes of a finished run, and of which data.

    Args:
        fingerprint: Of the data set version; only outcomes of one fingerprint are about the same examples.
        predictions: In the order of the test split. Of a text, each character but the first ones: two models that
            needed a different beginning are aligned at the end.
    """

    fingerprint: str
    predictions: Predictions


def write_predictions(folder: Path, fingerprint: str, predictions: Predictions, split: SplitName = "test") -> None:
    """Write the outcomes of a run into its folder, whole or not at all.

    Args:
        folder: Of the run.
        fingerprint: Of the data set version.
        predictions: Of the split.
        split: Thresholds are chosen on those of "validation", everything is judged on those of "test".
    """
    keeps_all = predictions.probabilities.size <= MOST_PROBABILITIES
    arrays: Mapping[str, NDArray[Any]] = {
        "nll": predictions.nll.astype(np.float32),
        "targets": predictions.targets,
        "predicted": predictions.predicted,
        "probabilities": predictions.probabilities.astype(np.float16) if keeps_all else np.zeros((0, 0), np.float16),
        "groups": predictions.groups.astype(np.int32),
        "fingerprint": np.array(fingerprint),
    }
    with whole(folder / _name(split)) as draft, draft.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read_predictions(folder: Path, split: SplitName = "test") -> StoredPredictions | None:
    """Return a run's predictions; None if unfinished or from before predictions were kept."""
    file = folder / _name(split)
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as kept:
            predictions = Predictions(
                kept["nll"].astype(np.float64),
                kept["targets"],
                kept["predicted"],
                kept["probabilities"].astype(np.float64),
                kept["groups"].astype(np.int64) if "groups" in kept else np.zeros(0, np.int64),
            )
            return StoredPredictions(str(kept["fingerprint"]), predictions)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):  # damaged: as if it were not there
        return None


@dataclass(frozen=True, eq=False)
class StoredFolds:
    """Stored cross-validation predictions: every row, by a fold's model not trained on it.

    Args:
        fingerprint: Of the data set version.
        predictions: (N,) training, validation and test rows one after the other, without probabilities.
        number: (N,) in which fold.
        training_rows: From which the models learnt, on average.
        grouped: Whether rows belong together that are not merely copies.
    """

    fingerprint: str
    predictions: Predictions
    number: NDArray[np.int64]
    training_rows: float
    grouped: bool


def write_folds(folder: Path, judged: StoredFolds) -> None:
    """Write cross-validation predictions into a run's folder, atomically."""
    with whole(folder / FOLDS_NAME) as draft, draft.open("wb") as file:
        np.savez_compressed(
            file, nll=judged.predictions.nll.astype(np.float32), targets=judged.predictions.targets,
            predicted=judged.predictions.predicted, number=judged.number, training_rows=np.array(judged.training_rows),
            grouped=np.array(judged.grouped), fingerprint=np.array(judged.fingerprint),
        )  # fmt: skip


def read_folds(folder: Path) -> StoredFolds | None:
    """Return what was judged in folds; None where nothing was."""
    try:
        with np.load(folder / FOLDS_NAME, allow_pickle=False) as kept:
            predictions = Predictions(kept["nll"].astype(np.float64), kept["targets"], kept["predicted"])
            return StoredFolds(
                str(kept["fingerprint"]),
                predictions,
                kept["number"],
                float(kept["training_rows"]),
                bool(kept["grouped"]),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


@dataclass(frozen=True, eq=False)
class StoredBaselines:
    """What a run's baselines answered to the examples it was judged on.

    Args:
        fingerprint: Of the data set version.
        predictions: By name, without probabilities.
        in_folds: Whether they are about every row in folds, or about the test split.
    """

    fingerprint: str
    predictions: Mapping[str, Predictions]
    in_folds: bool


def write_baselines(folder: Path, kept: StoredBaselines) -> None:
    """Write what baselines answered into a run's folder, whole or not at all."""
    every = list(kept.predictions.values())
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(one, name) for one in every]) if every else np.zeros(0)
        for name in ("nll", "targets", "predicted", "groups")
    }
    arrays["nll"] = arrays["nll"].astype(np.float32)
    arrays |= {"sizes": [len(one.nll) for one in every], "group_sizes": [len(one.groups) for one in every]}
    with whole(folder / BASELINES_NAME) as draft, draft.open("wb") as file:
        np.savez_compressed(
            file, names=np.array(list(kept.predictions)), fingerprint=np.array(kept.fingerprint),
            in_folds=np.array(kept.in_folds), **arrays,
        )  # fmt: skip


def read_baselines(folder: Path) -> StoredBaselines | None:
    """Return what baselines answered; None of runs from before that was kept."""
    try:
        with np.load(folder / BASELINES_NAME, allow_pickle=False) as kept:
            ends, group_ends = (np.cumsum(kept[name])[:-1] for name in ("sizes", "group_sizes"))
            parts = zip(
                *(np.split(kept[name], ends) for name in ("nll", "targets", "predicted")),
                np.split(kept["groups"], group_ends), strict=True,
            )  # fmt: skip
            found = {
                str(name): Predictions(nll.astype(np.float64), targets, predicted, groups=groups)
                for name, (nll, targets, predicted, groups) in zip(kept["names"], parts, strict=True)
            }
            return StoredBaselines(str(kept["fingerprint"]), found, bool(kept["in_folds"]))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _name(split: SplitName) -> str:
    return NAME if split == "test" else f"outcomes-{split}.npz"
