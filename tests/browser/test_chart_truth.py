"""What a chart shows is the data: smoothed as a whole, with its gaps, however many curves there are."""

from collections.abc import Callable, Mapping
from math import nan
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core import track
from core.runs import RunStatus
from core.services.bootstrap import open_service
from core.settings import Settings
from core.store.curve import Curve
from core.store.external_runs import ExternalRuns
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from tests.browser.test_curves import open_run
from tests.browser.test_journeys import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
DRAWN_MS = 60_000
Logged = Callable[[Mapping[str, "np.ndarray[tuple[int], np.dtype[np.float64]]"]], str]


@pytest.fixture(scope="module")
def logged(url: str, served_home: Path) -> Logged:
    """A run that logged these curves and has ended; of each point the step is its place."""

    def logged(curves: Mapping[str, "np.ndarray[tuple[int], np.dtype[np.float64]]"]) -> str:
        service = open_service(Settings(home=served_home))
        run_id = ExternalRuns(service.database).create("tracked", "logged").id
        written = {
            key: Curve(np.arange(float(len(v))), v, np.linspace(1.79e9, 1.8e9, len(v))) for key, v in curves.items()
        }
        MetricStore(service.database).append_curves(run_id, written)
        RunStore(service.database).finish(run_id, RunStatus.SUCCEEDED)
        return run_id

    return logged


def whole(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Curve:
    return Curve(np.arange(float(len(values))), values, np.linspace(1.79e9, 1.8e9, len(values)))


def heights(page: Page) -> list[tuple[float, float]]:
    """Return the lowest and the highest value of each line of the first chart, without its first points."""
    found: list[tuple[float, float]] = page.evaluate(
        """document.querySelector('.ts-plot').chart.lines.map(({ y }) => y.slice(20))
            .map((y) => [Math.min(...y), Math.max(...y)])"""
    )
    return found


def is_mean(page: Page) -> bool:
    """Return whether there are a faint line of the data and a smooth one through it."""
    lines = heights(page)
    return len(lines) % 2 == 0 and lines[0][1] > 10 and all(1.2 < low < high < 2.2 for low, high in lines[1::2])


def test_the_smooth_line_runs_through_the_data_and_not_over_its_extremes(page: Page, url: str, logged: Logged) -> None:
    draw = np.random.default_rng(0)
    runs = [logged({"train/loss": draw.lognormal(0, 1, 200_000)}) for _ in range(2)]
    open_run(page, url, runs[0])
    page.get_by_label("Smoothing").fill("0.9")
    wait_until(page, lambda: is_mean(page), DRAWN_MS)
    page.evaluate("document.querySelector('.ts-plot').chart.zoom(50_000, 50_400)")
    wait_until(
        page, lambda: page.evaluate("document.querySelector('.ts-plot').chart.lines[1].x.length") == 403, DRAWN_MS
    )
    assert is_mean(page)
    page.goto(f"{url}/compare?runs={','.join(runs)}&metric=train/loss&smooth=0.9")
    page.locator(".ts-plot canvas").first.wait_for(timeout=DRAWN_MS)
    wait_until(page, lambda: is_mean(page), DRAWN_MS)


def test_values_between_gaps_are_told_and_those_that_are_none_are_counted(page: Page, url: str, logged: Logged) -> None:
    few = np.array([nan, nan, 0.99991, nan, nan])
    long = np.where(np.arange(5_000) % 2 == 0, 1.0, nan)
    open_run(page, url, logged({"few": few, "long": long, "twice/policy": few, "once/policy": few}))
    warned = page.locator("figure:has-text('Long') .ts-warning")
    expect(warned).to_have_text(
        "⚠ Long: 2,500 of 5,000 values are not a number, the first at step 1.", timeout=DRAWN_MS
    )
    expect(page.locator(".ts-title")).to_have_text(
        ["Few 0.99991", "Long 1", "once/policy 0.99991", "twice/policy 0.99991"]
    )
    page.locator("figure:has-text('Few') .u-over").hover()
    expect(page.locator("figure:has-text('Few') .ts-told")).to_contain_text("Step 2Logged 0.99991")


def test_of_many_curves_those_near_the_screen_are_drawn(page: Page, url: str, logged: Logged) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/curves?" in request.url else None)
    open_run(page, url, logged({f"layer/{at:03}": np.arange(4.0) + at for at in range(300)}))
    page.locator(".ts-more summary").click()
    page.locator(".ts-curves figure").nth(200).scroll_into_view_if_needed()
    title = page.locator(".ts-curves figure").nth(200).locator(".ts-title")
    expect(title).to_have_text("layer/200 203", timeout=DRAWN_MS)
    assert page.locator(".ts-plot canvas").count() < 60
    assert all(url.count("layer") < 60 for url in asked)
    page.get_by_label("Find one of 300 curves").fill("R/017")
    shown = page.locator(".ts-curves figure:visible")
    expect(shown).to_have_count(1)
    expect(shown.locator(".ts-title")).to_have_text("layer/017 20", timeout=DRAWN_MS)


def test_what_comes_late_or_at_one_step_is_drawn_while_a_script_logs(
    page: Page, url: str, served_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(served_home))
    run = track.init("late")
    for step in range(0, 80, 10):
        run.log({"train/loss": 1.0 + step, "batches": step}, step)
    open_run(page, url, run.id)
    for value in (5.0, 6.0):
        run.log({"train/loss": value}, 35)  # an evaluation that took longer than the steps after it
    run.log({"val/loss": 0.5}, 1)  # in epochs
    run.log({"batches": 1.0})
    line = "document.querySelector('.ts-plot')?.chart?.lines[0]?"  # it is drawn anew while one asks
    values = [1, 11, 21, 31, 5, 6, 41, 51, 61, 71]
    wait_until(page, lambda: page.evaluate(f"{line}.y") == values, DRAWN_MS)
    places = [0, 10, 20, 30, 35, 35, 40, 50, 60, 70]
    wait_until(page, lambda: page.evaluate(f"{line}.x") == places, DRAWN_MS)
    run.finish()
