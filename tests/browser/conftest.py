"""One server and one Chromium for all journeys; each test has a browser context, and a session, of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.harness import chromium, dashboard, faultless_page

# Files of few tests that take minutes come first: at the end of all one worker would do them alone.
LONGEST = [f"test_{name}.py" for name in ("targets", "trying", "watching", "answers", "comparison", "showing")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files before the other ones of this folder; all else keeps its order."""
    here = Path(__file__).parent
    items.sort(key=lambda item: 2 * (item.path.parent == here) - (item.path.name in LONGEST))


@pytest.fixture(scope="package")  # Playwright keeps an event loop running, in which no other test may be
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="package")
def served_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the dashboard under `url`, for tests that put something into its store."""
    return tmp_path_factory.mktemp("dashboard")


@pytest.fixture(scope="package")
def url(served_home: Path) -> Iterator[str]:
    with dashboard(served_home) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with faultless_page(browser) as opened:
        yield opened


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\n" + "".join(f"thing {i} is fine,good\nthing {i} is broken,bad\n" for i in range(50)))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of class folders, with what a Mac leaves in it."""
    folder = tmp_path / "pets"
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for i in range(30):
            Image.effect_noise((40, 30), 40 + i).convert("RGB").save(folder / label / f"{i}.jpg")
    (folder / ".DS_Store").write_text("x")
    return folder
