"""What charts compute in the browser, without a server: numbers, axes, places of points, smooth lines."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import pages.components.charts.curve_chart as charts

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """A page with nothing on it but what charts are made of."""
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<p>charts</p>")
    folder = Path(charts.__file__).parent
    page.add_script_tag(content="\n".join((folder / name).read_text() for name in charts.DRAWING))
    yield page
    context.close()


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0.9999, 0.99991, ["0.999900", "0.999902", "0.999904", "0.999906", "0.999908", "0.999910"]),
        (10_000, 10_100, ["10,000", "10,020", "10,040", "10,060", "10,080", "10,100"]),
        (0, 5_000_000, ["0", "1M", "2M", "3M", "4M", "5M"]),
        (10_000_000, 10_000_100, ["10,000,000", "10,000,020", "10,000,040", "10,000,060", "10,000,080", "10,000,100"]),
        (0, 5e-5, ["0", "1e-5", "2e-5", "3e-5", "4e-5", "5e-5"]),
        (-1, 1, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        (-1e300, 1e300, ["-1e300", "-5e299", "0", "5e299", "1e300"]),
    ],
)
def test_labels_of_an_axis_are_told_apart(blank: Page, low: float, high: float, texts: list[str]) -> None:
    said = blank.evaluate(
        "([low, high]) => { const { places, step } = ticksBetween(low, high, 5); return tickTexts(places, step); }",
        [low, high],
    )
    assert said == texts


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [
        (0.99991, 0, "0.99991"),
        (1.00000001, 0, "1"),
        (0.999905, 1e-5, "0.999905"),
        (99_730, 0, "99,730"),
        (12_345.678, 0, "12,346"),
        (1e6, 0, "1,000,000"),
        (0.00012341, 0, "1.234e-4"),
        (1.7e308, 0, "1.7e308"),
        (0, 0, "0"),
        (-0.5, 0, "-0.5"),
        (1_234_567_891, 0, "1,234,567,891"),
    ],
)
def test_a_number_has_the_digits_that_tell_it_apart(blank: Page, value: float, spread: float, text: str) -> None:
    assert blank.evaluate("([value, spread]) => numberText(value, spread)", [value, spread]) == text


def test_a_share_just_below_all_is_not_rounded_to_all(blank: Page) -> None:
    said = blank.evaluate("[0.5, 0.9996, 1, 0.99999].map((share) => percentText(share))")
    assert said == ["50.0 %", "99.96 %", "100.0 %", "99.999 %"]
    assert blank.evaluate("[99730, 0.5, 1e17].map(placeText)") == ["99,730", "0.5", "100,000,000,000,000,000"]


def fit(blank: Page, values: Sequence[float | None], **options: Any) -> dict[str, Any]:
    asked = {"log": False, "all": False, **options}
    found: dict[str, Any] = blank.evaluate(
        "([y, asked]) => fitOf([{ x: y.map((_, at) => at), y }], asked)", [values, asked]
    )
    return found


def test_an_axis_fits_nearly_all_values_and_says_what_is_outside(blank: Page) -> None:
    falling = [1e6, *[1 + at / 100 for at in range(60)]]
    fitted = fit(blank, falling)
    assert (fitted["low"], fitted["high"]) == (1, pytest.approx(1.59))
    assert fitted["notes"] == ["1 of 61 values is above what is drawn, up to 1,000,000."]
    thinned = "(y) => fitOf([{ x: y.map((_, at) => at), y, thinned: true }], { log: false, all: false }).notes"
    assert blank.evaluate(thinned, falling) == ["Some values are above what is drawn, up to 1,000,000."]
    assert fit(blank, falling, all=True)["high"] == 1e6
    spike = [0.0] * 30 + [5.0] + [0.0] * 30
    assert (fit(blank, spike)["high"], fit(blank, spike)["notes"]) == (5, [])  # it is what there is to see
    assert fit(blank, [0.1, *[0.999 + at / 1e5 for at in range(60)]])["low"] == 0.1  # an accuracy rises
    largest = fit(blank, [*[float(at) for at in range(30)], 1.7e308])
    assert largest["notes"] == ["1 of 31 values is above what is drawn, up to 1.7e308."]
    assert fit(blank, [1.7e308, -1.7e308])["high"] == 1e300


def test_a_log_scale_says_what_it_cannot_show(blank: Page) -> None:
    below = fit(blank, [-1, -2, -3], log=True)
    assert below["isLog"] is False
    assert below["notes"] == ["No value is above zero, which a log scale needs: drawn on a linear one."]
    some = fit(blank, [1, 10, 0, None], log=True)
    assert (some["isLog"], some["low"], some["high"]) == (True, 1, 10)
    assert some["notes"] == ["1 of 3 values is not above zero: no log scale shows that."]


def test_how_many_values_are_none_is_said_as_far_as_it_is_known(blank: Page) -> None:
    line: dict[str, Any] = {"step": [0, 1, 2], "value": [None, "Infinity", 1]}
    said = [blank.evaluate("(line) => brokenNote(line, 'Loss')", line | more) for more in (
        {}, {"thinned": True}, {"thinned": True, "count": 5000, "numbers": 4999},
    )]  # fmt: skip
    assert said == [
        "⚠ Loss: 2 of 3 values are infinite or not a number, the first at step 0.",
        "⚠ Loss: some values are infinite or not a number, the first at step 0.",
        "⚠ Loss: 1 of 5,000 values is infinite or not a number at step 0.",
    ]


def test_every_point_of_one_step_has_a_place_beside_those_of_other_lines(blank: Page) -> None:
    found = blank.evaluate("joined([{ x: [1, 1, 2], y: [5, 6, 7] }, { x: [0, 1], y: [8, 9] }]).map((c) => [...c])")
    assert found == [[0, 1, 1, 2], [None, 5, 6, 7], [8, 9, None, None]]
    assert blank.evaluate("alone({ y: [null, 1, null, 2, 3, null] })") == [1]
    assert blank.evaluate("placed({ x: [2, NaN, 1], y: [5, 6, 7] })") == {"x": [1, 2], "y": [7, 5]}


def test_a_smooth_line_goes_on_as_the_server_began_it(blank: Page) -> None:
    means = blank.evaluate("smooth([1, null, 3, 5], 0.5)")
    assert means == pytest.approx([1, None, 7 / 3, 27 / 7])
    known = {"step": [9], "time": [1.0], "value": [2.0], "keep": 0.75, "mean": 2.0}
    line = {
        "step": [9],
        "time": [1.0],
        "value": [1.0],
        "thinned": True,
        "count": 50,
        "numbers": 50,
        "smooth": known,
    }
    fresh = {"step": [10, 11], "time": [2.0, 3.0], "value": [6.0, None]}
    grown = blank.evaluate("([line, fresh]) => { addPoints(line, fresh); return line; }", [line, fresh])
    assert grown["smooth"]["value"] == [2.0, 3.0, None]
    assert (grown["count"], grown["numbers"], grown["smooth"]["step"]) == (52, 51, [9, 10, 11])


def test_lines_that_count_different_steps_meet_where_the_run_was(blank: Page) -> None:
    steps, epochs = {"step": [1, 2]}, {"step": [1, 2], "global_step": [100, 200], "axis": "epoch"}
    ask = "([lines, axis]) => { const found = axisOf(axis, lines); return [found, axisTitle(found, lines)]; }"
    assert blank.evaluate(ask, [[steps, epochs], "step"]) == ["run", "Step of the run"]
    assert blank.evaluate(ask, [[epochs, epochs], "step"]) == ["step", "epoch"]
    assert blank.evaluate(ask, [[steps], "step"]) == ["step", "Step"]
    assert blank.evaluate("(line) => [0, 1].map((at) => AXES.run.of(line, at))", epochs) == [100, 200]
    assert blank.evaluate("[minutesAt(0, 60), minutesAt(600, 60, [[120, 180]])]") == [None, 8]
