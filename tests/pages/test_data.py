"""The Data page: what is there, what the doctor found, every example, every version, and the way back."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.imports import ImportOptions, ImportProgress, VersionInfo
from core.intake.draft import Silent
from core.intake.importing import run_import
from core.runs import Run
from core.service import Service
from core.shelf import Shelf
from core.store.run_store import RunStore
from pages.components.data_charts import class_finding, histogram_finding
from pages.components.import_progress import in_words
from tests.pages.conftest import Open, healthy, words

NASTY = "<img src=x onerror=alert(1)> **not bold** $x$"
Bring = Callable[..., VersionInfo]


def texts() -> list[tuple[str, str]]:
    """Return 80 texts in two classes: one stands there twice, one is nasty, one says its writer's address."""
    things = ("parcel", "screen", "charger", "invoice", "support", "update", "manual", "cable")
    places = ("Oslo", "Lima", "Kyoto", "Accra", "Quito")
    rows = [(f"The {t} for {p} arrived early and works", "good") for t in things for p in places]
    rows += [(f"Nobody in {p} answers me about my broken {t}", "bad") for t in things for p in places]
    rows[3] = (NASTY, "good")
    rows[7] = ("Write to ada.lovelace@example.org about the parcel", "good")
    rows[50] = rows[49]
    return rows


@pytest.fixture
def bring(service: Service, tmp_path: Path) -> Bring:
    """Import a small CSV in the foreground."""

    def bring(name: str = "reviews", rows: list[tuple[str, str]] | None = None, **options: Any) -> VersionInfo:
        file = tmp_path / f"{name}.csv"
        lines = [f'"{text}",{label}' for text, label in rows or texts()]
        file.write_text("\n".join(["text,label", *lines]) + "\n")
        wanted = ImportOptions(name=name, task="text-classification", **options)
        return run_import(service.shelf.library, file, wanted, Silent(), tmp_path / "draft")

    return bring


def titles(at: AppTest) -> list[str]:
    return [link.proto.label for link in at.get("page_link") if link.proto.label.startswith("**")]


def shown_texts(at: AppTest) -> list[str]:
    return [str(text.value) for text in at.text]


# --- the list ---


def test_the_list_holds_what_is_built_in_and_what_was_brought(open_page: Open, bring: Bring) -> None:
    bring(title="My reviews")
    at = open_page("data")
    assert titles(at)[0] == "**My reviews**"
    assert "**Handwritten digits**" in titles(at)
    assert "80 texts" in words(at)


def test_filters_narrow_the_list_and_go_into_the_url(open_page: Open, bring: Bring) -> None:
    bring(title="My reviews")
    assert titles(open_page("data", of_task="image-classification")) == ["**Handwritten digits**"]
    at = open_page("data")
    at.text_input(key="find").set_value("MY rev").run()
    assert titles(healthy(at)) == ["**My reviews**"]
    at.text_input(key="find").set_value("nowhere").run()
    assert "No data set fits" in words(healthy(at))
    at = open_page("data")
    at.selectbox(key="of_task").set_value("text-generation").run()
    assert at.query_params["of_task"] == "text-generation"


def test_a_data_set_moves_to_the_trash_and_back_by_undo(open_page: Open, service: Service, bring: Bring) -> None:
    bring(title="Mistake")
    at = open_page("data", set="reviews")
    at.button(key="trash-set").click().run()
    assert service.shelf.entry("reviews").deleted_at is not None
    assert "Mistake is in the trash" in words(healthy(at))
    assert "**Mistake**" not in titles(at)
    at.button(key="undo-data").click().run()
    assert titles(healthy(at))[0] == "**Mistake**"


def test_the_trash_lists_what_is_in_it(open_page: Open, service: Service, bring: Bring) -> None:
    assert "The trash is empty" in words(open_page("data", shelf="trash"))
    bring(title="Old")
    service.shelf.delete("reviews")
    at = open_page("data", shelf="trash")
    assert titles(at) == ["**Old**"]
    assert at.button(key="empty-trash")
    at.button(key="restore-reviews").click().run()
    assert service.shelf.entry("reviews").deleted_at is None


def test_a_data_set_that_runs_used_asks_before_it_goes(
    open_page: Open, service: Service, bring: Bring, new_run: Callable[..., Run]
) -> None:
    bring()
    run = new_run("text-classification", name="used it")
    config = service.make_config("text-classification", "reviews", "bag-of-embeddings")
    RunStore(service.database).create(config, "on mine", "a-key")
    assert run.config.dataset != "reviews"
    at = open_page("data", set="reviews")
    assert "on mine" in [link.proto.label for link in at.get("page_link")]
    at.button(key="trash-set").click().run()
    assert service.shelf.entry("reviews").deleted_at is None  # the dialog asks first
    assert "1 run used it" in words(healthy(at))


# --- imports under way ---


def progress(state: str, **values: Any) -> ImportProgress:
    known = {"id": "abc", "title": "reviews.csv", "stage": "Reading", "done": 0, "total": 0, "unit": "bytes"}
    known |= {"started_at": datetime.now(UTC), "time_left_s": None}
    return ImportProgress(state=state, **{**known, **values})  # type: ignore[arg-type]


def test_a_running_import_says_how_far_it_is_and_can_be_cancelled(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = progress("working", done=2_000_000, total=8_000_000, time_left_s=75.0)
    cancelled: list[str] = []
    monkeypatch.setattr(Shelf, "imports", lambda self: [running] if not cancelled else [])
    monkeypatch.setattr(Shelf, "cancel_import", lambda self, found: cancelled.append(found))
    at = open_page("data")
    assert at.get("progress")[0].proto.value == 25
    assert in_words(running) == ["Reading", "2.0 MB of 8.0 MB", "about 1 min 15 s left"]
    at.button(key="cancel-abc").click().run()
    assert cancelled == ["abc"]
    assert not healthy(at).get("progress")


def test_how_far_an_import_is_never_pretends_to_know_the_end() -> None:
    assert in_words(progress("working", done=12_000, unit="rows")) == ["Reading", "12,000 rows so far"]


def test_a_failed_import_says_why_and_can_be_dismissed(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    there = [progress("failed", message="broken.zip ends in the middle. Download it again.")]
    monkeypatch.setattr(Shelf, "imports", lambda self: list(there))
    monkeypatch.setattr(Shelf, "forget_import", lambda self, found: there.clear())
    at = open_page("data")
    assert "broken\\.zip ends in the middle\\. Download it again\\." in words(at)
    at.button(key="dismiss-abc").click().run()
    assert "broken" not in words(healthy(at))


# --- one data set ---


@pytest.mark.parametrize("name", ["nothere", "<b>", "../../etc"])
def test_an_unknown_data_set_is_explained(open_page: Open, name: str) -> None:
    at = open_page("data", set=name)
    assert "No such data set" in words(at)
    assert not at.error


def test_a_built_in_data_set_has_a_page(open_page: Open) -> None:
    at = open_page("data", set="digits")
    assert at.title[0].value == "Handwritten digits"
    assert len(at.get("plotly_chart")) == 2
    assert "No run has used it yet" in words(at)


def test_the_report_says_what_was_found_and_offers_to_fix_it(open_page: Open, service: Service, bring: Bring) -> None:
    info = bring()
    found = {finding.code: finding for finding in service.shelf.findings("reviews")}
    assert found["exact-duplicates"].count == 1
    at = open_page("data", set="reviews")
    shown = words(at).replace("\\", "")
    for finding in found.values():
        assert finding.message in shown
        assert finding.why in shown
    assert at.button(key="fix-exact-duplicates").label.replace("\\", "") == found["exact-duplicates"].fix
    assert info.fingerprint == service.shelf.head("reviews")


def test_a_data_set_without_findings_says_what_was_looked_for(
    open_page: Open, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring()
    monkeypatch.setattr(Shelf, "findings", lambda *_: [])
    shown = words(open_page("data", set="reviews"))
    assert "Nothing found" in shown
    assert "Looked for" in shown


def test_a_fix_is_started_once_and_watched(
    open_page: Open, bring: Bring, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = bring()
    started: list[tuple[str, str, str]] = []

    def start(_: Shelf, name: str, code: str, fingerprint: str) -> str:
        started.append((name, code, fingerprint))
        return "abc"

    monkeypatch.setattr(Shelf, "start_fix", start)
    monkeypatch.setattr(Shelf, "import_progress", lambda *_: progress("working", title="Removing"))
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
    second = service.shelf.relabel("reviews", {0: "bad"})
    done = progress("done", dataset="reviews", fingerprint=second.fingerprint)
    monkeypatch.setattr(Shelf, "import_progress", lambda *_: done)
    monkeypatch.setattr(Shelf, "forget_import", lambda *_: None)
    at = open_page("data", set="reviews", work="abc")
    assert "work" not in at.query_params
    assert "The version before is still there" in words(at)
    at.button(key="undo-data").click().run()
    assert service.shelf.head("reviews") == first.fingerprint
    assert "Version 1 of 2" in words(healthy(at))


def test_an_older_version_can_be_looked_at_and_used(open_page: Open, service: Service, bring: Bring) -> None:
    first = bring()
    service.shelf.relabel("reviews", {0: "bad"})
    at = open_page("data", set="reviews", version=first.fingerprint)
    assert "You look at a version that is not in use" in words(at)
    assert at.button(key="fix-exact-duplicates").disabled
    at.button(key="use-shown").click().run()
    assert service.shelf.head("reviews") == first.fingerprint
    assert "version" not in healthy(at).query_params


def test_the_versions_tell_what_made_them(open_page: Open, service: Service, bring: Bring) -> None:
    first = bring()
    second = service.shelf.relabel("reviews", {0: "bad"})
    at = open_page("data", set="reviews", part="versions")
    shown = words(at).replace("\\", "")
    assert f"1. {first.change}" in shown
    assert f"2. {second.change}" in shown
    assert "from version 1" in shown
    at.button(key="use-1").click().run()
    assert service.shelf.head("reviews") == first.fingerprint


@pytest.mark.parametrize("part", ["report", "browse", "shape", "versions"])
def test_every_part_of_a_table_of_numbers_draws(open_page: Open, service: Service, tmp_path: Path, part: str) -> None:
    file = tmp_path / "prices.csv"
    rows = [f"{20 + i % 37},{i * 7 % 11},{'oak' if i % 3 else 'pine'},{100 + 7 * i}" for i in range(1, 90)]
    file.write_text("\n".join(["age,height,wood,price", *rows]))
    options = ImportOptions(name="prices", task="tabular-regression", target_column="price")
    run_import(service.shelf.library, file, options, Silent(), tmp_path / "draft")
    at = open_page("data", set="prices", part=part)
    assert at.title[0].value == "Prices"
    if part == "browse":
        assert "To predict" in at.dataframe[0].value.columns


# --- examples ---


def test_examples_are_shown_as_written(open_page: Open, bring: Bring) -> None:
    bring(clean_text=False)
    at = open_page("data", set="reviews", part="browse", find="onerror")
    assert shown_texts(at) == [NASTY]  # plain text, never HTML or Markdown


def test_examples_by_class_part_and_words(open_page: Open, service: Service, bring: Bring) -> None:
    bring()
    at = open_page("data", set="reviews", part="browse")
    assert "All 80 texts" in words(at)
    assert len(shown_texts(at)) == 24
    at.selectbox(key="label").set_value("bad").run()
    assert at.query_params["label"] == "bad"
    assert "40 of 80 texts" in words(healthy(at))
    at.text_input(key="find").set_value("kyoto cable").run()
    assert shown_texts(healthy(at)) == ["Nobody in Kyoto answers me about my broken cable"]
    tests = service.shelf.version("reviews").split_sizes["test"]
    assert f"{tests} of 80 texts" in words(open_page("data", set="reviews", part="browse", split="test"))
    assert "No text fits" in words(open_page("data", set="reviews", part="browse", find="nowhere"))


def test_the_rows_of_a_finding_can_be_looked_at(open_page: Open, service: Service, bring: Bring) -> None:
    bring()
    finding = next(f for f in service.shelf.findings("reviews") if f.code == "personal-data")
    at = open_page("data", set="reviews", part="browse", finding="personal-data")
    assert len(shown_texts(at)) == len(finding.rows)
    at.button(key="show-all").click().run()
    assert "All 80 texts" in words(healthy(at))


def test_a_later_page_has_an_address(open_page: Open, bring: Bring) -> None:
    bring()
    assert len(shown_texts(open_page("data", set="reviews", part="browse", at="4"))) == 80 - 3 * 24


def test_wrong_labels_are_collected_and_saved_as_one_version(open_page: Open, service: Service, bring: Bring) -> None:
    first = bring()
    at = open_page("data", set="reviews", part="browse")
    at.toggle(key="correcting").set_value(True).run()
    key = f"right-{first.fingerprint[:12]}"
    at.selectbox(key=f"{key}-0").set_value("bad").run()
    at.selectbox(key=f"{key}-1").set_value("bad").run()
    assert "2 labels changed" in words(healthy(at))
    assert service.shelf.head("reviews") == first.fingerprint
    at.button(key="save-labels").click().run()
    second = service.shelf.version("reviews")
    assert second.parent == first.fingerprint
    assert second.class_counts == {"bad": 42, "good": 38}
    at.button(key="undo-data").click().run()
    assert service.shelf.head("reviews") == first.fingerprint


def test_the_shape_is_drawn_with_what_it_says(open_page: Open, bring: Bring) -> None:
    bring()
    at = open_page("data", set="reviews", part="shape")
    charts = at.get("plotly_chart")
    assert len(charts) == 3
    assert "Both classes are about equally frequent" in words(at)
    assert "characters" in charts[2].proto.spec


def test_what_a_chart_says() -> None:
    assert class_finding({"a": 90, "b": 10}) == "a is 90 % of all, 9.0 times as frequent as b"
    assert class_finding({"a": 10, "b": 12}) == "Both classes are about equally frequent: 10 to 12 examples each"
    assert class_finding({"a": 10}) == "There is only one class: a"
    said = histogram_finding("Length", "characters", (0.0, 100.0, 200.0, 300.0), (10, 10, 0))
    assert said == "Length: half are below about 100 characters, the largest is near 200"


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
