"""The chart in a real browser: very long runs, what its titles say, its menu, and who rests when nobody looks."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.runs import RunStatus, Stage
from core.services.bootstrap import open_service
from core.settings import Settings
from core.store.curve import Curve
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore, now
from tests.browser.test_journeys import FIRST_POINT_MS, points, start, stop, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
LONG = 1_000_000
SPIKE = 654_321
DRAWN_MS = 180_000


@pytest.fixture(scope="module")
def long_run(url: str, served_home: Path) -> str:
    """A run of a million steps that has ended; its validation loss is lowest in the middle, its loss has one spike."""
    service = open_service(Settings(home=served_home))
    runs, store = RunStore(service.database), MetricStore(service.database)
    config = service.make_config("image-classification", "digits", "small-cnn")
    run_id = runs.create(config, "very long", "very-long").id
    runs.update(run_id, status=RunStatus.SUCCEEDED, stage=Stage.DONE, started_at=now(), finished_at=now())
    runs.update(run_id, steps=LONG, steps_total=LONG)
    steps, times = np.arange(LONG, dtype=np.float64), np.linspace(1.79e9, 1.80e9, LONG)
    loss = 1 + 0.1 * np.sin(steps / 1000)
    loss[SPIKE] = 9.0
    seldom = steps[::100_000]
    validation = np.abs(seldom / LONG - 0.5) + 0.25
    store.append_curves(
        run_id,
        {"train/loss": Curve(steps, loss, times), "validation/loss": Curve(seldom, validation, times[::100_000])},
    )
    return run_id


def open_run(page: Page, url: str, run_id: str) -> None:
    page.goto(f"{url}/run?run={run_id}")
    page.locator(".ts-plot canvas").first.wait_for(timeout=DRAWN_MS)


def drawn(page: Page) -> list[list[float]]:
    """Return of each line of the first chart how many points it has and its highest one."""
    found: list[list[float]] = page.evaluate(
        "document.querySelector('.ts-plot').chart.traces.map(line => [line.x.length, Math.max(...line.y)])"
    )
    return found


def ends(page: Page) -> list[float]:
    """Return from where to where the first chart goes."""
    found: list[float] = page.evaluate(
        "(({min, max}) => [min, max])(document.querySelector('.ts-plot').chart.plot.scales.x)"
    )
    return found


def places(page: Page) -> list[float]:
    """Return where the first chart has points."""
    found: list[float] = page.evaluate("Array.from(document.querySelector('.ts-plot').chart.plot.data[0])")
    return found


def test_a_run_of_a_million_steps_shows_its_spike_and_every_point_where_one_looks_closer(
    page: Page, url: str, long_run: str
) -> None:
    open_run(page, url, long_run)
    (count, highest), _ = drawn(page)
    assert count < 1_100
    assert highest == 9.0
    page.evaluate(f"document.querySelector('.ts-plot').chart.zoom({SPIKE - 20}, {SPIKE + 20})")
    wait_until(page, lambda: drawn(page)[0] == [43, 9.0], DRAWN_MS)  # 41 inside and one beside each end
    page.get_by_role("button", name="Show all").first.click()
    wait_until(page, lambda: drawn(page)[0][0] == count, DRAWN_MS)


def test_another_axis_shows_the_whole_again(page: Page, url: str, long_run: str) -> None:
    open_run(page, url, long_run)
    whole = page.locator(".ts-whole").first
    expect(whole).to_be_hidden()
    page.evaluate("document.querySelector('.ts-plot').chart.zoom(100, 200)")
    expect(whole).to_be_visible()
    page.get_by_label("X axis").select_option("examples")
    expect(whole).to_be_hidden()


def test_a_part_is_dragged_open_and_a_double_click_closes_it_again(page: Page, url: str, long_run: str) -> None:
    open_run(page, url, long_run)
    box = page.locator(".ts-plot .u-over").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.25, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, middle + 5, steps=5)
    page.mouse.up()
    low, high = ends(page)
    assert 0.2 * LONG < low < 0.3 * LONG
    assert 0.7 * LONG < high < 0.8 * LONG
    page.mouse.dblclick(box["x"] + box["width"] / 2, middle)
    wait_until(page, lambda: ends(page) == [0, LONG - 1], DRAWN_MS)


def test_the_numbers_under_the_pointer_are_told_and_a_line_can_be_hidden(page: Page, url: str, long_run: str) -> None:
    open_run(page, url, long_run)
    plot, told = page.locator(".ts-plot").first, page.locator(".ts-told").first
    expect(told).to_be_hidden()
    plot.locator(".u-over").hover(position={"x": 5, "y": 50})
    expect(told).to_contain_text("Validation 0.75")
    expect(told).to_contain_text("Training 1")
    button = page.get_by_role("button", name="Validation", exact=True).first
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    plot.locator(".u-over").hover(position={"x": 6, "y": 60})
    expect(told).not_to_contain_text("Validation")


def test_the_points_are_read_and_a_part_is_opened_by_keys(page: Page, url: str, long_run: str) -> None:
    open_run(page, url, long_run)
    plot, told = page.locator(".ts-plot").first, page.locator(".ts-told").first
    plot.focus()
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("Validation 0.65")  # the last point
    said = page.locator(".ts-plot ~ [aria-live]").first
    expect(said).to_contain_text("Validation 0.65")
    for _ in range(2):
        page.keyboard.press("+")
    wait_until(page, lambda: ends(page) == [0.75 * (LONG - 1), LONG - 1], DRAWN_MS)
    wait_until(page, lambda: len(places(page)) > 1_000, DRAWN_MS)  # all that is known of this part
    for _ in range(60):
        page.keyboard.press("ArrowLeft")  # beyond the edge the picture goes along
    low, high = ends(page)
    assert low < 0.75 * (LONG - 1)
    assert round(high - low) == round(0.25 * (LONG - 1))
    page.keyboard.press("-")
    page.keyboard.press("0")
    wait_until(page, lambda: ends(page) == [0, LONG - 1], DRAWN_MS)
    page.keyboard.press("Tab")
    expect(told).to_be_hidden()


def test_a_chart_is_taken_away_as_a_picture(page: Page, url: str, long_run: str, tmp_path: Path) -> None:
    open_run(page, url, long_run)
    for kind, begins in (("SVG", b"<svg"), ("PNG", b"\x89PNG"), ("CSV", b"curve,step")):
        page.locator(".ts-tools summary").first.click()
        with page.expect_download(timeout=DRAWN_MS) as taken:
            page.get_by_role("button", name=f"Download {kind}").first.click()
        taken.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(begins)
    image = (tmp_path / "SVG").read_text()
    assert "Loss" in image
    assert ">Training<" in image
    assert ">Validation<" in image


def test_the_title_says_what_is_to_be_seen(page: Page, url: str, long_run: str) -> None:
    open_run(page, url, long_run)
    expect(page.locator(".ts-title").first).to_have_text("Validation loss 0.65, lowest at step 500,000 (0.25)")
    said = "Validation loss 0.65, lowest at step 500,000 (0.25). Lines: Training and Validation."
    expect(page.locator(".ts-plot").first).to_have_attribute("aria-label", said)


def test_the_menu_of_a_chart_works_by_keyboard_on_a_phone_too(page: Page, url: str, long_run: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_run(page, url, long_run)
    menu = page.locator(".ts-tools").first
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="Full screen")).to_be_focused()
    page.keyboard.press("ArrowUp")
    last = menu.get_by_role("button", name="Download CSV")
    expect(last).to_be_focused()
    box = last.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    expect(last).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_an_ended_run_asks_for_nothing_more(page: Page, url: str, long_run: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/runs/" in request.url else None)
    open_run(page, url, long_run)
    page.wait_for_timeout(3_000)
    assert len(asked) == 1


def show(page: Page, *, hidden: bool) -> None:
    """Let the page believe that its tab is in the background, or no longer; a browser without a screen has none."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', {configurable: true, value: hidden});
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_a_hidden_tab_rests_and_catches_up(page: Page, url: str) -> None:
    start(page, url, "model=logistic-regression", 1000)
    wait_until(page, lambda: points(page).get("train/loss", 0) > 1, FIRST_POINT_MS)
    show(page, hidden=True)
    before = -1
    for _ in range(40):  # an answer that was under way may still come
        if before == (before := points(page)["train/loss"]):
            break
        page.wait_for_timeout(3_000)
    assert points(page)["train/loss"] == before
    show(page, hidden=False)
    wait_until(page, lambda: points(page)["train/loss"] > before, FIRST_POINT_MS)
    stop(page)
