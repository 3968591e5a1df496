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
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from core.access.token import TOKEN, cookie_value

THE_TOKEN = "a token that only these tests know"
ROOT = Path(__file__).resolve().parents[2]
START_S = 300.0
PATIENCE_MS = 180_000  # eight busy processes may run beside the browser
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
    "--use-fake-device-for-media-stream",  # a camera that everybody may use
    "--use-fake-ui-for-media-stream",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the machine's own browser, or playwright's where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        let_in(browser)
        try:
            yield browser
        finally:
            _contexts.clear()
            browser.close()


@contextmanager
def external_context(browser: Browser) -> Iterator[Page]:
    """Open a page of somebody who was told no token."""
    context = browser.new_context()
    context.clear_cookies()
    _contexts.remove(context)
    yield context.new_page()
    context.close()


_contexts: list[BrowserContext] = []
_addresses: list[str] = []


def let_in(browser: Browser) -> None:
    """Give every context of a browser the cookies of whoever opened the printed address."""
    new_context = browser.new_context

    def signed_in(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        _contexts.append(context)
        context.on("close", lambda closed: _contexts.remove(closed) if closed in _contexts else None)
        for address in _addresses:
            _sign_in(context, address)
        return context

    browser.new_context = signed_in  # type: ignore[method-assign]
    browser.new_page = lambda **options: signed_in(**options).new_page()  # type: ignore[method-assign]


def _sign_in(context: BrowserContext, address: str) -> None:
    port = address.rpartition(":")[2]
    context.add_cookies([{"name": f"touchstone-{port}", "value": cookie_value(THE_TOKEN), "url": address}])


def ask(url: str, timeout_s: float = 120.0) -> Any:
    """Open an address of the dashboard as a script would: with the token in a header."""
    return urlopen(Request(url, headers={"Authorization": f"Bearer {THE_TOKEN}"}), timeout=timeout_s)


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
def dashboard(home: Path, base: str = "") -> Iterator[str]:
    """Serve the dashboard on a free port and yield its address; its supervisor and runs end with it.

    Args:
        home: Its home.
        base: The path under which it is served, such as "/touchstone".
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.baseUrlPath", base] if base else []
    # One thread a run: two spin on each other where other tests want the cores too.
    environment = {"TOUCHSTONE_THREADS": "1", **os.environ, "TOUCHSTONE_HOME": str(home), TOKEN: THE_TOKEN}
    with (home / "server.log").open("ab") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    _addresses.append(address)
    for context in _contexts:
        _sign_in(context, address)
    try:
        yield _wait_for(f"{address}{base}", server, home)
    finally:
        _addresses.remove(address)
        server.terminate()
        try:
            server.wait(120)
        finally:
            server.kill()
            _end_supervisor(home)


def _wait_for(url: str, server: "subprocess.Popen[bytes]", home: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, (home / "server.log").read_text()
        try:
            with ask(f"{url}/api/health", 30.0):
                return url
        except OSError:
            time.sleep(0.1)
    raise AssertionError((home / "server.log").read_text())


def _end_supervisor(home: Path) -> None:
    """The supervisor outlives the dashboard on purpose; a test's one must not outlive the test."""
    from core.services.bootstrap import open_service
    from core.settings import Settings

    service = open_service(Settings(home=home))
    for run in service.active_runs():
        service.stop_run(run.id)
    pid = service.worker.info().pid
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
