"""The Data page in a real browser: from what the doctor found over the fix and its undo to a corrected label."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data.imports.run_import import run_import
from core.services.dataset_service import DatasetService
from core.settings import Settings
from core.specs.dataset_types import ImportOptions
from tests.browser.harness import dashboard
from tests.data.silent import Silent

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
PATIENCE_MS = 180_000
THINGS = ("parcel", "screen", "charger", "invoice", "support", "update", "manual", "cable")
PLACES = ("Oslo", "Lima", "Kyoto", "Accra", "Quito")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of this file's own, with a data set in it twice: 80 texts, two of them said twice."""
    home = tmp_path_factory.mktemp("data-page")
    settings = Settings(home=home)
    settings.prepare()
    rows = [f'"The {thing} for {place} came early and works",good' for thing in THINGS for place in PLACES]
    rows += [f'"Nobody in {place} answers about my {thing}",bad' for thing in THINGS for place in PLACES]
    rows += [rows[0], rows[60]]
    file = home / "reviews.csv"
    file.write_text("\n".join(["text,label", *rows]) + "\n")
    for name in ("reviews", "repeats"):  # the second is for the test that counts its versions
        options = ImportOptions(name=name, title=f"My {name}", task="text-classification")
        run_import(DatasetService(settings).store, file, options, Silent(), home / f"draft of {name}")
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with dashboard(home) as address:
        yield address


@pytest.fixture
def dataset_service(home: Path) -> DatasetService:
    return DatasetService(Settings(home=home))


def ready(page: Page) -> None:
    """Wait until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_MS)


def finding(page: Page, code: str) -> Locator:
    return page.locator(f".st-key-finding-{code}")


def open_part(page: Page, part: str) -> None:
    page.locator(".st-key-part").get_by_text(part).click()
    page.wait_for_url(re.compile("part=") if part != "Report" else re.compile(r"set=\w+$"), timeout=PATIENCE_MS)
    ready(page)


def choose(page: Page, field: str, option: str) -> None:
    page.get_by_role("combobox", name=field).click()
    page.get_by_role("option", name=option).click()
    ready(page)


def test_findings_are_read_fixed_with_one_click_and_undone(
    page: Page, url: str, dataset_service: DatasetService
) -> None:
    first = dataset_service.head("repeats")
    page.goto(f"{url}/data")
    page.get_by_role("link", name="My repeats").click()
    page.wait_for_url("**/data?set=repeats", timeout=PATIENCE_MS)
    repeated = finding(page, "exact-duplicates")
    expect(repeated).to_contain_text("2 of the 82 texts repeat an earlier one", timeout=PATIENCE_MS)
    expect(repeated).to_contain_text("Repeated examples weigh more than others")
    expect(repeated).to_contain_text("The parcel for Oslo came early and works")

    repeated.get_by_role("button", name="Remove the repeated rows").click()
    page.wait_for_url("**work=**", timeout=PATIENCE_MS)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Version 2 of 2: Remove the repeated rows")).to_be_visible(timeout=PATIENCE_MS)
    expect(repeated).to_have_count(0)
    assert dataset_service.version("repeats").examples == 80

    page.locator(".st-key-undo").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Version 1 of 2")).to_be_visible(timeout=PATIENCE_MS)
    expect(repeated).to_be_visible()
    assert dataset_service.head("repeats") == first

    open_part(page, "Versions")
    page.locator(".st-key-version-2").get_by_role("button", name="Use this version").click()
    expect(page.locator(".st-key-version-2").get_by_text("In use")).to_be_visible(timeout=PATIENCE_MS)
    assert dataset_service.version("repeats").examples == 80


def test_examples_are_browsed_and_a_wrong_label_becomes_a_new_version(
    page: Page, url: str, dataset_service: DatasetService
) -> None:
    before = len(dataset_service.versions("reviews"))
    page.goto(f"{url}/data?set=reviews")
    ready(page)
    open_part(page, "Browse")
    choose(page, "Class", "bad")
    expect(page.get_by_text(re.compile(r"^4\d of 8\d texts"))).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_label("Search").fill("kyoto cable")
    only = page.get_by_text("Nobody in Kyoto answers about my cable")
    expect(page.get_by_text(re.compile(r"^1 of 8\d texts"))).to_be_visible(timeout=PATIENCE_MS)
    expect(only).to_be_visible()
    expect(page).to_have_url(re.compile("find=kyoto"))

    page.reload()  # the address holds what was asked for
    expect(page.get_by_text(re.compile(r"^1 of 8\d texts"))).to_be_visible(timeout=PATIENCE_MS)
    expect(only).to_be_visible()

    page.get_by_text("Correct wrong labels").click()
    choose(page, "Right label of example", "good")
    expect(page.get_by_text("1 label changed")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Save as a new version").click()
    number = f"Version {before + 1} of {before + 1}: Corrected 1 label"
    expect(page.get_by_text(number)).to_be_visible(timeout=PATIENCE_MS)
    assert dataset_service.browse("reviews", search="nobody kyoto cable", label="good").total == 1


def test_how_examples_are_spread_is_drawn(page: Page, url: str) -> None:
    page.goto(f"{url}/data?set=reviews&part=shape")
    expect(page.locator(".ts-figure .plot-container")).to_have_count(3, timeout=PATIENCE_MS)
    expect(page.get_by_text("equally frequent")).to_be_visible()
    expect(page.get_by_text(re.compile("Length of the texts: half have"))).to_be_visible()


def test_training_begins_with_the_data_set_chosen(page: Page, url: str) -> None:
    page.goto(f"{url}/data?set=reviews")
    page.get_by_role("button", name="Train on this").click()
    page.wait_for_url("**/train?task=text-classification&data=reviews", timeout=PATIENCE_MS)
    expect(page.locator(".st-key-summary")).to_contain_text("My reviews", timeout=PATIENCE_MS)


def test_a_data_set_goes_to_the_trash_and_comes_back(page: Page, url: str, dataset_service: DatasetService) -> None:
    page.goto(f"{url}/data?set=reviews")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_text("My reviews is in the trash")).to_be_visible(timeout=PATIENCE_MS)
    assert dataset_service.entry("reviews").deleted_at is not None
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="My reviews")).to_be_visible(timeout=PATIENCE_MS)
    assert dataset_service.entry("reviews").deleted_at is None


def test_every_part_fits_a_phone(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for part in ("report", "browse", "shape", "versions"):
        page.goto(f"{url}/data?set=reviews&part={part}")
        expect(page.get_by_role("heading", name="My reviews")).to_be_visible(timeout=PATIENCE_MS)
        ready(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, part
