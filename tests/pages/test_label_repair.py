"""From the labels that a run doubts to the place where they are put right, and to the same run on the new version."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.imports import ImportOptions, VersionInfo
from core.intake.importing import run_import, run_relabel
from core.runs import Run, RunStatus
from core.service import Service
from core.store.run_store import RunStore
from tests.intake.silent import Silent
from tests.pages.conftest import Open, healthy, words

DOUBT = {"split": "test", "place": 0, "given": "bad", "suggested": "good", "confidence": 0.97}


@pytest.fixture
def brought(service: Service, tmp_path: Path) -> VersionInfo:
    """Texts of two classes."""
    file = tmp_path / "notes.csv"
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = [(f"note number {i} is {('bad', 'good')[i % 2]}", ("bad", "good")[i % 2]) for i in range(80)]
        csv.writer(lines).writerows([("text", "label"), *rows])
    return run_import(service.shelf.library, file, ImportOptions(name="notes"), Silent(), tmp_path / "draft")


@pytest.fixture
def doubting(service: Service, brought: VersionInfo, finished: Callable[..., Run]) -> Run:
    """A finished run that doubts the first label of the test split."""
    store = RunStore(service.database)
    config = service.make_config("text-classification", brought.name, "bag-of-embeddings", "quick", {"epochs": 3})
    run = store.create(config, "first try", "doubting")
    store.update(run.id, status=RunStatus.RUNNING)
    store.finish(run.id, RunStatus.SUCCEEDED)
    folder = service.folder(run.id)
    folder.mkdir(parents=True)
    report = {"labels": ["bad", "good"], "confusion": [[5, 1], [0, 6]], "difference": None}
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "mislabels.json").write_text(json.dumps({"fingerprint": brought.fingerprint, "found": [DOUBT]}))
    return service.run(run.id)


def test_a_doubted_label_leads_to_where_it_is_put_right(open_page: Open, doubting: Run) -> None:
    at = open_page("run", run=doubting.id)
    assert "1 label looks wrong to it" in words(at)
    (link,) = [p.proto for p in at.get("page_link") if p.proto.label.startswith("Look at it in")]
    assert (link.page, link.query_string) == ("data", "set=notes")
    assert "train-repaired" not in {b.key for b in at.button}  # nothing was put right yet


def test_the_same_run_starts_once_on_the_corrected_version(
    open_page: Open, service: Service, brought: VersionInfo, doubting: Run, tmp_path: Path
) -> None:
    position = service.shelf.browse("notes", split="test", limit=1).items[0].position
    corrected = run_relabel(service.shelf.library, "notes", {position: "good"}, brought.fingerprint, Silent())
    at = open_page("run", run=doubting.id)
    assert "Version 2 of the data is in use by now: Corrected 1 label" in words(at)
    assert "looks wrong to it" not in words(at)  # it has another label now
    at.button(key="train-repaired").click().run()
    healthy(at)
    (new,) = [run for run in service.runs() if run.id != doubting.id]
    assert new.config.dataset_version == corrected.fingerprint
    assert (new.config.params, new.config.epochs, new.parent_id) == (doubting.config.params, 3, doubting.id)


def test_built_in_data_and_data_in_the_trash_offer_no_repair(
    open_page: Open, service: Service, doubting: Run, finished: Callable[..., Run]
) -> None:
    assert "wrong to it" not in words(open_page("run", run=finished("text-classification").id))
    service.shelf.delete("notes")
    assert "wrong to it" not in words(open_page("run", run=doubting.id))
