"""One data set on the Data page: what the doctor found, the fix and its undo, the versions, and on to a run."""

from pathlib import Path

import pytest

from core.data.imports.run_import import run_import, run_relabel
from core.services.dataset_service import DatasetService
from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions
from tests.data.silent import Silent
from tests.pages.conftest import Open, figures, healthy, words
from tests.pages.test_data import Bring, bring, progress

__all__ = ["bring"]  # a fixture


@pytest.mark.parametrize("name", ["nothere", "<b>", "../../etc"])
def test_an_unknown_data_set_is_explained(open_page: Open, name: str) -> None:
    at = open_page("data", set=name)
    assert "No such data set" in words(at)
    assert not at.error


def test_a_built_in_data_set_has_a_page(open_page: Open) -> None:
    at = open_page("data", set="digits")
    assert at.title[0].value == "Handwritten digits"
    assert len(figures(at)) == 2
    assert "No run has used it yet" in words(at)


def test_the_report_says_what_was_found_and_offers_to_fix_it(open_page: Open, service: Service, bring: Bring) -> None:
    info = bring()
    found = {finding.code: finding for finding in service.dataset_service.findings("reviews")}
    assert found["exact-duplicates"].count == 1
    at = open_page("data", set="reviews")
    shown = words(at).replace("\\", "")
    for finding in found.values():
        assert finding.message in shown
        assert finding.why in shown
    assert at.button(key="fix-exact-duplicates").label.replace("\\", "") == found["exact-duplicates"].fix
    assert info.fingerprint == service.dataset_service.head("reviews")


def test_a_data_set_without_findings_says_what_was_looked_for(
    open_page: Open, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring()
    monkeypatch.setattr(DatasetService, "findings", lambda *_: [])
    shown = words(open_page("data", set="reviews"))
    assert "Nothing found" in shown
    assert "Looked for" in shown


def test_a_fix_is_started_once_and_watched(
    open_page: Open, bring: Bring, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = bring()
    started: list[tuple[str, str, str]] = []

    def start(_: DatasetService, name: str, code: str, fingerprint: str) -> str:
        started.append((name, code, fingerprint))
        return "abc"

    monkeypatch.setattr(DatasetService, "start_fix", start)
    monkeypatch.setattr(DatasetService, "import_progress", lambda *_: progress("working", title="Removing"))
    at = open_page("data", set="reviews")
    at.button(key="fix-exact-duplicates").click().run()
    assert started == [("reviews", "exact-duplicates", info.fingerprint)]
    assert at.query_params["work"] == "abc"
    assert healthy(at).button(key="fix-exact-duplicates").disabled
    assert at.button(key="cancel-abc")


def test_a_finished_fix_is_the_version_in_use_until_it_is_undone(
    open_page: Open, service: Service, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bring()
    second = run_relabel(service.dataset_service.store, "reviews", {0: "bad"}, "", Silent())
    done = progress("done", dataset="reviews", fingerprint=second.fingerprint)
    monkeypatch.setattr(DatasetService, "import_progress", lambda *_: done)
    monkeypatch.setattr(DatasetService, "forget_import", lambda *_: None)
    at = open_page("data", set="reviews", work="abc")
    assert "work" not in at.query_params
    assert "The version before is still there" in words(at)
    at.button(key="undo-data").click().run()
    assert service.dataset_service.head("reviews") == first.fingerprint
    assert "Version 1 of 2" in words(healthy(at))


def test_an_older_version_can_be_looked_at_and_used(open_page: Open, service: Service, bring: Bring) -> None:
    first = bring()
    run_relabel(service.dataset_service.store, "reviews", {0: "bad"}, "", Silent())
    at = open_page("data", set="reviews", version=first.fingerprint)
    assert "This version is not in use" in words(at)
    assert at.button(key="fix-exact-duplicates").disabled
    at.button(key="use-shown").click().run()
    assert service.dataset_service.head("reviews") == first.fingerprint
    assert "version" not in healthy(at).query_params


def test_the_versions_tell_what_made_them(open_page: Open, service: Service, bring: Bring) -> None:
    first = bring()
    second = run_relabel(service.dataset_service.store, "reviews", {0: "bad"}, "", Silent())
    at = open_page("data", set="reviews", part="versions")
    shown = words(at).replace("\\", "")
    assert f"1. {first.change}" in shown
    assert f"2. {second.change}" in shown
    assert "from version 1" in shown
    at.button(key="use-1").click().run()
    assert service.dataset_service.head("reviews") == first.fingerprint


@pytest.mark.parametrize("part", ["report", "browse", "shape", "versions"])
def test_every_part_of_a_table_of_numbers_draws(open_page: Open, service: Service, tmp_path: Path, part: str) -> None:
    file = tmp_path / "prices.csv"
    rows = [f"{20 + i % 37},{i * 7 % 11},{'oak' if i % 3 else 'pine'},{100 + 7 * i}" for i in range(1, 90)]
    file.write_text("\n".join(["age,height,wood,price", *rows]))
    options = ImportOptions(name="prices", task="tabular-regression", target_column="price")
    run_import(service.dataset_service.store, file, options, Silent(), tmp_path / "draft")
    at = open_page("data", set="prices", part=part)
    assert at.title[0].value == "Prices"
    if part == "browse":
        assert list(at.dataframe[0].value.columns) == ["Row", "price (to predict)", "age", "height", "wood", "Split"]


# --- on to a run ---


def test_train_on_this_leads_to_train_with_task_and_data_chosen(open_page: Open, bring: Bring) -> None:
    bring()
    at = open_page("train", task="text-classification", data="reviews")
    assert at.selectbox(key="data").value == "reviews"
    at.button(key="start").click().run()
    healthy(at)


def test_a_run_on_it_points_at_the_version(open_page: Open, service: Service, bring: Bring) -> None:
    info = bring()
    at = open_page("train", task="text-classification", data="reviews")
    at.button(key="start").click().run()
    (run,) = service.runs_using("reviews")
    assert run.config.dataset_version == info.fingerprint
    links = [link.proto.label for link in open_page("data", set="reviews").get("page_link")]
    assert any(run.name in label.replace("\\", "") for label in links)
