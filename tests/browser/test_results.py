"""Results of a finished run in a real browser: a figure that is clicked shows what is behind it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_journeys import END_MS, start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]


def test_a_click_on_a_square_of_the_confusion_matrix_shows_its_examples(page: Page, url: str) -> None:
    start(page, url, "model=logistic-regression", 1)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    matrix = page.locator(".ts-figure[aria-label*='Confusion matrix of 10 classes']")
    matrix.scroll_into_view_if_needed()
    squares = matrix.locator(".nsewdrag")
    box = squares.bounding_box(timeout=180_000)
    assert box is not None
    page.wait_for_timeout(1_500)  # the wall above it takes its place
    squares.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.45})  # the third of ten, the fifth
    expect(page).to_have_url(re.compile(r"cell=4(,|%2C)2"), timeout=180_000)
    expect(page.get_by_text(re.compile("'4' was taken for '2'"))).to_be_visible(timeout=180_000)


def test_settings_and_log_are_made_when_they_are_unfolded(page: Page, url: str) -> None:
    start(page, url, "model=logistic-regression", 1)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    log = page.locator(".st-key-record-log")
    expect(log.locator("code")).to_have_count(0)
    log.locator("summary").click()
    expect(log.get_by_text("Training ended")).to_be_visible(timeout=180_000)
