"""Two runs side by side in a real browser: one has ended, one is still learning."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_journeys import END_MS, FIRST_POINT_MS, ready, start, stop, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
CURVE = "train/loss"


def drawn(page: Page) -> dict[str, int]:
    """Return how many points of each run are on the screen."""
    text = page.locator(".ts-compare").get_attribute("data-points", timeout=FIRST_POINT_MS)
    return dict(json.loads(text)[CURVE]) if text else {}


def test_a_live_run_grows_beside_an_ended_one_and_nothing_is_asked_when_both_have_ended(page: Page, url: str) -> None:
    ended = start(page, url, "model=logistic-regression", 1)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    live = start(page, url, "model=logistic-regression", 1000)

    page.goto(f"{url}/compare?runs={ended},{live}&metric={CURVE}")
    wait_until(page, lambda: drawn(page).get(live, 0) > 1, FIRST_POINT_MS)
    assert drawn(page)[ended] > 0
    expect(page.locator(".ts-compare")).to_have_attribute("data-state", "live")
    page.evaluate("document.querySelector('.ts-compare .ts-plot').chart.zoom(5, 50)")
    seen = drawn(page)[live]
    wait_until(page, lambda: drawn(page)[live] > seen, FIRST_POINT_MS)
    assert page.evaluate("document.querySelector('.ts-compare .ts-plot').chart.plot.scales.x.max") == 50

    page.goto(f"{url}/run?run={live}")
    stop(page)
    page.goto(f"{url}/compare?runs={ended},{live}&metric={CURVE}")
    expect(page.locator(".ts-compare")).to_have_attribute("data-state", "ended", timeout=180_000)
    ready(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2_500)
    assert [address for address in asked if "/api/runs/" in address] == []

    page.locator(".ts-legend button").first.click()  # a line that is switched off
    assert set(drawn(page)) == {live}
    page.wait_for_url(f"**hide={ended}**")
    page.reload()
    wait_until(page, lambda: set(drawn(page)) == {live}, FIRST_POINT_MS)
    expect(page.locator(".ts-legend button").first).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".ts-compare figcaption").first).to_contain_text("Loss, training")
