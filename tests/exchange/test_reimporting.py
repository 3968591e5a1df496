"""Runs that are imported again after they changed where they come from."""

import shutil
import sqlite3
from pathlib import Path

from core.exchange.import_runs import preview, run_import
from core.runs import NESTED, RunStatus
from core.services.run_service import Service
from core.store.metric_store import MetricStore
from tests.exchange.small_logs import BEGAN, event_file, wandb_log
from tests.exchange.test_csv import table
from tests.exchange.test_import_runs import losses


def changed(database: Path, *statements: str) -> None:
    with sqlite3.connect(database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def running(mlflow_folder: Path, tmp_path: Path) -> Path:
    """Return a database whose run is still going on."""
    database = tmp_path / "mlflow.db"
    shutil.copy(mlflow_folder / "mlflow.db", database)
    changed(database, "UPDATE runs SET status = 'RUNNING', end_time = NULL WHERE lifecycle_stage = 'active'")
    return database


def test_status_parameters_tags_notes_name_and_values_come_with_the_next_import(
    service: Service, mlflow_folder: Path, tmp_path: Path
) -> None:
    database = running(mlflow_folder, tmp_path)
    (run_id,) = run_import(service, database).added
    assert service.run(run_id).status is RunStatus.INTERRUPTED
    changed(
        database,
        "UPDATE runs SET status = 'FINISHED', end_time = 1700000090000, name = 'calm fox'",
        "UPDATE tags SET value = 'calm fox' WHERE key = 'mlflow.runName'",
        "UPDATE tags SET value = 'final' WHERE key = 'mlflow.note.content'",
        "UPDATE tags SET value = 'boots' WHERE key = 'team'",
        "UPDATE params SET value = '0.5' WHERE key = 'lr'",
        "UPDATE metrics SET value = 7 WHERE key = 'train/loss' AND step = 3",
    )
    done = run_import(service, database)
    run = service.run(run_id)
    assert done.updated == (run_id,)
    assert (run.status, run.reason, run.train_time_s) == (RunStatus.SUCCEEDED, "", 90.0)
    assert (run.name, run.note, run.tags, run.settings["lr"]) == ("calm fox", "final", ("team: boots",), 0.5)
    assert service.metrics(run_id)["train/loss"][3][1] == 7
    assert done.news == (
        "'calm fox': status: interrupted, now succeeded; end; 1 corrected value (train/loss); settings (lr); name; "
        "note; tags.",
    )
    assert run_import(service, database).same == (run_id,)


def test_what_people_changed_here_is_not_undone_by_what_changed_there(
    service: Service, mlflow_folder: Path, tmp_path: Path
) -> None:
    database = running(mlflow_folder, tmp_path)
    (run_id,) = run_import(service, database).added
    service.rename(run_id, "mine")
    service.set_note(run_id, "My note.")
    changed(database, "UPDATE tags SET value = 'theirs'")
    run_import(service, database)
    assert (service.run(run_id).name, service.run(run_id).note) == ("mine", "My note.")


def test_a_corrected_table_is_the_same_run_also_where_its_first_row_was_corrected(
    service: Service, tmp_path: Path
) -> None:
    rows = "".join(f"{step},{1 / step}\n" for step in range(1, 9))
    (run_id,) = run_import(service, table(tmp_path, f"step,loss\n0,99\n{rows}")).added
    path = table(tmp_path, f"step,loss\n0,2\n{rows}")
    (guess,) = preview(service, path).runs[0].guesses
    assert (guess.value, guess.option) == (run_id, "another name of the file")
    done = run_import(service, path)
    assert (done.added, done.updated, losses(service, run_id)[0]) == ((), (run_id,), (0, 2))
    assert run_import(service, path).same == (run_id,)


def test_another_table_of_the_same_name_is_another_run(service: Service, tmp_path: Path) -> None:
    run_import(service, table(tmp_path, "step,lr,loss\n0,0.1,9\n1,0.1,8\n2,0.1,7\n"))
    assert len(run_import(service, table(tmp_path, "step,lr,loss\n0,0.1,5\n1,0.1,4\n2,0.1,3\n")).added) == 1


def test_points_that_are_no_longer_there_stay_until_the_run_is_taken_anew(service: Service, tmp_path: Path) -> None:
    (run_id,) = run_import(service, table(tmp_path, "step,loss\n0,3\n1,2\n2,1\n")).added
    shorter = table(tmp_path, "step,loss\n0,3\n1,2\n")
    assert "Here and no longer there: 1 point (loss). They stay." in run_import(service, shorter).news[0]
    assert losses(service, run_id) == [(0, 3), (1, 2), (2, 1)]
    service.delete(run_id)
    run_import(service, shorter)
    assert losses(service, run_id) == [(0, 3), (1, 2)]


def test_a_resumed_run_of_wandb_is_brought_in_parts(service: Service, tmp_path: Path) -> None:
    first = wandb_log(
        tmp_path / "a" / "run-abc.wandb", {"history": {"_step": 0, "loss": 3}}, {"exit": {"exit_code": 1}}
    )
    (run_id,) = run_import(service, first).added
    second = {"history": {"_step": 1, "loss": 2}}
    wandb_log(tmp_path / "b" / "run-abc.wandb", second, {"exit": {"exit_code": 0}}, began=BEGAN + 60)
    assert run_import(service, tmp_path / "b").updated == (run_id,)
    assert (losses(service, run_id), service.run(run_id).status) == ([(0, 3), (1, 2)], RunStatus.SUCCEEDED)


def test_times_since_the_start_stay_where_they_were_when_more_rows_come(service: Service, tmp_path: Path) -> None:
    (run_id,) = run_import(service, table(tmp_path, "epoch,time,loss\n1,3.5,3\n2,7,2\n")).added
    began = service.run(run_id).started_at
    assert run_import(service, table(tmp_path, "epoch,time,loss\n1,3.5,3\n2,7,2\n3,9.5,1\n")).updated == (run_id,)
    assert began is not None
    assert service.run(run_id).started_at == began
    assert [time - began.timestamp() for _, _, time in service.metrics(run_id)["loss"]] == [3.5, 7, 9.5]
    assert service.run(run_id).train_time_s == 9.5


def test_parts_of_a_run_know_it_whatever_is_imported_first(service: Service, tmp_path: Path) -> None:
    event_file(tmp_path / "search", {"loss": [1]})
    for number in range(2):
        place = tmp_path / "search" / f"{1700000000 + number}.5"
        event_file(place, {"best": [number]}, {"lr": str(number)}, number=number)
    found = preview(service, tmp_path).runs
    assert [run.part_of for run in found] == ["", *[found[0].name] * 2]
    parts = [run.key for run in found if run.part_of]
    children = run_import(service, tmp_path, keys=parts).added
    assert {service.run(child).parent_id for child in children} == {""}
    (parent,) = run_import(service, tmp_path).added
    assert {(service.run(c).parent_id, service.run(c).parent_kind) for c in children} == {(parent, NESTED)}


def test_a_metric_that_wandb_puts_over_epochs_is_over_epochs_here(service: Service, tmp_path: Path) -> None:
    logged = [{"history": {"_step": 10 * epoch, "epoch": epoch, "val": 3 - epoch}} for epoch in range(3)]
    defined = {"metric": {"name": "val", "step_metric": "epoch"}}
    (run_id,) = run_import(service, wandb_log(tmp_path / "run-abc.wandb", defined, *logged)).added
    metrics = MetricStore(service.database)
    assert metrics.axes(run_id) == {"val": "epoch"}
    assert metrics.curves(run_id)["val"].steps.tolist() == [0, 1, 2]
    assert service.run(run_id).steps == 20


def test_a_curve_that_was_numbered_takes_its_steps_when_it_has_some(service: Service, tmp_path: Path) -> None:
    (run_id,) = run_import(service, event_file(tmp_path, {"loss": [3]})).added
    assert losses(service, run_id) == [(0, 3)]
    assert run_import(service, event_file(tmp_path, {"loss": [3, 2, 1]})).updated == (run_id,)
    assert losses(service, run_id) == [(0, 3), (1, 2), (2, 1)]
