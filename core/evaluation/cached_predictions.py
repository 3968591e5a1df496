"""Predictions of a run for its page, read once and cached."""

from functools import lru_cache
from pathlib import Path

from core.evaluation.predictions_file import NAME, read_predictions
from core.specs import Predictions, SplitName


def cached_predictions(folder: Path, split: SplitName = "test") -> Predictions | None:
    """Return what a classifier answered with its probabilities; None where these were not kept.

    Args:
        folder: Of the run.
        split: "test" to judge by, "validation" to choose on.
    """
    file = folder / NAME  # both are written together, and again where a run is judged again
    return _read(folder, split, file.stat().st_mtime_ns) if file.exists() else None


@lru_cache(maxsize=4)
def _read(folder: Path, split: SplitName, modified_ns: int) -> Predictions | None:
    del modified_ns  # part of the key: what was judged again is read again
    stored = read_predictions(folder, split)
    return stored.predictions if stored is not None and stored.predictions.probabilities.size else None
