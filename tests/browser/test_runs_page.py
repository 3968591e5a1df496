"""The Runs page in a real browser: what its dialogs do, and that an address shows the same to somebody else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.configure import make_config
from core.runs import RunStatus
from core.services.bootstrap import open_service
from core.settings import Settings
from core.store.run_store import RunStore
from tests.browser.harness import dashboard
from tests.browser.screenshots import settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a home with two runs that have failed: nothing is trained."""
    home: Path = tmp_path_factory.mktemp("runs")
    store = RunStore(open_service(Settings(home=home)).database)
    for name in ("first", "second"):
        run = store.create(make_config("image-classification", "digits", "resnet"), name, name)
        store.update(run.id, status=RunStatus.FAILED)
    with dashboard(home) as url:
        yield url


def test_what_is_typed_is_in_the_address_and_the_address_shows_it(browser: Browser, page: Page, address: str) -> None:
    page.goto(f"{address}/runs")
    page.locator(".st-key-filter input").fill("status = failed and name = second")
    expect(page.get_by_text(re.compile(r"^1 of 2 runs\."))).to_be_visible(timeout=180_000)
    other = browser.new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_text(re.compile(r"^1 of 2 runs\."))).to_be_visible(timeout=180_000)
    other.context.close()


def test_order_and_columns_are_chosen_in_a_dialog(page: Page, address: str) -> None:
    page.goto(f"{address}/runs?sort=name")
    settle(page)
    page.get_by_role("button", name="Arrange").click()
    dialog = page.get_by_role("dialog")
    order = dialog.get_by_role("combobox", name="Order of the runs")
    expect(order).to_have_value("Name: A to Z", timeout=180_000)
    dialog.get_by_role("button", name="Reset").click()
    expect(dialog).to_have_count(0, timeout=180_000)
    expect(page).to_have_url(re.compile(r"/runs$"), timeout=180_000)


def test_a_note_is_written_and_a_run_opened_by_its_name_shows_it_as_markdown(page: Page, address: str) -> None:
    page.goto(f"{address}/runs?filter=first")
    settle(page)
    page.get_by_test_id("stDataFrame").locator("canvas").first.click(position={"x": 16, "y": 58}, force=True)
    page.get_by_role("button", name="Note").click()
    page.get_by_role("dialog").locator("textarea").fill("It **works** <script>alert(1)</script>")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=180_000)
    settle(page)  # the table is drawn anew, and a click into the midst of that is lost
    page.get_by_test_id("stDataFrame").locator("canvas").first.click(position={"x": 75, "y": 58}, force=True)
    note = page.locator(".st-key-note .note")
    expect(note.locator("strong")).to_have_text("works", timeout=180_000)
    expect(note).to_contain_text("<script>alert(1)</script>")
