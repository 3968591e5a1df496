"""Predictions of each fold's model on unseen rows, kept in the run's folder.

They stay there until all folds are complete.
"""

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.files import whole
from core.specs import Predictions

FOLDER, FIELDS = "folds", ("nll", "targets", "predicted")


@dataclass(frozen=True, eq=False)
class FoldResults:
    """The finished folds of a run; a killed process loses only the current one.

    Args:
        folder: Of the run.
        mark: Of the data and the folds: results of others count for nothing.
    """

    folder: Path
    mark: str

    def read(self, fold: int) -> Predictions | None:
        """Return what happened in a fold; None where it is not finished."""
        try:
            with np.load(self._file(fold), allow_pickle=False) as kept:
                if str(kept["mark"]) != self.mark:
                    return None
                return Predictions(*(kept[name] for name in FIELDS))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def write(self, fold: int, predictions: Predictions) -> None:
        """Keep what happened in a fold, whole or not at all."""
        file = self._file(fold)
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole(file) as draft, draft.open("wb") as opened:
            np.savez(opened, mark=np.array(self.mark), **{name: getattr(predictions, name) for name in FIELDS})

    def _file(self, fold: int) -> Path:
        return self.folder / FOLDER / f"{fold}.npz"


def pooled(parts: Sequence[Predictions], rows: Sequence[NDArray[np.int64]]) -> Predictions:
    """Return the predictions of all rows in order, from each fold's test rows."""
    order = np.argsort(np.concatenate(rows), kind="stable")
    joined = [np.concatenate([getattr(part, name) for part in parts])[order] for name in FIELDS]
    return Predictions(*joined)


def mark_of(fingerprint: str, number: NDArray[np.int64]) -> str:
    """Return what says which rows of which data were judged in which fold."""
    return hashlib.sha256(fingerprint.encode() + number.astype("<i8").tobytes()).hexdigest()
