"""Offline runs as W&B writes them."""

import math
from datetime import UTC, datetime
from pathlib import Path

from core.runs import RunStatus
from tests.exchange.conftest import read
from tests.exchange.small_logs import BEGAN, wandb_log
from tests.exchange.writers import STEPS


def test_everything_that_a_run_says_is_read(wandb_folder: Path) -> None:
    runs, trouble = read(wandb_folder)
    run = runs["brave fox"]
    assert (run.project, run.tags, run.notes, run.status) == ("shoes", ("first",), "Try again.", RunStatus.SUCCEEDED)
    settings = {key: value for key, value in run.settings.items() if not key.startswith("git.")}  # of this checkout
    assert settings == {"lr": 0.125, "optimiser.name": "adam", "layers": "8, 8", "summary.words": "no curve"}
    assert run.started_at is not None
    assert abs((datetime.now(UTC) - run.started_at).total_seconds()) < 3600
    assert trouble == ()


def test_numbers_are_curves_also_within_others_and_words_are_not(wandb_folder: Path) -> None:
    curves = read(wandb_folder)[0]["brave fox"].curves
    assert list(curves) == ["deep.er", "flag", "odd", "train/loss"]
    assert curves["train/loss"].steps.tolist() == list(range(STEPS))
    assert curves["train/loss"].values.tolist() == [1 / (1 + step) for step in range(STEPS)]
    assert curves["flag"].values.tolist() == [0.0] * 10 + [1.0] * 10
    assert curves["odd"].steps.tolist() == [50, 51]
    assert math.isnan(curves["odd"].values[0])
    assert curves["odd"].values[1] == math.inf


def log_of(folder: Path) -> Path:
    return next(folder.rglob("*.wandb"))


def test_a_run_that_was_killed_is_read_as_far_as_it_came(wandb_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "run-1.wandb").write_bytes(log_of(wandb_folder).read_bytes()[:2500])
    runs, trouble = read(tmp_path)
    assert runs["brave fox"].status is RunStatus.INTERRUPTED
    assert runs["brave fox"].reason.startswith("Its log has no end")
    assert trouble == ()


def test_damage_in_the_middle_is_named_and_what_stands_before_is_read(wandb_folder: Path, tmp_path: Path) -> None:
    content = bytearray(log_of(wandb_folder).read_bytes())
    content[2500] ^= 0xFF
    (tmp_path / "run-1.wandb").write_bytes(content)
    runs, trouble = read(tmp_path)
    assert 0 < runs["brave fox"].points < 3 * STEPS + 2
    assert trouble == ("run-1.wandb is damaged: what stands before the damage was read, the rest was not.",)


def test_a_file_that_only_has_the_name_of_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "run-1.wandb").write_bytes(b"not at all")
    assert read(tmp_path)[1] == ("run-1.wandb is damaged: what stands before the damage was read, the rest was not.",)


def test_summary_media_and_own_steps(tmp_path: Path) -> None:
    wandb_log(
        tmp_path / "run-abc.wandb",
        {"metric": {"name": "epoch"}},
        {"metric": {"glob_name": "val/*", "step_metric": "epoch"}},
        {"history": {"_step": 0, "epoch": 10, "val/loss": 3, "acc": 0.5, "pics._type": "images", "pics.count": 2}},
        {"history": {"_step": 1, "epoch": 20, "val/loss": 2, "acc": 0.4, "said": "hello"}},
        {"summary": {"acc": 0.5, "best": 0.9, "epoch": 20, "said": "hello", "pics._type": "images", "pics.count": 2}},
        {"exit": {"exit_code": 0}},
    )
    (run,) = read(tmp_path)[0].values()
    assert {key: line.steps.tolist() for key, line in run.curves.items()} == {
        "acc": [0, 1], "best": [1], "epoch": [0, 1], "summary/acc": [1], "val/loss": [10, 20],
    }  # fmt: skip
    over_epochs = run.curves["val/loss"]
    assert over_epochs.global_steps is not None
    assert (over_epochs.axis, over_epochs.global_steps.tolist()) == ("epoch", [0, 1])
    assert run.settings == {"summary.said": "hello"}
    assert run.remarks == (
        "val/loss: over epoch, as define_metric asks.", "Left out: images (pics), texts (said).",
    )  # fmt: skip


def test_a_resumed_run_and_the_copy_of_its_last_part_are_one(tmp_path: Path) -> None:
    wandb_log(tmp_path / "one" / "run-abc.wandb", {"history": {"_step": 0, "loss": 3}})
    for folder in ("two", "latest-run"):
        last = {"history": {"_step": 1, "loss": 2}}, {"exit": {"exit_code": 0}}
        wandb_log(tmp_path / folder / "run-abc.wandb", *last, began=BEGAN + 60)
    runs, trouble = read(tmp_path)
    assert (list(runs), trouble) == (["fox"], ())
    assert runs["fox"].curves["loss"].values.tolist() == [3, 2]
    assert runs["fox"].status is RunStatus.SUCCEEDED
    assert runs["fox"].remarks == ("It was resumed: 2 logs were read as one run.",)


def test_endless_texts_are_cut_where_they_are_read(tmp_path: Path) -> None:
    name, text = "x" * 9_000, "y" * 25_000
    wandb_log(tmp_path / "run-abc.wandb", {"history": {f"{name}A": 1, f"{name}B": 2}}, {"summary": {"note": text}})
    (run,) = read(tmp_path)[0].values()
    assert sorted(line.values.tolist() for line in run.curves.values()) == [[1], [2]]
    assert len(str(run)) < 50_000
    assert any("characters were cut" in remark for remark in run.remarks)
