"""Test predictions of each run, reduced for comparison and read once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.evaluation.predictions_file import FOLDS_NAME, NAME, StoredFolds, read_folds, read_predictions
from core.runs import Run
from core.services.run_service import Service
from core.specs import Predictions

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of one run to N test examples.

    Args:
        fingerprint: Of the data version; the same one means the same examples in the same order.
        predictions: Without the probabilities.
        confidence: (N,) how sure it was of what it answered, from 0 to 1; (0,) where that is not known.
    """

    fingerprint: str
    predictions: Predictions
    confidence: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.predictions.nll)


def answers_of(service: Service, run: Run) -> Answers | None:
    """Return a run's test answers; None if unfinished or from before answers were kept."""
    return _kept(service, run, NAME, _read)


def folds_of(service: Service, run: Run) -> StoredFolds | None:
    """Return a run's cross-validation predictions for every row; None without any."""
    return _kept(service, run, FOLDS_NAME, _read_folds)


def _kept(service: Service, run: Run, name: str, read: Callable[[Path, int], T | None]) -> T | None:
    """Return the content of an own run's file; None if missing."""
    if not run.is_own:
        return None
    folder = service.folder(run.id)
    try:
        return read(folder, (folder / name).stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=40)
def _read_folds(folder: Path, modified_ns: int) -> StoredFolds | None:
    del modified_ns  # part of the key, as below
    return read_folds(folder)


def _light(predictions: Predictions) -> Predictions:
    """Return outcomes without the probabilities."""
    return Predictions(predictions.nll, predictions.targets, predictions.predicted, groups=predictions.groups)


@lru_cache(maxsize=40)
def _read(folder: Path, modified_ns: int) -> Answers | None:
    del modified_ns  # part of the key: a run that was finished again is read again
    stored = read_predictions(folder)
    if stored is None:
        return None
    predictions, chosen = stored.predictions, np.zeros(0, np.float32)
    if predictions.probabilities.size:
        at = predictions.predicted.astype(np.int64)
        chosen = predictions.probabilities[np.arange(len(at)), at].astype(np.float32)
    return Answers(stored.fingerprint, _light(predictions), chosen)
