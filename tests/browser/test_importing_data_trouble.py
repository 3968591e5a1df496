"""What goes wrong while data is brought, in a real browser: it is said, nothing is lost, nothing is left behind."""

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.import_steps import START_MS, arrived, choose, import_file, open_zone, press_import

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
NOTHING_FETCHED_MS = 240_000  # a network that swallows everything takes its time


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    file = tmp_path / "reviews.csv"
    rows = [f"thing {i} is {'fine' if i % 2 else 'broken'},{'good' if i % 2 else 'bad'}" for i in range(80)]
    file.write_text("\n".join(["text,label", *rows]))
    return file


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """So many texts that their import can be watched."""
    file, chance = tmp_path / "many-texts.csv", random.Random(0)
    words = [f"{chance.choice('bdfgklmnprst')}{chance.choice('aeiou')}{i}" for i in range(3_000)]
    rows = [f"{' '.join(chance.choices(words, k=40))},{chance.choice(('good', 'bad'))}" for _ in range(60_000)]
    file.write_text("\n".join(["text,label", *rows]))
    return file


def imported(home: Path) -> list[str]:
    """Return what lies among the data sets."""
    return sorted(folder.name for folder in (home / "datasets").iterdir() if not folder.name.startswith("."))


def test_a_bad_file_is_said_in_words_and_a_good_one_works_after_it(
    page: Page, url: str, tmp_path: Path, reviews: Path
) -> None:
    bad = tmp_path / "photos.zip"
    bad.write_bytes(b"PK\x03\x04 and then the download broke off")
    open_zone(page, url)
    choose(page, "Choose files", bad)
    problem = page.locator(".st-key-problem").get_by_role("alert")
    expect(problem).to_contain_text("photos.zip", timeout=START_MS)
    expect(problem).not_to_contain_text("Error")
    page.get_by_role("button", name="Choose something else").click()
    page.locator(".ts-uploader").wait_for(timeout=START_MS)
    choose(page, "Choose files", reviews)
    expect(page.locator(".st-key-summary")).to_contain_text("80 texts", timeout=START_MS)


def test_an_import_that_fails_can_be_tried_again_also_after_a_reload(page: Page, url: str, tmp_path: Path) -> None:
    file = tmp_path / "one-kind.csv"
    file.write_text("\n".join(["text,label", *(f"thing {i} is fine,good" for i in range(30))]))
    import_file(page, url, file)
    press_import(page)
    expect(page.get_by_text("was not imported")).to_be_visible(timeout=START_MS)
    page.reload()
    expect(page.get_by_text("was not imported")).to_be_visible(timeout=START_MS)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".st-key-source")).to_contain_text("one-kind.csv", timeout=START_MS)


def test_a_running_import_outlives_a_reload_and_leaves_nothing_when_cancelled(
    page: Page, url: str, served_home: Path, many: Path
) -> None:
    before = imported(served_home)
    import_file(page, url, many)
    press_import(page)
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible(timeout=START_MS)
    page.reload()
    expect(bar).to_be_visible(timeout=START_MS)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("was cancelled. Nothing of it stays.")).to_be_visible(timeout=START_MS)
    assert imported(served_home) == before
    assert list((served_home / "datasets" / ".jobs").glob("*/draft")) == []
    page.get_by_role("button", name="Try again").click()  # the upload is still there
    expect(page.locator(".st-key-summary")).to_contain_text("60,000 texts", timeout=START_MS)


def test_an_import_that_ends_while_nobody_looks_is_found_again(
    page: Page, url: str, served_home: Path, reviews: Path
) -> None:
    import_file(page, url, reviews)
    upload = page.url.partition("upload=")[2].partition("&")[0]
    assert (served_home / "datasets" / ".uploads" / upload / "reviews.csv").exists()
    press_import(page)
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    assert arrived(page) in imported(served_home)
    assert not (served_home / "datasets" / ".uploads" / upload).exists()  # what was uploaded is not kept twice


def test_the_hub_without_a_network_says_so_at_once(page: Page, url: str) -> None:
    page.goto(f"{url}/bring?how=hub")
    page.locator(".st-key-fetch-ylecun-mnist button, [class*='st-key-fetch-'] button").first.click()
    page.wait_for_url(re.compile(r"/data\?import="), timeout=START_MS)
    failed = page.locator("[class*='st-key-import-']").filter(has_text="was not imported")
    expect(failed.first).to_be_visible(timeout=NOTHING_FETCHED_MS)
    expect(failed.first).to_contain_text(re.compile("network|connection|reached|offline", re.IGNORECASE))
