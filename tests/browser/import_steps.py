"""What somebody does on the Bring page: choose, drop, wait for the look, press the one button."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, TimeoutError, expect

START_MS = 180_000
SLOW = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 2_000_000}  # bytes a second


def open_zone(page: Page, url: str) -> Locator:
    """Open the Bring page and return its drop zone."""
    page.goto(f"{url}/bring?how=files")
    zone = page.locator(".ts-uploader")
    zone.wait_for(timeout=START_MS)
    return zone


def choose(page: Page, button: str, *paths: Path) -> None:
    """Choose files, or a folder, in the system's dialog behind a button."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button, exact=True).click()
    chooser.value.set_files([str(path) for path in paths])


def drop(page: Page, cdp: CDPSession, target: Locator, *paths: Path) -> None:
    """Drag files or folders from outside the browser onto something and let go."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        cdp.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})
        page.wait_for_timeout(100)


def slow_down(page: Page) -> None:
    """Give the page a slow line to the server."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", SLOW)


def on_disk(page: Page) -> Any:
    """Ask the server what lies in the upload that the page's address names."""
    found = re.search(r"upload=([\w-]+)", page.url)
    assert found is not None, page.url
    return page.evaluate("id => fetch(`/api/uploads/${id}`).then((answer) => answer.json())", found[1])["items"]


def drawn(page: Page) -> None:
    """Wait until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=START_MS)


def import_file(page: Page, url: str, *paths: Path) -> None:
    """Choose files and wait until the page says what they are."""
    open_zone(page, url)
    choose(page, "Choose files", *paths)
    looked_at(page)


def looked_at(page: Page) -> None:
    """Wait until the page says what the source is."""
    page.locator(".st-key-what-it-is").wait_for(timeout=START_MS)
    drawn(page)


def pick(page: Page, option: str, value: str) -> None:
    """Choose a value in the select box of an import's option."""
    choose_option(page, page.locator(f".st-key-bring-{option} input"), value)


def choose_option(page: Page, box: Locator, value: str) -> None:
    """Choose in a select box; a list that was replaced while it opened is opened again."""
    drawn(page)
    chosen = page.get_by_role("option", name=value, exact=True)
    for _ in range(10):
        box.click()
        with suppress(TimeoutError):
            chosen.click(timeout=30_000)
            break
        page.keyboard.press("Escape")
    drawn(page)


def press_import(page: Page) -> None:
    """Press the one button and wait for the page that shows the import, or already the data set."""
    page.get_by_role("button", name="Import").click()
    page.wait_for_url(re.compile(r"/data\?(import|set)="), timeout=START_MS)


def arrived(page: Page) -> str:
    """Wait until the page has gone on to the data set by itself; return its name."""
    page.wait_for_url(re.compile(r"/data\?set="), timeout=2 * START_MS)
    expect(page.get_by_role("button", name="Train on this")).to_be_visible(timeout=START_MS)
    drawn(page)
    found = re.search(r"set=([\w-]+)", page.url)
    assert found is not None
    return found[1]


def begin_collection(page: Page, url: str, title: str = "Ripe or not") -> Locator:
    """Begin a collection of pictures; return the section with the camera and the classes."""
    page.goto(f"{url}/bring?how=pictures")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**collection=*", timeout=START_MS)
    return collection(page)


def collection(page: Page) -> Locator:
    """Wait until the collection's pictures are known."""
    section = page.locator(".ts-camera")
    section.locator("xpath=self::*[@data-ready]").wait_for(timeout=START_MS)
    return section


def add_class(page: Page, label: str) -> Locator:
    """Name a class and return its card."""
    page.get_by_label("Name of a class").fill(label)
    page.keyboard.press("Enter")
    return page.get_by_role("article", name=f"Class {label}", exact=True)


def count_of(card: Locator) -> int:
    """Return how many pictures a class has on the server's disk."""
    return int(card.get_attribute("data-count") or 0)
