"""The Data page: what is there, what is coming in, what is in the trash."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.data.imports.run_import import run_import
from core.runs import Run
from core.services.dataset_service import DatasetService
from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions, ImportProgress, VersionInfo
from core.store.run_store import RunStore
from pages.components.import_data.import_progress import in_words
from tests.data.silent import Silent
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
        return run_import(service.dataset_service.store, file, wanted, Silent(), tmp_path / "draft")

    return bring


@pytest.mark.parametrize("name", ["reviews", "reviews-2"])
def test_of_two_data_sets_with_one_title_the_chosen_one_is_trained_on(
    bring: Bring, open_page: Open, service: Service, name: str
) -> None:
    bring("reviews", title="Reviews")
    bring("reviews-2", texts()[:-8], title="Reviews")
    at = open_page("train", task="text-classification", data=name, model="ngram-linear")
    at.button(key="start").click().run()
    assert service.runs()[0].config.dataset == name


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
    assert titles(open_page("data", of_task="image-classification")) == ["**Handwritten digits**", "**Product photos**"]
    at = open_page("data")
    at.text_input(key="search").set_value("MY rev").run()
    assert titles(healthy(at)) == ["**My reviews**"]
    at.text_input(key="search").set_value("nowhere").run()
    assert "No matching data sets" in words(healthy(at))
    at = open_page("data")
    at.selectbox(key="of_task").set_value("text-generation").run()
    assert at.query_params["of_task"] == "text-generation"


def test_a_data_set_moves_to_the_trash_and_back_by_undo(open_page: Open, service: Service, bring: Bring) -> None:
    bring(title="Mistake")
    at = open_page("data", set="reviews")
    at.button(key="trash-set").click().run()
    assert service.dataset_service.entry("reviews").deleted_at is not None
    assert "Mistake is in the trash" in words(healthy(at))
    assert "**Mistake**" not in titles(at)
    at.button(key="undo-data").click().run()
    assert titles(healthy(at))[0] == "**Mistake**"


def test_the_trash_lists_what_is_in_it(open_page: Open, service: Service, bring: Bring) -> None:
    assert "The trash is empty" in words(open_page("data", shelf="trash"))
    bring(title="Old")
    service.dataset_service.delete("reviews")
    at = open_page("data", shelf="trash")
    assert titles(at) == ["**Old**"]
    assert at.button(key="empty-trash")
    at.button(key="restore-reviews").click().run()
    assert service.dataset_service.entry("reviews").deleted_at is None


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
    assert service.dataset_service.entry("reviews").deleted_at is None  # the dialog asks first
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
    monkeypatch.setattr(DatasetService, "imports", lambda self: [running] if not cancelled else [])
    monkeypatch.setattr(DatasetService, "cancel_import", lambda self, found: cancelled.append(found))
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
    monkeypatch.setattr(DatasetService, "imports", lambda self: list(there))
    monkeypatch.setattr(DatasetService, "forget_import", lambda self, found: there.clear())
    at = open_page("data")
    assert "broken\\.zip ends in the middle\\. Download it again\\." in words(at)
    at.button(key="dismiss-abc").click().run()
    assert "broken" not in words(healthy(at))
