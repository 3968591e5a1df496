"""Doubted labels in a real browser: what is ticked is saved, and a link shows the doubts of the run it names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data.imports.run_import import run_import
from core.runs import Run
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs.dataset_types import ImportOptions, VersionInfo
from tests.browser.harness import dashboard
from tests.data.silent import Silent
from tests.label_issues import label_issues_about, run_with_label_issues

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
PATIENCE_MS = 180_000
OF_VALIDATION, OF_TEST = 8, 6


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doubted-labels")


@pytest.fixture(scope="module")
def service(home: Path) -> Service:
    return open_service(Settings(home=home))


@pytest.fixture(scope="module")
def info(service: Service, home: Path) -> VersionInfo:
    """200 texts, half of them 'bad'."""
    rows = [f"note number {i} of the day,{('bad', 'good')[i % 2]}" for i in range(200)]
    (home / "notes.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    options = ImportOptions(name="notes", title="My notes", task="text-classification")
    return run_import(service.dataset_service.store, home / "notes.csv", options, Silent(), home / "draft")


@pytest.fixture(scope="module")
def run(service: Service, info: VersionInfo) -> Run:
    """A run that doubts every 'bad' label of these."""
    doubted = [*bad(service, "validation")[:OF_VALIDATION], *bad(service, "test")[:OF_TEST]]
    splits = ["validation"] * OF_VALIDATION + ["test"] * OF_TEST
    found = [one for split, place in zip(splits, doubted, strict=True) for one in label_issues_about(split, [place])]
    return run_with_label_issues(
        service, info, [one for pair in zip(found[::2], found[1::2], strict=True) for one in pair]
    )


@pytest.fixture(scope="module")
def later(service: Service, info: VersionInfo, run: Run) -> Run:
    """Another run, the latest, that doubts a single label."""
    return run_with_label_issues(
        service, info, label_issues_about("validation", bad(service, "validation")[-1:]), "second try"
    )


def bad(service: Service, split: str) -> list[int]:
    """Return the places of the 'bad' examples within a split."""
    items = service.dataset_service.browse("notes", split=split, limit=200).items
    return [place for place, item in enumerate(items) if item.label == "bad"]


@pytest.fixture(scope="module")
def url(home: Path, later: Run) -> Iterator[str]:
    with dashboard(home) as address:
        yield address


@pytest.fixture
def doubted(page: Page, url: str, service: Service, info: VersionInfo, run: Run) -> Page:
    """The page of what the first run doubts, in a session of its own, on the version that it was trained on."""
    service.dataset_service.use_version("notes", info.fingerprint)
    page.goto(f"{url}/data?set=notes&run={run.id}")
    expect(page.get_by_text("14 texts seem to have a wrong label, says 'first try'")).to_be_visible(timeout=PATIENCE_MS)
    return page


def ready(page: Page) -> None:
    """Wait until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_MS)


def boxes(page: Page) -> Locator:
    return page.locator(".st-key-doubted-labels").get_by_role("checkbox")


def click(page: Page, box: int) -> None:
    page.locator(".st-key-doubted-labels").get_by_text("Change to good").nth(box).click()


def turn(page: Page, to: str) -> None:
    """Turn the page, and wait until other examples are on the screen: a click before that is one on the old page."""
    first = page.locator(".st-key-doubted-labels [class*='st-key-doubted-']").first
    before = first.text_content() or ""
    page.get_by_role("button", name=f"{to} page").click()
    expect(first).not_to_have_text(before, timeout=PATIENCE_MS)
    ready(page)


def said(page: Page, text: str) -> None:
    expect(page.locator(".st-key-correction-bar")).to_contain_text(text, timeout=PATIENCE_MS)


def ticked(page: Page) -> list[bool]:
    return [box.is_checked() for box in boxes(page).all()]


def saved_labels(page: Page, service: Service) -> int:
    """Save; return how many labels the new version has changed."""
    before = service.dataset_service.version("notes").class_counts["good"]
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text(re.compile(r"Version \d+ of \d+: Corrected"))).to_be_visible(timeout=PATIENCE_MS)
    return service.dataset_service.version("notes").class_counts["good"] - before


def choose_all(page: Page) -> None:
    page.get_by_role("button", name=f"Choose all {OF_VALIDATION} of the validation split").click()
    said(page, f"{OF_VALIDATION} labels changed")
    ready(page)


def test_choosing_all_ticks_the_boxes_on_the_screen_and_saves_every_one(doubted: Page, service: Service) -> None:
    choose_all(doubted)
    expect(boxes(doubted).first).to_be_checked(timeout=PATIENCE_MS)
    assert ticked(doubted) == [True] * 6
    turn(doubted, "Next")  # two of the validation split, four of the test split, which nobody has looked at
    expect(boxes(doubted).nth(5)).not_to_be_checked(timeout=PATIENCE_MS)
    assert ticked(doubted) == [True, True, False, False, False, False]
    turn(doubted, "Previous")
    said(doubted, f"{OF_VALIDATION} labels changed")
    assert saved_labels(doubted, service) == OF_VALIDATION
    splits = {item.split for item in service.dataset_service.browse("notes", limit=200, label="bad").items}
    assert "test" in splits


def test_one_of_all_is_taken_back_after_a_change_of_page(doubted: Page, service: Service) -> None:
    click(doubted, 0)  # one by hand before
    said(doubted, "1 label changed")
    choose_all(doubted)
    turn(doubted, "Next")
    click(doubted, 1)
    said(doubted, "7 labels changed")
    click(doubted, 2)  # of the test split: looked at
    said(doubted, "8 labels changed")
    turn(doubted, "Previous")
    click(doubted, 3)
    said(doubted, "7 labels changed")
    expect(boxes(doubted).nth(3)).not_to_be_checked(timeout=PATIENCE_MS)
    assert ticked(doubted) == [True, True, True, False, True, True]
    assert saved_labels(doubted, service) == 7
    assert service.dataset_service.version("notes").change == "Corrected 7 labels, 1 in the test split"


def test_discarding_empties_every_box_and_all_can_be_chosen_again(doubted: Page, service: Service) -> None:
    choose_all(doubted)
    doubted.get_by_role("button", name="Discard").click()
    expect(boxes(doubted).first).not_to_be_checked(timeout=PATIENCE_MS)
    ready(doubted)
    assert ticked(doubted) == [False] * 6
    expect(doubted.locator(".st-key-correction-bar")).to_have_count(0)
    choose_all(doubted)
    assert saved_labels(doubted, service) == OF_VALIDATION


def test_a_label_chosen_while_browsing_goes_back_when_it_is_discarded(doubted: Page, url: str) -> None:
    doubted.goto(f"{url}/data?set=notes&part=browse&label=bad")
    doubted.get_by_text("Correct wrong labels").click()
    ready(doubted)
    field = doubted.get_by_role("combobox", name="Right label of example").first
    expect(field).to_have_value("bad", timeout=PATIENCE_MS)
    field.click()
    doubted.get_by_role("option", name="good").click()
    said(doubted, "1 label changed")
    doubted.get_by_role("button", name="Discard").click()
    expect(field).to_have_value("bad", timeout=PATIENCE_MS)
    expect(doubted.locator(".st-key-correction-bar")).to_have_count(0)


def test_a_link_shows_what_its_run_doubts_also_after_a_reload(page: Page, url: str, run: Run, later: Run) -> None:
    page.goto(f"{url}/data?set=notes&run={run.id}")
    first = page.get_by_text("14 texts seem to have a wrong label, says 'first try'")
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    page.reload()
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(f"run={run.id}"))
    page.goto(f"{url}/data?set=notes&run={later.id}")
    expect(page.get_by_text("1 text seems to have a wrong label, says 'second try'")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{url}/data?set=notes&run=nothere")
    expect(page.get_by_text("There is no run 'nothere'")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Show what the latest run doubts").click()
    expect(page.get_by_text("1 text seems to have a wrong label, says 'second try'")).to_be_visible(timeout=PATIENCE_MS)
