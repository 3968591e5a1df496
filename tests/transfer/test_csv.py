"""Tables of numbers, wide and long, as people have them."""

import math
from pathlib import Path

from tests.transfer.conftest import read


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
    assert runs["log"].remarks == ("CSV, separated by commas, UTF-8. Taken: 'step' as the step.",)
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
