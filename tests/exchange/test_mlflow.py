"""MLflow's folder and database, as its own client writes them."""

import math
import shutil
import sqlite3
from pathlib import Path

import pytest

from core.exchange.normalise import hashed
from core.runs import RunStatus
from tests.exchange.conftest import read
from tests.exchange.writers import STEPS


@pytest.fixture(params=["mlruns", "mlflow.db"])
def store(request: pytest.FixtureRequest, mlflow_folder: Path) -> Path:
    return mlflow_folder / str(request.param)


def test_everything_that_a_run_says_is_read(store: Path) -> None:
    runs, trouble = read(store)
    assert list(runs) == ["brave fox"]  # the one in MLflow's trash stays there
    run = runs["brave fox"]
    assert (run.project, run.settings, run.tags) == ("shoes", {"lr": 0.125, "optimiser": "adam"}, ("team: shoes",))
    assert run.notes == "Better than the *last* one."
    assert (run.status, run.reason) == (RunStatus.FAILED, "MLflow says that it failed.")
    assert run.started_at is not None
    assert run.finished_at is not None
    assert (run.finished_at - run.started_at).total_seconds() == 60
    assert trouble == ()


def test_metrics_are_curves(store: Path) -> None:
    curves = read(store)[0]["brave fox"].curves
    assert list(curves) == ["counted", "odd", "train/loss"]
    assert curves["train/loss"].steps.tolist() == list(range(STEPS))
    assert curves["train/loss"].values.tolist() == [1 / (1 + step) for step in range(STEPS)]
    assert math.isnan(curves["odd"].values[0])
    assert curves["odd"].values[1] == math.inf  # MLflow's database has the largest number there is instead


def test_points_that_were_logged_without_steps_are_numbered_and_it_says_so(store: Path) -> None:
    run = read(store)[0]["brave fox"]
    assert run.curves["counted"].steps.tolist() == [0, 1, 2]
    assert run.curves["counted"].values.tolist() == [10, 11, 12]
    assert run.remarks == ("All points of counted have the same step; they were numbered in the order of their times.",)


def test_the_same_run_has_the_same_key_wherever_its_folder_lies(mlflow_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(mlflow_folder / "mlruns", tmp_path / "elsewhere")
    here, there = read(mlflow_folder / "mlruns")[0], read(tmp_path / "elsewhere")[0]
    assert here["brave fox"].key == there["brave fox"].key


def test_a_damaged_description_costs_only_its_own_run(mlflow_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(mlflow_folder / "mlruns", tmp_path / "mlruns")
    whole = next(path for path in (tmp_path / "mlruns").rglob("meta.yaml") if (path.parent / "metrics").is_dir())
    broken = whole.parent.with_name("0" * 32)
    shutil.copytree(whole.parent, broken)
    (broken / "meta.yaml").write_text("artifact_uri: &a [*a, {")
    runs, trouble = read(tmp_path / "mlruns")
    assert list(runs) == ["brave fox"]
    assert trouble[0].endswith("is damaged, so this run was left out.")


def test_a_description_that_grows_when_it_is_read_is_refused(mlflow_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(mlflow_folder / "mlruns", tmp_path / "mlruns")
    for file in (tmp_path / "mlruns").rglob("meta.yaml"):
        file.write_text("artifact_uri: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n")
    runs, trouble = read(tmp_path / "mlruns")
    assert runs == {}
    assert len(trouble) == 4  # two experiments, two runs


def test_bad_lines_of_a_metric_are_left_out_and_counted(mlflow_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(mlflow_folder / "mlruns", tmp_path / "mlruns")
    with next((tmp_path / "mlruns").rglob("metrics/train/loss")).open("ab") as file:
        file.write(b"1700000000000 0.5 twenty\n\xff\xff\n")
    runs, trouble = read(tmp_path / "mlruns")
    assert runs["brave fox"].curves["train/loss"].steps.tolist() == list(range(STEPS))
    assert "2 lines were left out" in trouble[0]


def test_a_database_of_something_else_is_refused_by_name(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "customers.db") as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    runs, trouble = read(tmp_path / "customers.db")
    assert runs == {}
    assert trouble[0].startswith("customers.db is not a database of MLflow: it has no table 'experiments'.")


def test_the_database_of_another_program_beside_them_hides_no_runs(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "customers.db") as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    (tmp_path / "log.csv").write_text("step,loss\n0,1\n")
    assert list(read(tmp_path)[0]) == ["log"]


def test_a_view_in_the_place_of_a_table_is_never_computed(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "trap.db") as database:
        for table in ("experiments", "params", "tags", "metrics"):
            database.execute(f"CREATE TABLE {table} (x)")
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS run_uuid FROM n"
        database.execute(f"CREATE VIEW runs AS {endless}")
    assert "it has no table 'runs'" in read(tmp_path / "trap.db")[1][0]


def test_a_damaged_database_is_named(mlflow_folder: Path, tmp_path: Path) -> None:
    content = bytearray((mlflow_folder / "mlflow.db").read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    (tmp_path / "mlflow.db").write_bytes(content)
    runs, trouble = read(tmp_path / "mlflow.db")
    assert runs == {}
    assert trouble[0].startswith("mlflow.db is a damaged or unfinished database")


def test_parameters_are_as_written_tags_without_room_are_settings_and_the_parent_is_known(
    mlflow_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(mlflow_folder / "mlruns", tmp_path / "mlruns")
    run = next((tmp_path / "mlruns").rglob("metrics/train/loss")).parents[2]
    for key, text in {
        "python": "3.10",
        "seed": "0042",
        "many": "1e5",
        "lr": "0.001",
        "flag": "True",
        "n": "true",
    }.items():
        (run / "params" / key).write_text(text)
    commit = "0123456789abcdef0123456789abcdef01234567"
    tags = {"commit": commit, "mlflow.parentRunId": "abc", **{f"tag{number:02}": "x" for number in range(30)}}
    for key, text in tags.items():
        (run / "tags" / key).write_text(text)
    found = read(tmp_path / "mlruns")[0]["brave fox"]
    assert {key: found.settings[key] for key in ("python", "seed", "many", "lr", "flag", "n", "tag.commit")} == {
        "python": "3.10", "seed": "0042", "many": "1e5", "lr": 0.001, "flag": True, "n": "true", "tag.commit": commit,
    }  # fmt: skip
    assert (len(found.tags), found.settings["tag.team"]) == (20, "shoes")
    assert found.parent_key == hashed("mlflow", "abc")
    assert "12 of its 32 tags are among the settings, as tag.NAME" in found.remarks[-1]
