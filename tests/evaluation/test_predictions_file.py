from pathlib import Path

import numpy as np

from core.evaluation.predictions_file import (
    StoredBaselines,
    read_baselines,
    read_predictions,
    write_baselines,
    write_predictions,
)
from core.specs import Predictions

OUTCOMES = Predictions(
    np.array([0.1, 2.0]), np.array([1, 0]), np.array([1, 1]), np.array([[0.25, 0.75], [0.125, 0.875]]), np.array([4, 4])
)


def test_outcomes_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_predictions(tmp_path, "abc123", OUTCOMES)
    stored = read_predictions(tmp_path)
    assert stored is not None
    assert stored.fingerprint == "abc123"
    assert stored.predictions.targets.tolist() == [1, 0]
    assert stored.predictions.predicted.tolist() == [1, 1]
    assert stored.predictions.nll.round(6).tolist() == [0.1, 2.0]
    assert stored.predictions.probabilities.tolist() == [[0.25, 0.75], [0.125, 0.875]]
    assert stored.predictions.groups.tolist() == [4, 4]
    assert [file.name for file in tmp_path.iterdir()] == ["outcomes.npz"]


def test_outcomes_of_the_validation_split_lie_beside_those_of_the_test_split(tmp_path: Path) -> None:
    write_predictions(tmp_path, "abc123", OUTCOMES, "validation")
    assert read_predictions(tmp_path) is None
    stored = read_predictions(tmp_path, "validation")
    assert stored is not None
    assert stored.predictions.targets.tolist() == [1, 0]


def test_where_none_were_kept_or_the_file_is_damaged_there_are_none(tmp_path: Path) -> None:
    assert read_predictions(tmp_path) is None
    write_predictions(tmp_path, "abc123", OUTCOMES)
    file = tmp_path / "outcomes.npz"
    file.write_bytes(file.read_bytes()[:100])
    assert read_predictions(tmp_path) is None


def test_what_baselines_answered_is_kept_by_name(tmp_path: Path) -> None:
    assert read_baselines(tmp_path) is None
    shorter = Predictions(np.array([0.5]), np.array([0]), np.array([1]))
    write_baselines(tmp_path, StoredBaselines("abc123", {"majority": OUTCOMES, "5-gram": shorter}, in_folds=False))
    kept = read_baselines(tmp_path)
    assert kept is not None
    assert (kept.fingerprint, kept.in_folds, list(kept.predictions)) == ("abc123", False, ["majority", "5-gram"])
    assert kept.predictions["majority"].predicted.tolist() == [1, 1]
    assert kept.predictions["majority"].groups.tolist() == [4, 4]
    assert (kept.predictions["5-gram"].nll.tolist(), kept.predictions["5-gram"].groups.size) == ([0.5], 0)
