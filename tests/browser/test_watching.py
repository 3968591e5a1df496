"""Watching a run in a real browser: what it says of the same examples, back through time, and being told of its end."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_control import button
from tests.browser.test_journeys import FIRST_POINT_MS, start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3000)]


def test_the_wall_is_live_goes_back_in_time_and_the_browser_tells_of_the_end(page: Page, url: str) -> None:
    run = start(page, url, "model=small-cnn&time_budget_min=0", 200)
    page.evaluate("document.hasFocus = () => false")  # the viewer looks at something else
    page.get_by_role("button", name="Tell me when it ends").click()
    expect(page.get_by_role("button", name="You will be told")).to_have_attribute("aria-pressed", "true")

    sample_predictions = page.locator(".ts-wall")
    sample_predictions.scroll_into_view_if_needed()
    finding, slider = (
        sample_predictions.locator(".ts-finding"),
        sample_predictions.get_by_label("Back through its training"),
    )
    expect(sample_predictions.locator(".ts-card img")).to_have_count(12, timeout=FIRST_POINT_MS)
    expect(finding).to_have_text(
        re.compile(r"\d+ of 12 right after step [\d,]+; \d+ at the first evaluation\."), timeout=600_000
    )
    seen = finding.inner_text()
    expect(finding).not_to_have_text(seen, timeout=600_000)  # without a reload

    slider.press("Home")
    expect(finding).to_have_text(re.compile(r"of 12 right after step 1, the first evaluation\."))
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^step 1 of [\d,]+: \d+ of 12 right"))
    sample_predictions.get_by_role("button", name="Newest").click()
    expect(finding).to_have_text(re.compile(r"at the first evaluation\."))

    button(page, "Stop")
    expect(page).to_have_title(re.compile(r"^■ Stopped: "), timeout=600_000)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page).not_to_have_title(re.compile("^■"))
    expect(page.locator(".st-key-ended")).to_be_visible()
    expect(page.get_by_role("button", name="Tell me when it ends")).to_have_count(0)
    page.reload()  # afterwards it can still be looked at
    expect(finding).to_have_text(re.compile(r"of 12 right after step"), timeout=600_000)
    assert page.request.get(f"{url}/api/runs/{run}/wall/0.png").headers["content-type"] == "image/png"
