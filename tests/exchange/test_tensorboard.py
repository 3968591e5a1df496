"""Event files as PyTorch writes them."""

import math
import struct
from pathlib import Path

import pytest

from tests.exchange.conftest import read
from tests.exchange.writers import STEPS


def test_each_folder_is_a_run_named_after_it(tensorboard_logs: Path) -> None:
    runs, trouble = read(tensorboard_logs)
    assert list(runs) == ["adam", "sgd/second try"]
    assert {run.project for run in runs.values()} == {tensorboard_logs.name}
    assert trouble == ()


def test_scalars_of_both_kinds_are_curves_and_words_and_tensors_are_not(tensorboard_logs: Path) -> None:
    curves = read(tensorboard_logs)[0]["adam"].curves
    assert list(curves) == ["accuracy", "best", "train/loss"]
    assert curves["train/loss"].steps.tolist() == list(range(STEPS))
    assert curves["train/loss"].values.tolist() == pytest.approx([1 / (1 + step) for step in range(STEPS)])
    assert curves["train/loss"].times[:2].tolist() == [1_700_000_000, 1_700_000_001]
    assert curves["accuracy"].values[-1] == pytest.approx(0.19)


def test_what_add_hparams_writes_below_a_run_is_its_settings(tensorboard_logs: Path) -> None:
    adam = read(tensorboard_logs)[0]["adam"]
    assert adam.settings == {"lr": 0.125, "layers": 2, "optimiser": "adam"}
    assert adam.curves["best"].values.tolist() == pytest.approx([0.19])


def test_nan_and_infinity_are_values_too(tensorboard_logs: Path) -> None:
    values = read(tensorboard_logs)[0]["sgd/second try"].curves["train/loss"].values.tolist()
    assert math.isnan(values[0])
    assert values[1] == math.inf


def event_file(folder: Path) -> Path:
    return next(folder.rglob("*tfevents*"))


def copied(logs: Path, target: Path) -> Path:
    target.mkdir()
    file = event_file(logs / "sgd")
    (target / file.name).write_bytes(file.read_bytes())
    return target / file.name


def test_a_file_that_is_still_being_written_is_read_as_far_as_it_goes(tensorboard_logs: Path, tmp_path: Path) -> None:
    file = copied(tensorboard_logs, tmp_path / "cut")
    file.write_bytes(file.read_bytes()[:-5])
    runs, trouble = read(tmp_path / "cut")
    assert runs["cut"].curves["train/loss"].steps.tolist() == [3]
    assert trouble == ()


def test_a_damaged_file_is_named_and_what_stands_before_the_damage_is_read(
    tensorboard_logs: Path, tmp_path: Path
) -> None:
    file = copied(tensorboard_logs, tmp_path / "hurt")
    content = bytearray(file.read_bytes())
    content[-10] ^= 0xFF
    file.write_bytes(content)
    runs, trouble = read(tmp_path / "hurt")
    assert runs["hurt"].curves["train/loss"].steps.tolist() == [3]
    assert trouble == (f"{file.name} is damaged: what stands before the damage was read, the rest was not.",)


def test_a_length_that_no_file_can_have_is_not_believed(tensorboard_logs: Path, tmp_path: Path) -> None:
    file = copied(tensorboard_logs, tmp_path / "long")
    file.write_bytes(struct.pack("<QI", 2**62, 0) + b"x" * 100)
    runs, trouble = read(tmp_path / "long")
    assert runs["long"].points == 0
    assert "is damaged" in trouble[0]
