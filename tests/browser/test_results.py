"""Results of a finished run in a real browser: a figure that is clicked shows what is behind it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_journeys import END_MS, open_tab, start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]


def test_a_click_on_a_square_of_the_confusion_matrix_shows_its_examples(page: Page, url: str) -> None:
    start(page, url, "data=digits&model=logistic-regression", 1)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    page.get_by_role("link", name="Every mistake").click()
    matrix = page.locator(".ts-figure[aria-label*='Confusion matrix of 10 classes']")
    matrix.scroll_into_view_if_needed()
    squares = matrix.locator(".nsewdrag")
    box = squares.bounding_box(timeout=180_000)
    assert box is not None
    page.wait_for_timeout(1_500)  # the wall above it takes its place
    squares.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.45})  # the third of ten, the fifth
    expect(page).to_have_url(re.compile(r"cell=4(,|%2C)2"), timeout=180_000)
    expect(page.get_by_text(re.compile("'4' was predicted as '2'"))).to_be_visible(timeout=180_000)


def test_a_tab_stands_in_the_address_alone_is_drawn_and_the_browser_goes_back_to_the_one_before(
    page: Page, url: str
) -> None:
    run = start(page, url, "model=logistic-regression", 1)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    log, tabs = page.locator(".st-key-record-log"), page.get_by_role("tab")
    expect(tabs).to_have_text(["Try it", "Overview", "Mistakes", "Curves", "Show it", "Details"])
    expect(log).to_have_count(0)
    page.get_by_role("tab", name="Try it").focus()
    page.keyboard.press("ArrowLeft")  # around to the last one
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/run?run={run}&tab=details", timeout=180_000)
    page.reload()
    expect(log.locator("code")).to_have_count(0)
    log.locator("summary").click()
    expect(log.get_by_text("Training ended")).to_be_visible(timeout=180_000)
    open_tab(page, "Curves")
    expect(log).to_have_count(0)
    page.go_back()
    expect(log).to_be_visible(timeout=180_000)
    page.go_back()
    expect(page.get_by_role("heading", name="Scores")).to_be_visible(timeout=180_000)
    page.goto(f"{url}/run?run={run}&results=threshold")  # from before there were tabs
    expect(page.get_by_label("A miss costs")).to_be_visible(timeout=180_000)
    open_tab(page, "Overview")
    page.wait_for_url(f"**/run?run={run}&results=threshold&tab=overview")
