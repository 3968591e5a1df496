"""Pictures by class, from the camera and dropped, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.import_steps import (
    START_MS,
    add_class,
    arrived,
    begin_collection,
    choose,
    collection,
    count_of,
    drop,
    looked_at,
    press_import,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]


def test_pictures_are_taken_while_the_button_is_held_and_outlive_a_reload(page: Page, url: str) -> None:
    begin_collection(page, url)
    ripe = add_class(page, "ripe")
    page.get_by_role("button", name="Turn the camera on").click()
    page.locator(".ts-camera[data-camera=on]").wait_for(timeout=START_MS)
    ripe.get_by_role("button", name="Hold to take photos of ripe").hover()
    page.mouse.down()
    expect(ripe).to_have_attribute("data-count", re.compile(r"^([5-9]|\d\d)$"), timeout=START_MS)
    page.mouse.up()

    unripe = add_class(page, "not ripe")
    unripe.get_by_role("button", name="Hold to take photos of not ripe").focus()
    page.keyboard.down(" ")
    expect(unripe).to_have_attribute("data-count", re.compile(r"^([2-9]|\d\d)$"), timeout=START_MS)
    page.keyboard.up(" ")
    expect(page.locator(".ts-camera")).to_have_attribute("data-waiting", "0")
    before = count_of(ripe), count_of(unripe)

    page.reload()
    collection(page)
    assert (count_of(ripe), count_of(unripe)) == before
    expect(ripe.locator(".ts-thumb img").first).to_have_js_property("complete", True)
    assert ripe.locator(".ts-thumb img").first.evaluate("image => image.naturalWidth") > 0


def test_a_picture_is_removed_and_brought_back(page: Page, url: str, folder: Path) -> None:
    begin_collection(page, url)
    cat = add_class(page, "cat")
    drop(page, page.context.new_cdp_session(page), cat, folder / "cat")
    expect(cat).to_have_attribute("data-count", "30", timeout=START_MS)
    cat.locator(".ts-thumb").first.hover()
    cat.get_by_role("button", name=re.compile("^Remove image")).first.click()
    expect(cat).to_have_attribute("data-count", "29")
    cat.get_by_role("button", name="Undo").click()
    expect(cat).to_have_attribute("data-count", "30")


def test_a_class_is_renamed_and_a_removed_one_comes_back(page: Page, url: str, folder: Path) -> None:
    begin_collection(page, url)
    cat = add_class(page, "catt")
    choose(page, "Choose images of catt", *(folder / "cat" / f"{i}.jpg" for i in range(3)))
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
    choose(page, "Choose images of cat", folder / "cat" / "1.jpg", csv)
    expect(cat).to_have_attribute("data-count", "1", timeout=START_MS)
    expect(cat.locator(".ts-words")).to_contain_text("1 image was not kept. reviews.csv:")


def test_without_a_camera_it_says_what_to_do(page: Page, url: str) -> None:
    page.add_init_script(  # the browser of these tests has one
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'))"
    )
    begin_collection(page, url)
    add_class(page, "cat")
    page.get_by_role("button", name="Turn the camera on").click()
    expect(page.locator(".ts-stage").get_by_role("alert")).to_have_text(
        "No camera was found. Connect one and turn it on again. Dropping images onto a class works without it."
    )


def test_the_classes_fit_a_phone(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    begin_collection(page, url)
    add_class(page, "a class with a long name that has to break somewhere, really")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def hold_until_ten(page: Page, card: Locator, name: str) -> None:
    """Hold the button; take hold again where the page was drawn anew under the finger, as a person would."""
    for _ in range(6):
        card.get_by_role("button", name=name).hover()
        page.mouse.down()
        wait_s, step_s = 10.0, 0.25
        while count_of(card) < 10 and wait_s > 0:
            page.wait_for_timeout(1000 * step_s)
            wait_s -= step_s
        page.mouse.up()
        if count_of(card) >= 10:
            return
    pytest.fail(f"only {count_of(card)} images were taken")


def test_from_dropped_and_taken_pictures_to_a_data_set(page: Page, url: str, folder: Path) -> None:
    begin_collection(page, url, "Cats")
    cat = add_class(page, "cat")
    drop(page, page.context.new_cdp_session(page), cat, folder / "cat")
    expect(cat).to_have_attribute("data-count", "30", timeout=START_MS)
    expect(page.get_by_role("button", name="Continue with these")).to_be_disabled()
    other = add_class(page, "no cat")
    page.get_by_role("button", name="Turn the camera on").click()
    page.locator(".ts-camera[data-camera=on]").wait_for(timeout=START_MS)
    hold_until_ten(page, other, "Hold to take photos of no cat")
    expect(page.locator(".ts-camera")).to_have_attribute("data-waiting", "0")
    taken = count_of(other)

    page.reload()
    collection(page)
    assert (count_of(cat), count_of(other)) == (30, taken)
    page.get_by_role("button", name="Continue with these").click()
    looked_at(page)
    expect(page.locator(".st-key-what-it-is")).to_contain_text(f"{30 + taken} images")
    press_import(page)
    assert arrived(page) == "cats"
    expect(page.get_by_test_id("stMain")).to_contain_text(f"{30 + taken} images")
