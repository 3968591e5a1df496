"""Hostile files in a real dashboard: it lives, answers others meanwhile, its memory stays, and a sentence is read."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import dashboard, faultless_page
from tests.browser.import_steps import START_MS
from tests.data.hostile.cases import CASES
from tests.data.hostile.hostile_file import CANARY
from tests.live import eventually

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and stops what Linux forked"),
]
MORE_MEMORY = 100 * 2**20  # bytes that the dashboard may take at its peak
WORST = (
    "xlsx-address-in-small-letters", "parquet-one-long-text-in-every-row", "docx-paragraphs-that-grow",
    "csv-digits-and-a-letter", "image-png-of-79-million-pixels-in-colour",
)  # fmt: skip


class Dashboard:
    """One that runs, with its process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._found: psutil.Process | None = None
        port = url.rpartition(":")[2]
        self.process = next(
            p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE and port in p.cmdline()
        )

    def peak_bytes(self) -> int:
        """Return the most memory that its process has had (VmHWM)."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

    def inspectors(self) -> list[psutil.Process]:
        """Return the processes that look at files now; quick, for they do not live long."""
        children = Path(f"/proc/{self._server().pid}/task/{self._server().pid}/children")
        found = []
        for pid in children.read_text().split():
            with suppress(psutil.NoSuchProcess):  # it has ended since
                found.append(psutil.Process(int(pid)))
        return found

    def _server(self) -> psutil.Process:
        if self._found is None or not self._found.is_running():
            self._found = next(p for p in self.process.children() if "core.processes.inspection" in p.cmdline())
        return self._found

    def readers_loaded(self) -> list[str]:
        """Return which of the readers' compiled libraries its process has loaded."""
        mapped = Path(f"/proc/{self.process.pid}/maps").read_text()
        return [name for name in ("python_calamine", "pillow_heif", "_parquet.") if name in mapped]

    def answers(self) -> bool:
        """Ask Streamlit whether it is healthy, as a load balancer would."""
        with urlopen(f"{self.url}/_stcore/health", timeout=120) as answer:
            return bool(answer.status == 200)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with dashboard(tmp_path_factory.mktemp("dashboard")) as url:
        yield Dashboard(url)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    with faultless_page(browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An honest table that takes a moment to look at."""
    file, chance = tmp_path_factory.mktemp("large") / "sales.csv", random.Random(0)
    rows = (f"thing {chance.random()} of {chance.random()},{chance.choice(('good', 'bad'))}" for _ in range(60_000))
    file.write_text("\n".join(["text,label", *rows]))
    return file


def preview_source(page: Page, served: Dashboard, path: Path) -> None:
    page.goto(f"{served.url}/bring?how=path&path={path}&ready=1")


def held(page: Page, served: Dashboard, path: Path) -> psutil.Process:
    """Look at a file and hold its inspector, so that it is at work as long as the test wants."""
    for _ in range(20):
        preview_source(page, served, path)
        until = time.monotonic() + 15
        while time.monotonic() < until:
            for inspector in served.inspectors():
                with suppress(psutil.NoSuchProcess):
                    inspector.suspend()
                    return inspector
            time.sleep(0.002)
    raise AssertionError("no inspector was seen")


def problem(page: Page) -> Callable[..., None]:
    return expect(page.locator(".st-key-problem").get_by_role("alert")).to_contain_text


def test_while_one_file_is_worked_on_others_are_served_and_its_end_is_a_sentence(
    served: Dashboard, visitor: Page, browser: Browser, large: Path, tmp_path: Path
) -> None:
    inspector = held(visitor, served, large)
    assert served.answers()
    small = tmp_path / "small.csv"
    small.write_text("text,label\n" + "".join(f"it {i} works,good\nit {i} broke,bad\n" for i in range(40)))
    with faultless_page(browser) as other:
        preview_source(other, served, small)
        expect(other.locator(".st-key-summary")).to_contain_text("80 texts", timeout=START_MS)
    assert inspector.status() == psutil.STATUS_STOPPED  # it was at work all the time
    expect(visitor.get_by_text("s so far.")).to_be_visible(timeout=START_MS)
    os.kill(inspector.pid, signal.SIGKILL)
    problem(visitor)("Reading sales.csv was ended from outside", timeout=START_MS)
    problem(visitor)("Nothing else was disturbed.")


def test_a_look_ends_when_its_page_is_left(served: Dashboard, visitor: Page, large: Path) -> None:
    inspector = held(visitor, served, large)
    expect(visitor.get_by_text("s so far.")).to_be_visible(timeout=START_MS)
    visitor.get_by_role("button", name="Choose something else").click()
    expect(visitor.get_by_text("It stays where it is")).to_be_visible(timeout=START_MS)
    eventually(lambda: not inspector.is_running())


def test_the_worst_files_cost_the_dashboard_nothing(
    served: Dashboard, visitor: Page, large: Path, tmp_path: Path
) -> None:
    preview_source(visitor, served, large)  # what every visitor costs
    expect(visitor.locator(".st-key-summary")).to_contain_text(" texts", timeout=START_MS)
    before, pid = served.peak_bytes(), served.process.pid
    cases = [case for case in CASES if case.name in WORST]
    assert len(cases) == len(WORST)
    for case in cases:
        folder = tmp_path / case.name
        folder.mkdir()
        path = case.make(folder)
        preview_source(visitor, served, path)
        visitor.locator(".st-key-problem").get_by_role("alert").or_(visitor.locator(".st-key-summary")).first.wait_for(
            timeout=START_MS
        )
        assert served.answers()
        assert not (folder / CANARY).exists()  # it ran nothing
    assert served.process.pid == pid
    assert served.process.is_running()
    assert served.peak_bytes() - before < MORE_MEMORY
    assert served.readers_loaded() == []
    eventually(lambda: served.inspectors() == [])
