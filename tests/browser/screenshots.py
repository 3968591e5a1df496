"""Pictures of every page, for the README and for the eye.

Without a URL it serves the dashboard itself, in an empty home, and trains the four demos first.
"""

import argparse
import tempfile
from contextlib import ExitStack
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import ROOT, chromium, dashboard

WIDTHS = {1440: 900, 390: 844}
THEMES = ("light", "dark")
DEMOS = (
    "image-classification", "text-classification", "text-generation", "tabular-regression", "tabular-classification",
)  # fmt: skip
DEMO_MS = 400_000
README_PICTURE = ROOT / ".ci" / "run.png"


def open_page(browser: Browser, url: str, width: int, theme: str) -> Page:
    """Open a page in a window of its own and wait until it is drawn."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(url)
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the script has run and nothing is being drawn."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=180_000)
    page.wait_for_timeout(1500)


def photograph(page: Page, file: Path) -> None:
    """Save the whole page, however long."""
    main = page.get_by_test_id("stMain")
    height = main.evaluate("e => e.scrollHeight")
    width = (page.viewport_size or {"width": 1440})["width"]
    page.set_viewport_size({"width": width, "height": min(int(height) + 20, 6000)})
    page.wait_for_timeout(900)
    page.screenshot(path=file)


def train_demo(page: Page, url: str, task: str) -> str:
    """Train a task's demo to its end and return the run's address."""
    page.goto(url)
    page.locator(f".st-key-demo-{task} button").click()
    page.locator(".st-key-verdict").wait_for(timeout=DEMO_MS)
    settle(page)
    return page.url


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where every page goes, wide and narrow, light and dark")
    parser.add_argument("--url", help="a dashboard that is already served")
    parser.add_argument("--readme", action="store_true", help=f"take the README's picture again: {README_PICTURE}")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        url = arguments.url
        if url is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            url = stack.enter_context(dashboard(home))
        if arguments.readme:
            page = browser.new_page(viewport={"width": 1440, "height": 1290})
            train_demo(page, url, "text-classification")
            page.wait_for_timeout(4_000)  # every chart is drawn
            page.screenshot(path=README_PICTURE)
        if arguments.folder:
            if arguments.url is None:
                for task in DEMOS:
                    train_demo(browser.new_page(), url, task)
            every_page(browser, url, arguments.folder)


def every_page(browser: Browser, url: str, folder: Path) -> None:
    """Photograph every page, and every recent run, in each width and theme."""
    folder.mkdir(parents=True, exist_ok=True)
    for (name, path), width, theme in product(addresses(browser, url).items(), WIDTHS, THEMES):
        page = open_page(browser, url + path, width, theme)
        photograph(page, folder / f"{name}-{width}-{theme}.png")
        page.context.close()


def addresses(browser: Browser, url: str) -> dict[str, str]:
    """Return every page's path, and that of each recent run."""
    page = open_page(browser, url, 1440, "light")
    links = page.locator("[class*='st-key-recent-'] a")
    runs = [str(links.nth(i).get_attribute("href")).partition("?")[2] for i in range(links.count())]
    page.context.close()
    ids = ",".join(query.partition("run=")[2] for query in runs)
    paths = {
        "start": "/", "recipes": "/recipes", "data": "/data", "train": "/train", "runs": "/runs",
        "import-runs": "/import-runs",
        "compare-none": "/compare", "compare": f"/compare?runs={ids}", "system": "/system",
        "run-none": "/run?run=nothere",
    }  # fmt: skip
    return paths | {f"run-{i}": f"/run?{query}" for i, query in enumerate(reversed(runs), 1)}


if __name__ == "__main__":
    main()
