"""From somebody's folder to runs in the store: whole or not at all, and never twice."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.errors import DatabaseUnavailable, DataError
from core.exchange import external_run, import_runs
from core.exchange.import_runs import preview, run_import
from core.exchange.saving import in_words
from core.runs import RunStatus
from core.services.run_service import Service
from core.store.curve import Curve
from core.store.metric_store import MetricStore
from tests.exchange.test_csv import table

SWEEP = "run,step,loss\nfox,0,3\nfox,1,2\nowl,0,4\n"


def losses(service: Service, run_id: str) -> list[tuple[float, float]]:
    return [(step, value) for step, value, _ in service.metrics(run_id)["loss"]]


def test_a_look_tells_what_is_there_and_writes_nothing(service: Service, tmp_path: Path) -> None:
    found = preview(service, table(tmp_path, SWEEP, "sweep.csv"))
    assert (found.format, found.title, found.points) == ("csv", "Table (CSV)", 3)
    assert [(run.name, run.curves, run.points, run.known_as) for run in found.runs] == [
        ("fox", 1, 2, ""),
        ("owl", 1, 1, ""),
    ]
    assert service.runs() == []


def test_an_imported_run_is_a_run_like_any_other(service: Service, mlflow_folder: Path) -> None:
    (run_id,) = run_import(service, mlflow_folder / "mlflow.db").added
    run = service.run(run_id)
    assert (run.name, run.origin, run.project, run.is_own) == ("brave fox", "mlflow", "shoes", False)
    assert (run.settings, run.tags, run.note) == (
        {"lr": 0.125, "optimiser": "adam"},
        ("team: shoes",),
        "Better than the *last* one.",
    )
    assert (run.status, run.steps, run.train_time_s) == (RunStatus.FAILED, 19, 60.0)
    assert run.created_at.isoformat() == "2023-11-14T22:13:20+00:00"
    assert run.sparkline[0] == 1.0
    assert len(service.metrics(run_id)["train/loss"]) == 20
    assert service.events(run_id)[0].message == "Imported: 3 curves, 25 points."
    assert "numbered in the order of their times" in service.events(run_id)[1].message


def test_importing_twice_gives_each_run_once(service: Service, tmp_path: Path) -> None:
    path = table(tmp_path, SWEEP)
    first, second = run_import(service, path), run_import(service, path)
    assert (len(first.added), second.added, second.updated, second.same) == (2, (), (), first.added)
    assert len(service.runs()) == 2


def test_a_run_that_has_grown_is_brought_up_to_date_and_what_people_wrote_stays(
    service: Service, tmp_path: Path
) -> None:
    fox, _ = run_import(service, table(tmp_path, SWEEP)).added
    service.rename(fox, "the red one")
    service.set_note(fox, "Promising.")
    again = run_import(service, table(tmp_path, SWEEP + "fox,2,1\n"))
    assert (again.added, again.updated) == ((), (fox,))
    assert losses(service, fox) == [(0, 3), (1, 2), (2, 1)]
    assert (service.run(fox).name, service.run(fox).note) == ("the red one", "Promising.")


def test_a_run_that_was_moved_to_the_trash_comes_back_when_it_is_imported_again(
    service: Service, tmp_path: Path
) -> None:
    path = table(tmp_path, SWEEP)
    fox, _ = run_import(service, path).added
    service.delete(fox)
    assert run_import(service, path).added == ()
    assert service.run(fox).deleted_at is None


def test_only_the_chosen_runs_come_in_under_the_project_that_was_named(service: Service, tmp_path: Path) -> None:
    path = table(tmp_path, SWEEP)
    owl = preview(service, path).runs[1]
    (run_id,) = run_import(service, path, project="birds", keys=[owl.key]).added
    assert (service.run(run_id).name, service.run(run_id).project) == ("owl", "birds")


def test_a_run_whose_import_fails_half_way_leaves_nothing_and_the_others_come_in(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = MetricStore.replace_curves

    def full_for_the_fox(store: MetricStore, run_id: str, curves: Mapping[str, Curve], **more: Any) -> None:
        if service.run(run_id).name == "fox":
            raise DatabaseUnavailable("The disk is full.")
        replace(store, run_id, curves, **more)

    monkeypatch.setattr(MetricStore, "replace_curves", full_for_the_fox)
    done = run_import(service, table(tmp_path, SWEEP))
    assert [service.run(run_id).name for run_id in done.added] == ["owl"]
    assert done.trouble == ("'fox' was not imported. The disk is full.",)
    assert [run.name for run in service.runs()] == ["owl"]
    assert service.runs(trashed=True) == []


def test_a_zip_of_a_folder_is_read_without_unpacking_it(service: Service, tensorboard_logs: Path) -> None:
    packed = tensorboard_logs.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in tensorboard_logs.rglob("*"):
            archive.write(file, file.relative_to(tensorboard_logs.parent))  # as a folder is packed by a file manager
    from_zip = preview(service, packed)
    packed.unlink()
    assert from_zip.runs == preview(service, tensorboard_logs).runs


def test_a_zip_with_names_that_point_out_of_it_is_refused(service: Service, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../events.out.tfevents.1", b"x")
    with pytest.raises(DataError, match="points out of the archive"):
        run_import(service, tmp_path / "evil.zip")


def test_a_link_out_of_the_folder_is_not_followed(service: Service, tmp_path: Path) -> None:
    secret, inside = tmp_path / "secret", tmp_path / "inside"
    secret.mkdir()
    inside.mkdir()
    table(secret, SWEEP, "salaries.csv")
    table(inside, "step,loss\n0,1\n")
    os.symlink(secret / "salaries.csv", inside / "more.csv")
    assert [run.name for run in preview(service, inside).runs] == ["log"]


def test_more_runs_than_fit_are_left_out_and_it_says_so(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runs, "MOST_RUNS", 1)
    found = preview(service, table(tmp_path, SWEEP))
    assert [run.name for run in found.runs] == ["fox"]
    assert "'owl' and what comes after it was left out. Import it in parts." in found.trouble[0]


def test_a_run_with_more_points_than_fit_is_named(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external_run, "MOST_POINTS", 2)
    (tmp_path / "a").mkdir()
    table(tmp_path / "a", "step,loss\n0,3\n1,2\n2,1\n", "long.csv")
    table(tmp_path / "a", "step,loss\n0,3\n", "short.csv")
    found = preview(service, tmp_path / "a")
    assert [run.name for run in found.runs] == ["short"]
    assert found.trouble[0].startswith("'long' has more than 2 points")


def test_a_path_that_is_not_there_is_named(service: Service, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        preview(service, tmp_path / "nowhere")


def test_two_copies_of_a_folder_are_two_runs(service: Service, tensorboard_logs: Path, tmp_path: Path) -> None:
    file = next((tensorboard_logs / "sgd").rglob("*tfevents*"))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / file.name).write_bytes(file.read_bytes())
    assert len(run_import(service, tmp_path).added) == 2
    assert len(run_import(service, tmp_path).same) == 2


def test_shares_that_were_logged_as_percent_are_said_to_be_read_so(service: Service, tmp_path: Path) -> None:
    path = table(tmp_path, "run,step,loss,val/acc,val_f1\nfox,0,3,12.5,0.2\nfox,1,2,93.2,0.9\n", "percent.csv")
    found = preview(service, path)
    assert [in_words(guess) for guess in found.runs[0].guesses if guess.about == "val/acc"] == [
        "val/acc: percent: 93.2 is 0.932, shown as 93.2 %, in the score, in filters and in columns; the curve stays as "
        "it was logged, since the name says a share, and the values of val/acc go up to 93.2. Otherwise: log shares of "
        "1, or a name that says no share, such as accuracy_points."
    ]
    (run_id,) = run_import(service, path).added
    assert any(event.message.startswith("val/acc: percent: 93.2 is 0.932") for event in service.events(run_id))


def test_a_look_shows_the_course_of_every_curve(service: Service, tmp_path: Path) -> None:
    found = preview(service, table(tmp_path, SWEEP + "owl,1,nan\nowl,2,1\n", "sweep.csv"))
    assert [vars(curve) for curve in found.curves] == [
        {"name": "loss", "runs": 2, "points": 5, "last": 2.0, "course": (3.0, 2.0)}
    ]
