"""Folders of event files that are parts of one run, and those that only look so."""

from pathlib import Path

from core.exchange.tfrecord import START, framed, messages
from core.runs import RunStatus
from tests.exchange.conftest import read
from tests.exchange.small_logs import BEGAN, event_file


def test_the_lines_of_add_scalars_are_curves_of_their_run(tmp_path: Path) -> None:
    event_file(tmp_path / "fox", {"loss": [2, 1]})
    for line in ("A", "B/deep"):
        event_file(tmp_path / "fox" / f"eval_accuracy_{line}", {"eval/accuracy": [0.5, 1]}, number=1)
    for line in ("train", "val"):
        event_file(tmp_path / "fox" / f"error_{line}", {"error": [3]}, number=2)
    runs, _ = read(tmp_path)
    (run,) = runs.values()
    assert list(run.curves) == ["eval/accuracy/A", "eval/accuracy/B/deep", "loss", "train/error", "val/error"]
    assert "The lines of error, eval/accuracy (add_scalars) are curves of this run." in run.remarks


def test_train_and_validation_of_keras_are_two_lines_of_one_run(tmp_path: Path) -> None:
    for number, part in enumerate(("train", "validation")):
        event_file(tmp_path / "monday" / part, {"epoch_loss": [1, 0.5]}, number=number)
    event_file(tmp_path / "tuesday" / "train", {"epoch_loss": [1]}, number=2)
    runs, _ = read(tmp_path)
    assert {name: list(run.curves) for name, run in runs.items()} == {
        "monday": ["train/epoch_loss", "validation/epoch_loss"],
        "tuesday": ["train/epoch_loss"],
    }
    assert runs["monday"].remarks == (
        "train and validation: taken as parts of this run, whose curves bear the folders' names.",
    )


def test_an_estimators_eval_folder_belongs_to_the_run_above_it(tmp_path: Path) -> None:
    event_file(tmp_path / "model", {"loss": [1, 0.5]})
    event_file(tmp_path / "model" / "eval", {"loss": [2], "accuracy": [0.5]}, number=1)
    assert [list(run.curves) for run in read(tmp_path)[0].values()] == [["eval/accuracy", "eval/loss", "loss"]]


def test_a_run_called_test_beside_others_is_a_run(tmp_path: Path) -> None:
    for number, name in enumerate(("adam", "sgd", "test")):
        event_file(tmp_path / name, {"loss": [number]}, number=number)
    assert {name: list(run.curves) for name, run in read(tmp_path)[0].items()} == {
        "adam": ["loss"], "sgd": ["loss"], "test": ["loss"],
    }  # fmt: skip


def test_a_search_in_one_folder_is_a_run_for_each_try_below_the_run_above(tmp_path: Path) -> None:
    event_file(tmp_path / "search", {"loss": [1]})
    for number, rate in enumerate(("0.1", "0.2")):
        event_file(tmp_path / "search" / f"{1700000000 + number}.5", {"best": [number]}, {"lr": rate}, number=number)
    runs, _ = read(tmp_path)
    tries = [run for run in runs.values() if run.settings]
    assert [run.settings["lr"] for run in tries] == ["0.1", "0.2"]
    (above,) = (run for run in runs.values() if not run.settings)
    assert {run.parent_key for run in tries} == {above.key}


def test_add_hparams_under_a_name_of_its_own_is_a_part_and_hides_no_curve(tmp_path: Path) -> None:
    event_file(tmp_path / "fox", {"accuracy": [0.1, 0.2]})
    event_file(tmp_path / "fox" / "final", {"accuracy": [0.2]}, {"lr": "0.1"}, number=1)
    (run,) = read(tmp_path)[0].values()
    assert run.settings == {"lr": "0.1"}
    assert {key: len(line) for key, line in run.curves.items()} == {"accuracy": 2, "hparam/accuracy": 1}


def test_names_that_are_too_long_stay_apart(tmp_path: Path) -> None:
    event_file(tmp_path, {"t" * 300: [1], "t" * 299 + "B": [2]})
    (run,) = read(tmp_path)[0].values()
    assert [line.values.tolist() for line in run.curves.values()] == [[2], [1]]
    assert max(map(len, run.curves)) <= 200
    assert "Names of curves were shortened or told apart" in run.remarks[0]


def test_endless_texts_are_cut_where_they_are_read_and_it_is_said(tmp_path: Path) -> None:
    long = "x" * 3_000_000
    event_file(tmp_path, {long + "A": [1], long + "B": [2]}, {"notes": long, long + "A": "1", long + "B": "2"})
    (run,) = read(tmp_path)[0].values()
    assert sorted(line.values.tolist() for line in run.curves.values()) == [[1], [2]]
    assert sorted(str(value)[:1] for value in run.settings.values()) == ["1", "2", "x"]
    assert len(str(run)) < 50_000
    assert any("characters were cut" in remark for remark in run.remarks)


def test_what_is_no_number_is_named(tensorboard_logs: Path) -> None:
    adam = read(tensorboard_logs)[0]["adam"]
    assert adam.status is RunStatus.SUCCEEDED
    assert (
        "Left out, since they are no numbers over steps: tensor (embedding), text (note/text_summary)." in adam.remarks
    )


def test_what_was_written_anew_after_a_restart_is_counted(tmp_path: Path) -> None:
    event_file(tmp_path, {"loss": [3, 2, 1]})
    made = messages()
    restart = made["Event"](wall_time=BEGAN + 9, step=1, session_log=made["SessionLog"](status=START))
    with event_file(tmp_path, {}, number=1).open("ab") as file:
        file.write(framed(restart.SerializeToString()))
    (run,) = read(tmp_path)[0].values()
    assert run.curves["loss"].steps.tolist() == [0]
    assert run.remarks == ("It was taken up again at step 1; left out: 2 points from before, written anew.",)
