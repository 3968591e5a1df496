"""From the labels that a run doubts to the place where they are put right, and to the same run on the new version."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from core.data.imports.run_import import run_import, run_relabel
from core.runs import Run
from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions, VersionInfo
from tests.data.silent import Silent
from tests.label_issues import NOT_CLEARLY, label_issues_about, run_with_label_issues
from tests.pages.conftest import Open, healthy, words


@pytest.fixture
def imported(service: Service, tmp_path: Path) -> VersionInfo:
    """Texts of two classes."""
    file = tmp_path / "notes.csv"
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = [(f"note number {i} is {('bad', 'good')[i % 2]}", ("bad", "good")[i % 2]) for i in range(80)]
        csv.writer(lines).writerows([("text", "label"), *rows])
    return run_import(service.dataset_service.store, file, ImportOptions(name="notes"), Silent(), tmp_path / "draft")


@pytest.fixture
def doubting(service: Service, imported: VersionInfo) -> Run:
    """A finished run that doubts the first label of the test split."""
    return run_with_label_issues(service, imported, label_issues_about("test", [0]))


def test_a_doubted_label_leads_to_where_it_is_put_right(open_page: Open, doubting: Run) -> None:
    at = open_page("run", run=doubting.id, tab="mistakes")
    assert "1 label looks wrong to it" in words(at)
    (link,) = [p.proto for p in at.get("page_link") if p.proto.label.startswith("Look at it in")]
    assert (link.page, link.query_string) == ("data", f"set=notes&run={doubting.id}")
    assert "Expected precision: 75 %." in words(at)
    assert "train-repaired" not in {b.key for b in at.button}  # nothing was put right yet


def test_the_same_run_starts_once_on_the_corrected_version(
    open_page: Open, service: Service, imported: VersionInfo, doubting: Run, tmp_path: Path
) -> None:
    position = service.dataset_service.browse("notes", split="test", limit=1).items[0].position
    corrected = run_relabel(service.dataset_service.store, "notes", {position: "good"}, imported.fingerprint, Silent())
    at = open_page("run", run=doubting.id, tab="mistakes")
    assert "Version 2 of the data is in use by now: Corrected 1 label of the test split" in words(at)
    assert "flatters it" in words(at)
    assert "looks wrong to it" not in words(at)  # it has another label now
    at.button(key="train-repaired").click().run()
    healthy(at)
    (new,) = [run for run in service.runs() if run.id != doubting.id]
    assert new.config.dataset_version == corrected.fingerprint
    assert (new.config.params, new.config.epochs, new.parent_id) == (doubting.config.params, 3, doubting.id)


def test_built_in_data_and_data_in_the_trash_offer_no_repair(
    open_page: Open, service: Service, doubting: Run, finished: Callable[..., Run]
) -> None:
    assert "wrong to it" not in words(open_page("run", run=finished("text-classification").id, tab="mistakes"))
    service.dataset_service.delete("notes")
    assert "wrong to it" not in words(open_page("run", run=doubting.id, tab="mistakes"))


def test_a_run_that_is_not_clearly_better_than_the_baseline_suggests_nothing(
    open_page: Open, service: Service, imported: VersionInfo
) -> None:
    weak = run_with_label_issues(service, imported, label_issues_about("test", [0]), "weak", difference=NOT_CLEARLY)
    at = open_page("run", run=weak.id, tab="mistakes")
    assert "It doubts 1 label, but no label is suggested" in words(at)
    assert "'weak' is not clearly better than TF-IDF + logistic regression" in words(at).replace("\\", "")
    assert not [p for p in at.get("page_link") if p.proto.label.startswith("Look at")]
