"""What a founder does, in a real browser: choose, start, watch, leave, come back, find it again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.import_steps import drawn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
FIRST_POINT_MS = 240_000  # a cold start on a busy machine
END_MS = 600_000
RUN_ADDRESS = re.compile(r"/run\?run=([a-z0-9]{8})$")


def points(page: Page) -> dict[str, int]:
    """Return how many points each curve on the screen has; once a run has ended, its curves are in a tab."""
    found: dict[str, int] = page.evaluate("JSON.parse(document.querySelector('.ts-curves')?.dataset.points ?? '{}')")
    return found


def wait_until(page: Page, done: Callable[[], bool], limit_ms: int) -> None:
    """Wait without touching the page."""
    for _ in range(limit_ms // 250):
        if done():
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"it did not happen within {limit_ms / 1000:.0f} s: {points(page)}")


def ready(page: Page) -> None:
    """Wait until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=180_000)


def open_tab(page: Page, name: str) -> None:
    """Open a tab of a run's page."""
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true", timeout=180_000)
    ready(page)


def start_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Start training")


def start(page: Page, url: str, query: str, epochs: int) -> str:
    """Choose on the Train page and start; return the run's id."""
    page.goto(f"{url}/train?{query}&epochs={epochs}")
    expect(page.locator(".st-key-summary")).to_contain_text(f"{epochs:,} epoch")
    ready(page)
    start_button(page).click()
    return run_id(page)


def run_id(page: Page) -> str:
    """Wait for a run's page and return its id."""
    page.wait_for_url(RUN_ADDRESS, timeout=180_000)
    found = RUN_ADDRESS.search(page.url)
    assert found is not None
    return found[1]


def watch_to_the_end(page: Page) -> str:
    """See the curve grow without a reload, then the result appear by itself; return the verdict and show all curves."""
    page.evaluate("window.neverReloaded = true")
    wait_until(page, lambda: points(page).get("train/loss", 0) > 0, FIRST_POINT_MS)
    first, verdict = points(page).get("train/loss", 0), page.locator(".st-key-verdict")
    wait_until(page, lambda: points(page).get("train/loss", 0) > first or verdict.count() > 0, FIRST_POINT_MS)
    verdict.wait_for(timeout=END_MS)
    ready(page)
    open_curves(page)
    assert page.evaluate("window.neverReloaded") is True
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    expect(page.get_by_text("The first points appear here.")).to_have_count(0)
    return verdict.inner_text()


def open_curves(page: Page) -> None:
    """Show all curves; on a busy machine a click in the moment in which the run ends may have to be repeated."""
    for name in ("Curves", "Overview", "Curves"):
        open_tab(page, name)
        for _ in range(240 if name == "Curves" else 0):
            if points(page).get("validation/loss", 0) > 0:
                return
            page.wait_for_timeout(500)
    raise AssertionError(f"its curves did not appear: {points(page)}")


def is_listed(page: Page, url: str, run: str) -> bool:
    """Search the Runs page for a run by its id."""
    page.goto(f"{url}/runs?filter={run}")
    expect(page.get_by_text(re.compile(r"^1 of \d+ runs?\."))).to_be_visible(timeout=180_000)
    return True


def test_a_demo_by_one_click(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Diamond grades").click()
    run = run_id(page)
    verdict = watch_to_the_end(page)
    assert "unseen rows" in verdict
    assert "Next: " in verdict
    expect(page.locator(".ts-curves").last).to_have_attribute("data-state", "ended")

    page.reload()
    expect(page.locator(".st-key-verdict")).to_have_text(verdict, use_inner_text=True, timeout=180_000)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 5, FIRST_POINT_MS)
    assert is_listed(page, url, run)


def test_closing_the_tab_and_coming_back(page: Page, url: str) -> None:
    run = start(page, url, "task=image-classification&data=digits&model=logistic-regression", 300)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 1, FIRST_POINT_MS)
    before = points(page)["train/loss"]
    context = page.context
    page.close()

    again = context.new_page()
    again.wait_for_timeout(3_000)
    again.goto(f"{url}/run?run={run}&tab=curves")
    wait_until(again, lambda: points(again).get("train/loss", 0) > before, FIRST_POINT_MS)
    again.locator(".st-key-verdict").wait_for(timeout=END_MS)


def test_zoom_and_hidden_lines_outlive_new_points(page: Page, url: str) -> None:
    start(page, url, "task=image-classification&data=digits&model=logistic-regression", 1000)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 3, FIRST_POINT_MS)
    page.evaluate("document.querySelector('.ts-plot').chart.zoom(5, 50)")
    page.get_by_role("button", name="Training", exact=True).first.click()
    seen = points(page)["train/loss"]
    wait_until(page, lambda: points(page)["train/loss"] > seen, FIRST_POINT_MS)
    assert page.evaluate("(({min, max}) => [min, max])(document.querySelector('.ts-plot').chart.plot.scales.x)") == [
        5,
        50,
    ]
    assert page.evaluate("document.querySelector('.ts-plot').chart.plot.series[1].show") is False
    stop(page)


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=180_000)


def test_a_stop_keeps_what_was_learnt_and_offers_to_resume(page: Page, url: str) -> None:
    start(page, url, "task=image-classification&data=digits&model=small-cnn&time_budget_min=0", 1000)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 2, FIRST_POINT_MS)
    stop(page)
    expect(page.get_by_test_id("stMain").get_by_text("Stopped").first).to_be_visible()
    expect(page.locator(".ts-curves").last).to_have_attribute("data-state", "ended", timeout=180_000)
    before = points(page)["train/loss"]

    page.get_by_role("button", name="Resume").click()
    wait_until(page, lambda: points(page).get("train/loss", 0) > before, FIRST_POINT_MS)
    stop(page)


def test_a_double_click_makes_one_run(page: Page, url: str) -> None:
    page.goto(f"{url}/train?task=image-classification&data=digits&model=logistic-regression&epochs=2")
    ready(page)
    name = "clicked twice"
    field = page.locator(".st-key-name input")
    field.fill(name)
    field.press("Enter")
    ready(page)
    start_button(page).dblclick()
    run_id(page)
    page.goto(f"{url}/runs?filter=clicked")
    expect(page.get_by_text(re.compile(r"^1 of \d+ runs?\."))).to_be_visible(timeout=180_000)


def test_an_unknown_run_leads_on(page: Page, url: str) -> None:
    page.goto(f"{url}/run?run=nothere")
    expect(page.get_by_text("No such run")).to_be_visible(timeout=180_000)
    page.locator('[data-testid="stMain"]').get_by_role("link", name="All runs").click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible(timeout=180_000)


def pick_the_first_run(page: Page) -> None:
    """Tick the first row; the table is drawn on a canvas."""
    page.get_by_test_id("stDataFrame").locator("canvas").first.click(position={"x": 16, "y": 58}, force=True)
    expect(page.get_by_role("button", name="Move to trash")).to_be_enabled(timeout=180_000)


def test_trash_undo_and_emptying_it_for_good(page: Page, url: str) -> None:
    run = start(page, url, "task=image-classification&data=digits&model=logistic-regression", 1000)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 0, FIRST_POINT_MS)
    stop(page)
    page.goto(f"{url}/runs?filter={run}")
    pick_the_first_run(page)
    page.get_by_role("button", name="Move to trash").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(re.compile(r"is in the trash"))).to_be_hidden(timeout=180_000)

    drawn(page)  # what was ticked is still ticked: a second click would let it go
    page.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_text(re.compile(r"is in the trash"))).to_be_visible(timeout=180_000)
    page.goto(f"{url}/runs?view=trash")
    page.get_by_role("button", name="Empty the trash").click()
    page.get_by_role("button", name="Remove for good").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible(timeout=180_000)
    page.goto(f"{url}/run?run={run}")
    expect(page.get_by_text("No such run")).to_be_visible(timeout=180_000)
