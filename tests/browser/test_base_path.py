"""The dashboard under a path of a reverse proxy: signing in, charts, the wall, uploads, imports and deep links."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import THE_TOKEN, dashboard, external_context
from tests.browser.import_steps import arrived, choose, import_file, press_import
from tests.browser.proxy import proxy
from tests.browser.test_journeys import start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
BASE, LONG_MS = "/touchstone", 180_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("behind-a-proxy")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with dashboard(home, BASE) as served, proxy(urlsplit(served).port or 0, BASE) as passed_on:
        yield passed_on


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Page]:
    """A browser that has opened the printed address."""
    with external_context(browser) as page:
        page.set_default_timeout(LONG_MS)
        page.goto(f"{address}/?token={THE_TOKEN}")
        yield page


def test_everything_works_under_the_path_of_a_proxy(visitor: Page, address: str, csv: Path, tmp_path: Path) -> None:
    refused: list[str] = []
    visitor.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    log = tmp_path / "fox.csv"
    log.write_text("step,loss\n0,3\n1,2\n2,1\n")
    visitor.goto(f"{address}/import-runs")
    visitor.get_by_role("button", name="Choose files", exact=True).wait_for(timeout=LONG_MS)
    choose(visitor, "Choose files", log)
    visitor.get_by_role("button", name="Import 1 run").click(timeout=LONG_MS)
    visitor.get_by_role("link", name="Open it").click(timeout=LONG_MS)
    visitor.locator(".ts-plot canvas").first.wait_for(timeout=LONG_MS)
    assert urlsplit(visitor.url).path == f"{BASE}/run"

    run = start(visitor, address, "model=small-cnn&time_budget_min=0", 1000)
    expect(visitor.locator(".ts-wall .ts-card img")).to_have_count(12, timeout=LONG_MS)  # live, and its images
    visitor.goto(f"{address}/run?run={run}")  # as from somebody's link
    visitor.locator(".ts-plot canvas").first.wait_for(timeout=LONG_MS)

    import_file(visitor, address, csv)
    press_import(visitor)
    assert arrived(visitor) == "reviews"
    assert refused == []
