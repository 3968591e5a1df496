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
    if step == 150:
        for at in (0, 10, 20, 30, 40, 60, 70):
            run.log({"late": at}, at)
    if step == 300:  # an evaluation that took longer than those after it
        run.log({"late": 50}, 50)
        for at in (80, 90, 100):
            run.log({"late": at}, at)
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
    run_id = script.stdout.readline().strip()
    page.goto(f"{url}/run?run={run_id}")
    page.locator(".ts-curves[data-points]").wait_for(timeout=PATIENCE_MS)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 100, PATIENCE_MS)
    wait_until(page, lambda: points(page).get("val/loss", 0) > 50, PATIENCE_MS)  # a curve that came later
    wait_until(page, lambda: points(page).get("late", 0) == 11, PATIENCE_MS)
    live = points(page)
    assert abs(live["train/loss"] - live["a, b:c"]) <= 1  # no point twice, whatever its name

    button(page, "Ask to stop")
    expect(page.locator(".st-key-ended")).to_contain_text("Stopped because somebody asked", timeout=PATIENCE_MS)
    assert script.wait(120) == 0
    page.reload()
    wait_until(page, lambda: points(page).get("late", 0) == 11, PATIENCE_MS)
    table = page.request.get(f"{page.url.split('/run?')[0]}/api/runs/{run_id}/curves.csv?keys=late").text()
    assert [line.split(",")[1] for line in table.split()[1:]] == [str(step) for step in range(0, 101, 10)]
