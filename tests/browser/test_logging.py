"""A script logs, and whoever has its page open sees the curves grow, in a real browser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import ROOT
from tests.browser.test_control import button
from tests.browser.test_journeys import points, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
PATIENCE_MS = 180_000
SCRIPT = """
import time
from core import track
run = track.init("churn", {"lr": 0.1})
print(run.id, flush=True)
step = 0
while not run.should_stop:
    run.log({"train/loss": 1 / (1 + step), "a, b:c": step}, step)
    if step > 200:
        run.log({"val/loss": 2 / (1 + step)}, step)
    step += 1
    time.sleep(0.01)
run.finish()
"""


@pytest.fixture
def script(served_home: Path) -> Iterator["subprocess.Popen[str]"]:
    """A script that logs into the dashboard's store until it is asked to stop."""
    environment = {**os.environ, "TOUCHSTONE_HOME": str(served_home)}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate(timeout=60)


def test_the_curves_of_a_script_grow_on_its_page_until_it_is_asked_to_stop(
    page: Page, url: str, script: "subprocess.Popen[str]"
) -> None:
    assert script.stdout is not None
    page.goto(f"{url}/run?run={script.stdout.readline().strip()}")
    page.locator(".ts-curves[data-points]").wait_for(timeout=PATIENCE_MS)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 100, PATIENCE_MS)
    wait_until(page, lambda: points(page).get("val/loss", 0) > 50, PATIENCE_MS)  # a curve that came later
    live = points(page)
    assert abs(live["train/loss"] - live["a, b:c"]) <= 1  # no point twice, whatever its name

    button(page, "Ask to stop")
    expect(page.locator(".st-key-ended")).to_contain_text("Stopped because somebody asked", timeout=PATIENCE_MS)
    assert script.wait(120) == 0
