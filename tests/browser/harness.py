"""A real server with a home of its own, and a real Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_S = 120.0
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the machine's own browser, or playwright's where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def faultless_page(browser: Browser) -> Iterator[Page]:
    """Open a page in a session of its own; no script on it may have failed when it closes."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert not faults


@contextmanager
def dashboard(home: Path) -> Iterator[str]:
    """Serve the dashboard on a free port and yield its address; its supervisor and runs end with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    # One thread a run: two spin on each other where other tests want the cores too.
    environment = {"TOUCHSTONE_THREADS": "1", **os.environ, "TOUCHSTONE_HOME": str(home)}
    with (home / "server.log").open("ab") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield _wait_for(f"http://127.0.0.1:{port}", server, home)
    finally:
        server.terminate()
        server.wait(20)
        _end_supervisor(home)


def _wait_for(url: str, server: "subprocess.Popen[bytes]", home: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, (home / "server.log").read_text()
        try:
            with urlopen(f"{url}/api/health", timeout=5):
                return url
        except OSError:
            time.sleep(0.1)
    raise AssertionError((home / "server.log").read_text())


def _end_supervisor(home: Path) -> None:
    """The supervisor outlives the dashboard on purpose; a test's one must not outlive the test."""
    from core.bootstrap import open_service
    from core.settings import Settings

    service = open_service(Settings(home=home))
    for run in service.active_runs():
        service.stop_run(run.id)
    pid = service.worker.info().pid
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
