"""Files and folders on their way to the disk, in a real browser."""

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.import_steps import START_MS, choose, drop, on_disk, open_zone, slow_down

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(random.Random(0).randbytes(30_000_000))
    return path


def test_a_file_is_sent_whole_and_looked_at(page: Page, url: str, csv: Path) -> None:
    open_zone(page, url)
    choose(page, "Choose files", csv)
    page.wait_for_url("**ready=1**", timeout=START_MS)
    expect(page.locator(".st-key-source")).to_contain_text("reviews.csv", timeout=START_MS)
    assert on_disk(page) == [{"name": "reviews.csv", "folder": False, "files": 1, "bytes": csv.stat().st_size}]


def test_a_dropped_folder_keeps_its_class_folders(page: Page, url: str, folder: Path) -> None:
    zone = open_zone(page, url)
    drop(page, page.context.new_cdp_session(page), zone.locator(".ts-zone"), folder)
    page.wait_for_url("**ready=1**", timeout=START_MS)
    size = sum(file.stat().st_size for file in folder.rglob("*.jpg"))
    assert on_disk(page) == [{"name": "pets", "folder": True, "files": 60, "bytes": size}]


def test_a_large_file_shows_how_far_it_is_and_can_be_cancelled(page: Page, url: str, large: Path) -> None:
    zone = open_zone(page, url)
    slow_down(page)
    choose(page, "Choose files", large)
    bar = zone.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"[1-9]"), timeout=START_MS)
    expect(zone.locator(".ts-words")).to_contain_text(re.compile(r"MB of 29 MB · .* a second · .* left"))
    zone.get_by_role("button", name="Cancel").click()
    expect(zone.locator(".ts-words")).to_have_text("Cancelled. Nothing was kept.")
    assert on_disk(page) == []


def test_a_reload_in_the_middle_says_so(page: Page, url: str, large: Path) -> None:
    zone = open_zone(page, url)
    slow_down(page)
    choose(page, "Choose files", large)
    expect(zone.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile(r"[1-9]"), timeout=START_MS)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(zone.locator(".ts-words")).to_have_text(
        "The page was left while “large.bin” was being sent, so it did not all arrive. Choose it again.",
        timeout=START_MS,
    )
    assert on_disk(page) == []


def test_after_a_reload_only_what_is_missing_is_sent(page: Page, url: str, folder: Path) -> None:
    (folder / "a-video.bin").write_bytes(random.Random(1).randbytes(20_000_000))
    zone = open_zone(page, url)
    slow_down(page)
    choose(page, "Choose a folder", folder)
    expect(zone.locator(".ts-words")).to_contain_text("60 of 61 files", timeout=START_MS)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(zone.locator(".ts-words")).to_have_text(
        "The page was left while “pets” was being sent; 60 files have arrived. "
        "Choose it again: only what is missing is sent.",
        timeout=START_MS,
    )
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    choose(page, "Choose a folder", folder)
    page.wait_for_url("**ready=1**", timeout=START_MS)
    assert [address for address in sent if "/api/uploads/" in address and "a-video" not in address] == []
    assert on_disk(page)[0]["files"] == 61


def test_a_file_that_did_not_arrive_is_sent_again(page: Page, url: str, csv: Path) -> None:
    zone = open_zone(page, url)
    page.route("**/files?name=*", lambda route: route.abort())
    choose(page, "Choose files", csv)
    expect(zone.locator(".ts-words")).to_have_text("1 of 1 file did not arrive.", timeout=START_MS)
    expect(zone.locator(".ts-error")).to_have_text("Touchstone does not answer. Is it still running?")
    page.unroute("**/files?name=*")
    zone.get_by_role("button", name="Try again").click()
    page.wait_for_url("**ready=1**", timeout=START_MS)
    assert on_disk(page)[0]["name"] == "reviews.csv"


def test_what_the_server_refuses_is_said_in_its_words(page: Page, url: str, csv: Path) -> None:
    zone = open_zone(page, url)
    answer = {"status": 507, "json": {"message": "There is not enough space on the disk."}}
    page.route("**/api/uploads/*?bytes=*", lambda route: route.fulfill(**answer))
    choose(page, "Choose files", csv)
    expect(zone.locator(".ts-error")).to_have_text("There is not enough space on the disk.", timeout=START_MS)
