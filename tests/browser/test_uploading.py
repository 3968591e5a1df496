"""Files, folders and camera pictures on their way to the disk, in a real browser."""

import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from tests.browser.harness import FLAGS, NAMES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SLOW = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
START_MS = 60_000


@pytest.fixture(scope="module")
def browser_with_camera(browser: Browser) -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    opened = browser.browser_type.launch(executable_path=found, args=[*FLAGS, *FAKE_CAMERA])
    yield opened
    opened.close()


@pytest.fixture
def camera_page(browser_with_camera: Browser) -> Iterator[Page]:
    context = browser_with_camera.new_context(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert not faults


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\n" + "".join(f"thing {i} is fine,good\nthing {i} is broken,bad\n" for i in range(50)))
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(random.Random(0).randbytes(30_000_000))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of class folders, with what a Mac leaves in it."""
    folder = tmp_path / "pets"
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for i in range(30):
            Image.effect_noise((40, 30), 40 + i).convert("RGB").save(folder / label / f"{i}.jpg")
    (folder / ".DS_Store").write_text("x")
    return folder


def open_zone(page: Page, url: str) -> Locator:
    page.goto(f"{url}/bring?how=files")
    zone = page.locator(".ts-uploader")
    zone.wait_for(timeout=START_MS)
    return zone


def choose(page: Page, button: str, *paths: Path) -> None:
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


def on_disk(page: Page) -> Any:
    """Ask the server what lies in the upload that the page's address names."""
    found = re.search(r"upload=([\w-]+)", page.url)
    assert found is not None, page.url
    return page.evaluate("id => fetch(`/api/uploads/${id}`).then((answer) => answer.json())", found[1])["items"]


def slow_down(page: Page) -> None:
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", SLOW)


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


def begin_collection(page: Page, url: str) -> Locator:
    page.goto(f"{url}/bring?how=pictures")
    page.get_by_label("Title").fill("Ripe or not")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**collection=*", timeout=START_MS)
    return ready(page)


def ready(page: Page) -> Locator:
    section = page.locator(".ts-camera")
    section.locator("xpath=self::*[@data-ready]").wait_for(timeout=START_MS)
    return section


def add_class(page: Page, label: str) -> Locator:
    page.get_by_label("Name of a class").fill(label)
    page.keyboard.press("Enter")
    return page.get_by_role("article", name=f"Class {label}", exact=True)


def count_of(card: Locator) -> int:
    return int(card.get_attribute("data-count") or 0)


def test_pictures_are_taken_while_the_button_is_held_and_outlive_a_reload(camera_page: Page, url: str) -> None:
    page = camera_page
    begin_collection(page, url)
    ripe = add_class(page, "ripe")
    page.get_by_role("button", name="Turn the camera on").click()
    page.locator(".ts-camera[data-camera=on]").wait_for(timeout=START_MS)
    ripe.get_by_role("button", name="Hold to take pictures of ripe").hover()
    page.mouse.down()
    expect(ripe).to_have_attribute("data-count", re.compile(r"^([5-9]|\d\d)$"), timeout=START_MS)
    page.mouse.up()

    unripe = add_class(page, "not ripe")
    unripe.get_by_role("button", name="Hold to take pictures of not ripe").focus()
    page.keyboard.down(" ")
    expect(unripe).to_have_attribute("data-count", re.compile(r"^([2-9]|\d\d)$"), timeout=START_MS)
    page.keyboard.up(" ")
    expect(page.locator(".ts-camera")).to_have_attribute("data-waiting", "0")
    before = count_of(ripe), count_of(unripe)

    page.reload()
    ready(page)
    assert (count_of(ripe), count_of(unripe)) == before
    expect(ripe.locator(".ts-thumb img").first).to_have_js_property("complete", True)
    assert ripe.locator(".ts-thumb img").first.evaluate("image => image.naturalWidth") > 0


def test_a_picture_is_removed_and_brought_back(camera_page: Page, url: str, folder: Path) -> None:
    page = camera_page
    begin_collection(page, url)
    cat = add_class(page, "cat")
    drop(page, page.context.new_cdp_session(page), cat, folder / "cat")
    expect(cat).to_have_attribute("data-count", "30", timeout=START_MS)
    cat.locator(".ts-thumb").first.hover()
    cat.get_by_role("button", name=re.compile("^Remove picture")).first.click()
    expect(cat).to_have_attribute("data-count", "29")
    cat.get_by_role("button", name="Undo").click()
    expect(cat).to_have_attribute("data-count", "30")


def test_a_class_is_renamed_and_a_removed_one_comes_back(page: Page, url: str, folder: Path) -> None:
    begin_collection(page, url)
    cat = add_class(page, "catt")
    choose(page, "Choose pictures of catt", *(folder / "cat" / f"{i}.jpg" for i in range(3)))
    expect(cat).to_have_attribute("data-count", "3", timeout=START_MS)
    cat.get_by_role("button", name="Rename the class catt").click()
    page.get_by_label("New name of the class catt").fill("cat")
    page.keyboard.press("Enter")
    cat = page.get_by_role("article", name="Class cat", exact=True)
    expect(cat).to_have_attribute("data-count", "3")
    cat.get_by_role("button", name="Remove the class cat").click()
    expect(cat).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(cat).to_have_attribute("data-count", "3")


def test_what_is_no_picture_is_named(page: Page, url: str, folder: Path, csv: Path) -> None:
    begin_collection(page, url)
    cat = add_class(page, "cat")
    choose(page, "Choose pictures of cat", folder / "cat" / "1.jpg", csv)
    expect(cat).to_have_attribute("data-count", "1", timeout=START_MS)
    expect(cat.locator(".ts-words")).to_contain_text("1 picture was not kept. reviews.csv:")


def test_without_a_camera_it_says_what_to_do(page: Page, url: str) -> None:
    begin_collection(page, url)
    add_class(page, "cat")
    page.get_by_role("button", name="Turn the camera on").click()
    expect(page.locator(".ts-stage").get_by_role("alert")).to_have_text(
        "No camera was found. Connect one and turn it on again. Dropping pictures onto a class works without it."
    )


@pytest.mark.parametrize("how", ["files", "pictures"])
def test_both_fit_a_phone(page: Page, url: str, how: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    if how == "files":
        open_zone(page, url)
    else:
        begin_collection(page, url)
        add_class(page, "a class with a long name that has to break somewhere, really")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
