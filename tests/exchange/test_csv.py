"""Tables of numbers, wide and long, as people have them."""

import math
from pathlib import Path

import pytest

from tests.exchange.conftest import read


def table(folder: Path, text: str, name: str = "log.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_row_a_step_with_a_column_a_metric(tmp_path: Path) -> None:
    runs, trouble = read(table(tmp_path, "step,loss,accuracy\n0,1.5,0.1\n10,1.2,\n20,nan,0.3\n"))
    curves = runs["log"].curves
    assert curves["loss"].steps.tolist() == [0, 10, 20]
    assert curves["loss"].values.tolist()[:2] == [1.5, 1.2]
    assert math.isnan(curves["loss"].values[2])
    assert curves["accuracy"].steps.tolist() == [0, 20]  # an empty cell is no point
    assert runs["log"].remarks == (
        "CSV, separated by commas, UTF-8. Taken: 'step' as the step; no column as the time.",
    )
    assert trouble == ()


def test_german_numbers_and_settings_in_words(tmp_path: Path) -> None:
    path = table(tmp_path, "Epoch;Verlust;Optimierer\n1;1,5;adam\n2;1,25;adam\n")
    run = read(path)[0]["log"]
    assert run.curves["Verlust"].values.tolist() == [1.5, 1.25]
    assert run.curves["Verlust"].steps.tolist() == [1, 2]
    assert run.settings == {"Optimierer": "adam"}


def test_a_column_that_names_the_run_divides_the_table(tmp_path: Path) -> None:
    text = "run,global_step,loss\na,0,3\nb,0,4\na,1,2\nb,1,1\n"
    runs, _ = read(table(tmp_path, text, "sweep.csv"))
    assert runs["a"].curves["loss"].values.tolist() == [3, 2]
    assert runs["b"].curves["loss"].values.tolist() == [4, 1]
    assert {run.project for run in runs.values()} == {"sweep"}


def test_a_row_a_point_with_times(tmp_path: Path) -> None:
    text = "run,metric,step,value,time\na,loss,0,1.5,2024-01-01T00:00:00\na,loss,1,inf,2024-01-01T00:01:00\n"
    run = read(table(tmp_path, text))[0]["a"]
    assert run.curves["loss"].values.tolist() == [1.5, math.inf]
    assert run.started_at is not None
    assert run.finished_at is not None
    assert (run.finished_at - run.started_at).total_seconds() == 60


def test_rows_without_steps_are_counted_for_each_run(tmp_path: Path) -> None:
    run = read(table(tmp_path, "loss\n3\n2\n1\n"))[0]["log"]
    assert run.curves["loss"].steps.tolist() == [0, 1, 2]
    assert "no column as the step: rows are counted" in run.remarks[0]


def test_a_chart_of_wandb_saved_as_csv_names_its_runs_in_the_header(tmp_path: Path) -> None:
    text = '"Step","fox - loss","fox - loss__MIN","fox - loss__MAX","owl - loss"\n0,3,3,3,4\n1,2,2,2,1\n'
    runs, _ = read(table(tmp_path, text))
    assert runs["fox"].curves["loss"].values.tolist() == [3, 2]
    assert list(runs["fox"].curves) == ["loss"]
    assert runs["owl"].curves["loss"].values.tolist() == [4, 1]


def test_a_run_keeps_its_key_while_its_table_grows(tmp_path: Path) -> None:
    before = read(table(tmp_path, "step,loss\n0,3\n1,2\n"))[0]["log"]
    after = read(table(tmp_path, "step,loss\n0,3\n1,2\n2,1\n"))[0]["log"]
    assert (before.key == after.key, before.points, after.points) == (True, 2, 3)


def test_a_table_without_numbers_is_named_with_what_to_do(tmp_path: Path) -> None:
    runs, trouble = read(table(tmp_path, "name,colour\nfox,red\nowl,grey\n"))
    assert runs == {}
    assert trouble[0].endswith("with a column for each metric: step,loss,accuracy.")


def test_percent_and_units_are_numbers_and_it_says_so(tmp_path: Path) -> None:
    run = read(table(tmp_path, "epoch;acc;memory;loss\n0;50 %;2,1GB;1,5\n1;57 %;900MB;0,25\n"))[0]["log"]
    assert {key: line.values.tolist() for key, line in run.curves.items()} == {
        "acc": [0.5, 0.57], "loss": [1.5, 0.25], "memory": [2100.0, 900.0],
    }  # fmt: skip
    assert [(guess.about, guess.value) for guess in run.guesses] == [
        ("acc", "shares: 50 % is 0.5"), ("memory", "in MB, 1 GB is 1,000 MB"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "cells", "seconds"),
    [
        ("time", ("3.5", "7"), [3.5, 7]),
        ("elapsed (min)", ("1", "2"), [60, 120]),
        ("time_ms", ("500", "900"), [0.5, 0.9]),
        ("elapsed", ("0:00:07", "0:01:10"), [7, 70]),
    ],
)
def test_times_since_the_start_are_no_moments(
    name: str, cells: tuple[str, str], seconds: list[float], tmp_path: Path
) -> None:
    run = read(table(tmp_path, f"epoch,{name},loss\n1,{cells[0]},3\n2,{cells[1]},2\n"))[0]["log"]
    assert (run.times_from_start, run.started_at, list(run.curves)) == (True, None, ["loss"])
    assert run.curves["loss"].times.tolist() == pytest.approx(seconds)
    assert run.guesses[0].value.startswith("time since the start")


def test_what_each_row_took_is_a_curve_and_a_written_date_a_moment(tmp_path: Path) -> None:
    text = (
        "epoch,time,date,loss\n1,3.5,29.11.2026 16:41:52,3\n2,3.1,29.11.2026 16:42:52,2\n3,3.3,29.11.2026 16:43:52,1\n"
    )
    run = read(table(tmp_path, text))[0]["log"]
    assert list(run.curves) == ["loss", "time"]
    assert (str(run.started_at), str(run.finished_at)) == ("2026-11-29 16:41:52+00:00", "2026-11-29 16:43:52+00:00")


def test_mostly_endless_numbers_are_a_curve_and_words_for_nothing_are_no_points(tmp_path: Path) -> None:
    run = read(table(tmp_path, "step,loss,f1\n0,1,n/a\n1,nan,0.5\n2,inf,-\n3,-inf,0.75\n"))[0]["log"]
    assert [str(value) for value in run.curves["loss"].values] == ["1.0", "nan", "inf", "-inf"]
    assert run.curves["f1"].steps.tolist() == [1, 3]


def test_a_column_that_tells_training_from_validation_makes_two_curves(tmp_path: Path) -> None:
    run = read(table(tmp_path, "phase,epoch,loss\ntrain,0,3\nval,0,4\ntrain,1,2\nval,1,3\n"))[0]["log"]
    assert {key: line.values.tolist() for key, line in run.curves.items()} == {"train/loss": [3, 2], "val/loss": [4, 3]}


def test_a_table_that_tensorboard_lets_one_download_is_named_after_its_tag(tmp_path: Path) -> None:
    path = table(tmp_path, "Wall time,Step,Value\n1700000000.5,0,3\n1700000001.5,1,2\n", "run-fox-tag-train_loss.csv")
    run = read(path)[0]["fox"]
    assert run.curves["train_loss"].times.tolist() == [1_700_000_000.5, 1_700_000_001.5]


def test_what_could_not_be_read_is_said(tmp_path: Path) -> None:
    rows = "".join(f"{step},1,same\n" for step in range(2, 40))
    run = read(table(tmp_path, f"step,loss,note\n0,oops,one\n,2,same\n{rows}"))[0]["log"]
    assert run.remarks[1:] == (
        "Left out of loss: 1 cell without a number (oops).",
        "Without a step: 1 row, numbered instead.",
        "Not the same in every row, the last text is the setting: note.",
    )


def test_every_row_is_a_point_also_at_equal_steps_and_between_whole_ones(tmp_path: Path) -> None:
    rows = "".join(f"{row // 3},{row % 3},{row}\n" for row in range(6))
    run = read(table(tmp_path, f"epoch,batch,loss\n{rows}"))[0]["log"]
    assert run.curves["loss"].steps.tolist() == [0, 0, 0, 1, 1, 1]
    assert run.curves["loss"].values.tolist() == [0, 1, 2, 3, 4, 5]
    assert run.remarks[1] == "batch, loss: several points have the same step; all are kept, in their order."
    run = read(table(tmp_path, "epoch,loss\n0.5,3\n1.0,2\n1.5,1\n"))[0]["log"]
    assert run.curves["loss"].steps.tolist() == [0.5, 1.0, 1.5]


def test_steps_have_many_names_and_forms_and_flags_are_curves(tmp_path: Path) -> None:
    for number, (step, cells, steps) in enumerate(
        [("time/total_timesteps", ("2048", "4096"), [2048, 4096]), ("Epoch", ("1/20", "2/20"), [1, 2])]
    ):
        path = table(tmp_path, f"{step},loss,is_best\n{cells[0]},3,True\n{cells[1]},2,False\n", f"{number}.csv")
        run = read(path)[0][str(number)]
        assert run.curves["loss"].steps.tolist() == steps
        assert run.curves["is_best"].values.tolist() == [1, 0]
    text = '"Relative Time (Process)","fox - loss"\n0.5,3\n1.5,2\n'
    runs, _ = read(table(tmp_path, text))
    assert (list(runs), runs["fox"].curves["loss"].times.tolist()) == (["fox"], [0.5, 1.5])
