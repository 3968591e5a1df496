"""Start in a real browser: data that is dropped there, and the real result that plays."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.import_steps import choose, drop


def test_a_file_that_is_dropped_on_start_is_looked_at_on_the_import_page(page: Page, url: str, csv: Path) -> None:
    page.goto(url)
    zone = page.locator(".ts-uploader")
    zone.wait_for()
    cdp = page.context.new_cdp_session(page)
    drop(page, cdp, zone, csv)
    page.wait_for_url("**/bring?*upload=*")
    expect(page.locator(".st-key-what-it-is")).to_contain_text("100 rows")

    page.goto(url)  # the next file is another one
    choose(page, "Choose files", csv)
    page.wait_for_url("**/bring?*upload=*")
    expect(page.locator(".st-key-what-it-is")).to_contain_text("100 rows")


def test_the_example_plays_pauses_and_leads_to_its_run(page: Page, url: str) -> None:
    page.goto(url)
    player = page.locator(".ts-example")
    expect(player).to_have_attribute("data-at", re.compile(r"[1-9]\d*"))
    player.get_by_role("button", name="Pause").click()
    at = str(player.get_attribute("data-at"))
    page.wait_for_timeout(3_000)
    expect(player).to_have_attribute("data-at", at)
    player.get_by_role("button", name="Play").click()
    expect(player).not_to_have_attribute("data-at", at)
    page.get_by_role("link", name="See the whole result").click()
    page.wait_for_url("**/run?run=*")
    expect(page.get_by_text("comes with Touchstone")).to_be_visible()


def test_whoever_wants_no_motion_sees_the_end(browser: Browser, url: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    expect(page.locator(".ts-example").get_by_text(re.compile(r"^Trained: \d+ of \d+ right$"))).to_be_visible()
    page.wait_for_timeout(3_000)
    expect(page.locator(".ts-example").get_by_text(re.compile(r"^Trained: \d+ of \d+ right$"))).to_be_visible()
    expect(page.locator(".ts-example").get_by_role("button", name="Play")).to_be_visible()
    context.close()
