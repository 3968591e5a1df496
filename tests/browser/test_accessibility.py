"""Every page in both themes, looked at by axe-core: contrast, names, headings; and the focus of the keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from core.configure import make_config
from core.runs import Metric, RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.store.external_runs import ExternalRuns
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from tests.browser.harness import external_context, faultless_page
from tests.browser.import_steps import import_file
from tests.browser.screenshots import settle
from tests.live import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PATIENCE_S = 600
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 18, 16)"}
# What Streamlit draws and we cannot mend: rule, a part of the element, and why.
KNOWN: tuple[tuple[str, str, str], ...] = ()
PAGES = {
    "start": "/", "recipes": "/recipes", "train": "/train?model=mlp&dropout=0.3", "runs": "/runs",
    "compare-none": "/compare", "data": "/data", "data set": "/data?set=digits", "bring files": "/bring",
    "bring images": "/bring?how=pictures",
    "bring hub": "/bring?how=hub", "bring paste": "/bring?how=paste", "import runs": "/import-runs",
    "system": "/system", "no run": "/run", "no such run": "/run?run=nothere",
}  # fmt: skip


@pytest.fixture(scope="module")
def service(served_home: Path) -> Service:
    return open_service(Settings(home=served_home))


@pytest.fixture(scope="module")
def seen(browser: Browser) -> Iterator[Page]:
    """One page for all: each is opened in it, in the light and then in the dark theme."""
    with faultless_page(browser) as page:
        page.set_default_timeout(PATIENCE_S * 1000)
        yield page


@pytest.fixture(scope="module")
def logged(service: Service) -> list[str]:
    """Two runs that were logged, one of which failed."""
    ids = []
    for name, status in (("logged", RunStatus.SUCCEEDED), ("logged and broken", RunStatus.FAILED)):
        run = ExternalRuns(service.database).create("tracked", name, "p", {"lr": 0.1})
        points = [Metric(key, i, 1 / (1 + i), 1.7e9 + i) for i in range(9) for key in ("train/loss", "val/acc")]
        MetricStore(service.database).append(run.id, points)
        RunStore(service.database).finish(run.id, status, "" if name == "logged" else "It ran out of memory.")
        ids.append(run.id)
    return ids


def faults(page: Page, theme: str, only: str = "") -> list[str]:
    """Return what axe finds on a page as it is now."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
    found = Axe().run(page, options=options).response["violations"]
    said = []
    for violation in found:
        for node in violation["nodes"]:
            html = node["html"][:200]
            if not any(rule == violation["id"] and part in html for rule, part, _ in KNOWN):
                why = [check["message"] for kind in ("any", "all", "none") for check in node[kind]][:1]
                said.append(f"{theme}: {violation['id']}: {html}: {' '.join(why)}")
    return said


def faults_in_both_themes(page: Page, address: str = "") -> list[str]:
    """Open an address, unless it is open; return what axe finds in light, and of colours in dark."""
    page.emulate_media(color_scheme="light")
    if address:
        page.goto(address)
    found = lasting_faults(page, "light")
    page.emulate_media(color_scheme="dark")
    return found + lasting_faults(page, "dark", only="color-contrast")


def lasting_faults(page: Page, theme: str, only: str = "") -> list[str]:
    """Return what axe finds once a page is drawn; on a busy machine it may find one in the middle of a change."""
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", GROUNDS[theme], timeout=PATIENCE_S * 1000)
    for _ in range(3):
        settle(page)
        if not (found := faults(page, theme, only)):
            break
    return found


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_a_page_which_fits_a_phone(seen: Page, url: str, name: str) -> None:
    assert faults_in_both_themes(seen, url + PAGES[name]) == []
    expect(seen.get_by_test_id("stMain").get_by_role("heading", level=1)).to_be_visible()
    wide = seen.viewport_size
    assert wide is not None
    seen.set_viewport_size({"width": 390, "height": 844})
    settle(seen)
    width = seen.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    seen.set_viewport_size(wide)
    assert width <= 390


def test_axe_finds_nothing_on_logged_runs_and_their_comparison(seen: Page, url: str, logged: list[str]) -> None:
    for path in (f"/run?run={logged[0]}", f"/run?run={logged[1]}", f"/compare?runs={','.join(logged)}"):
        assert faults_in_both_themes(seen, url + path) == [], path


def test_axe_finds_nothing_on_a_run_that_works_and_one_that_is_done(seen: Page, url: str, service: Service) -> None:
    digits = ("image-classification", "digits", "logistic-regression", "quick")
    run = service.start_run(make_config(*digits), "quick")
    eventually(lambda: service.run(run.id).status is RunStatus.SUCCEEDED, PATIENCE_S)
    for tab in ("overview", "mistakes", "details"):  # curves are those of the logged runs
        assert faults_in_both_themes(seen, f"{url}/run?run={run.id}&tab={tab}") == [], tab
    working = service.start_run(make_config("image-classification", "digits", "resnet", "quick", {"epochs": 900}), "w")
    eventually(lambda: service.run(working.id).steps > 0, PATIENCE_S)
    try:
        assert faults_in_both_themes(seen, f"{url}/run?run={working.id}") == []
    finally:
        service.stop_run(working.id)


def test_axe_finds_nothing_on_the_preview_of_an_import(seen: Page, url: str, csv: Path) -> None:
    import_file(seen, url, csv)
    assert faults_in_both_themes(seen) == []


def test_axe_finds_nothing_on_the_page_that_asks_for_the_token(browser: Browser, url: str) -> None:
    with external_context(browser) as page:
        page.goto(url)
        expect(page.get_by_role("heading", name="Touchstone: open it with its token")).to_be_visible()
        found = faults(page, "light")
        page.emulate_media(color_scheme="dark")
        assert found + faults(page, "dark") == []


def test_the_keyboard_s_focus_is_seen_on_every_link_and_button(seen: Page, url: str) -> None:
    seen.goto(url)
    settle(seen)
    unseen, names = [], set()
    for _ in range(25):
        seen.keyboard.press("Tab")
        state = seen.evaluate(
            """() => {
                let e = document.activeElement;
                while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;  // of a component
                const near = [e, e.parentElement, e.parentElement?.parentElement];
                const marked = near.some((one) => {
                    const style = one && getComputedStyle(one);
                    const outlined = style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
                    return outlined || (style && style.boxShadow !== "none");
                });
                return [e.tagName, (e.innerText || e.getAttribute("aria-label") || "").trim(), marked];
            }"""
        )
        if state[0] != "BODY":
            names.add(state[1].rpartition("\n")[2])  # the name of an icon is a text before it
            if not state[2]:
                unseen.append(state)
    assert unseen == []
    assert {"Data", "Train", "Runs"} <= names
