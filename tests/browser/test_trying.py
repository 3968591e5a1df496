"""Four contenders side by side on every kind of input, in a real browser, with why they answer so."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from core.services.tried_inputs import TriedInputs
from tests.browser.contenders import LANGUAGE_MODEL, WRITER, Contenders, make_contenders
from tests.browser.harness import dashboard, faultless_page
from tests.browser.import_steps import drop
from tests.browser.test_accessibility import faults_in_both_themes
from tests.contest.fake_endpoint import fake_endpoint

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]
GRADES = (
    "carat\tcolor\tclarity\tdepth %\ttable %\tprice\tlength\twidth\theight\n"
    "0.3\tE\tVS1\t61.5\t55\t600\t4.3\t4.3\t2.6\n1.2\tG\tSI1\t62\t58\t6100\t6.8\t6.7\t4.2"
)
PASTE = """async (bytes) => {
    const image = new Blob([new Uint8Array(bytes)], { type: "image/png" });
    await navigator.clipboard.write([new ClipboardItem({ "image/png": image })]);
}"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contenders]:
    training = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    with fake_endpoint(**WRITER) as (url, _):
        yield make_contenders(tmp_path_factory.mktemp("tried"), url, training.pid)
    training.kill()
    training.wait()


@pytest.fixture(scope="module")
def try_url(here: Contenders) -> Iterator[str]:
    with dashboard(here.service.settings.home) as address:
        yield f"{address}/try"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with faultless_page(browser) as opened:
        yield opened


def answers(page: Page) -> Locator:
    return page.locator('[class*="st-key-answer-"]')


def answered(page: Page, tried: int) -> None:
    """Wait until all four have answered, and it was kept as so many tries."""
    expect(page.get_by_role("heading", name=f"Tried so far: {tried}", exact=True)).to_be_visible()
    expect(answers(page)).to_have_count(4)
    for place in range(4):
        expect(answers(page).nth(place)).to_contain_text("ms")


def why(page: Page, said: str) -> None:
    """Unfold why the first answer is what it is, and wait for what is said."""
    page.get_by_text("Why this answer").first.click()
    expect(page.get_by_text(re.compile(said)).first).to_be_visible()


def test_a_sentence_and_many_lines(page: Page, try_url: str, here: Contenders) -> None:
    page.goto(f"{try_url}?{here.beside('golden texts', '@last', '+majority', LANGUAGE_MODEL)}")
    box = page.get_by_role("textbox", name="Text")
    box.fill("this thing is good")
    box.press("Control+Enter")
    answered(page, 1)
    for kind in ("newest checkpoint", "baseline", "language model"):
        expect(answers(page).filter(has_text=kind)).to_have_count(1)
    expect(answers(page).filter(has_text="language model")).to_contain_text("USD")
    page.get_by_text("Hide who is who, and vote").click()
    expect(page.get_by_role("heading", name="Tried so far")).to_have_count(0)  # it would tell who said what
    expect(answers(page).filter(has_text="language model")).to_have_count(0)
    page.get_by_role("button", name="C is best").click()
    expect(page.get_by_text("So far 1 preferred one.")).to_be_visible()
    page.get_by_text("Hide who is who, and vote").click()
    why(page, "The sum: a text of empty words gets")
    assert faults_in_both_themes(page) == []
    page.reload()  # the address keeps who was asked
    expect(page.get_by_test_id("stMultiSelect")).to_contain_text("fake (language model)")
    box.fill("it broke at once\nall is well")
    page.get_by_text("Every line is a text of its own").click()
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name="Tried so far: 3")).to_be_visible()
    expect(page.get_by_text("ms for all 2")).to_be_visible()


def test_an_image_that_is_drawn_chosen_dropped_pasted_photographed_and_taken(
    page: Page, try_url: str, here: Contenders, tmp_path: Path
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{try_url}?{here.beside('golden images', '@last', '+majority', 'golden shapes')}")
    given = page.locator(".ts-image-input")
    box = given.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 120, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 220, steps=6)
    page.mouse.up()
    answered(page, 1)
    why(page, "Left: the image as the model sees it.")
    assert faults_in_both_themes(page) == []

    for place, name in enumerate(("chosen", "dropped", "pasted")):
        Image.linear_gradient("L").rotate(90 * place).save(tmp_path / f"{name}.png")
    given.locator("input[type=file]").set_input_files(tmp_path / "chosen.png")
    answered(page, 2)
    drop(page, page.context.new_cdp_session(page), given.locator("canvas"), tmp_path / "dropped.png")
    answered(page, 3)
    page.evaluate(PASTE, list((tmp_path / "pasted.png").read_bytes()))
    page.keyboard.press("Control+v")
    answered(page, 4)
    given.get_by_role("button", name="Camera").click()
    given.get_by_role("button", name="Take the photo").click()
    answered(page, 5)
    page.get_by_role("button", name="Take a test example").click()
    answered(page, 6)
    expect(page.get_by_text("A test example. Actual:")).to_be_visible()
    kept = TriedInputs(here.service)
    images = [kept.image(str(one.content["image"])) for one in kept.list() if one.kind == "image"]
    assert [Image.open(io.BytesIO(image)).size for image in images[-4:]] == [*[(256, 256)] * 3, (280, 280)]
    (tmp_path / "no-image.png").write_bytes(b"this is no image")
    given.locator("input[type=file]").set_input_files(tmp_path / "no-image.png")
    expect(answers(page).first).to_contain_text("is not an image")


@pytest.mark.parametrize(
    ("run", "others", "column", "rows"),
    [
        ("golden rows", ("@last", "+mean", "golden diabetes"), "area", "area\trooms\tcity\n95\t3\tOslo\n40\t1\tRome"),
        ("grades", ("+majority",), "carat", GRADES),
    ],
    ids=["a number", "a class"],
)
def test_a_row_that_is_typed_and_rows_that_are_pasted(
    page: Page, try_url: str, here: Contenders, run: str, others: tuple[str, ...], column: str, rows: str
) -> None:
    page.goto(f"{try_url}?{here.beside(run, *others)}")
    page.get_by_role("textbox", name=column).fill("0.95")
    page.get_by_role("button", name="Ask").click()
    expect(answers(page)).to_have_count(1 + len(others))
    expect(answers(page).first).to_contain_text("ms")
    why(page, "a row whose columns are all as in the mean of training rows")
    move = page.get_by_role("radio", name="Move a column").or_(page.get_by_role("button", name="Move a column"))
    move.first.click()
    expect(page.get_by_text("alone moves the answer from")).to_be_visible()
    if run == "grades":
        expect(answers(page).nth(1)).to_contain_text("baseline")
    else:
        assert faults_in_both_themes(page) == []
    page.get_by_text("Paste rows").click()
    page.get_by_role("textbox", name="Rows with their headings").fill(rows)
    page.get_by_role("textbox", name="Rows with their headings").press("Control+Enter")
    expect(page.get_by_text("ms for all 2")).to_be_visible()


def test_text_comes_as_it_is_written_and_can_be_stopped(page: Page, try_url: str, here: Contenders) -> None:
    page.goto(f"{try_url}?{here.beside('golden writing', '@last', 'golden docs', LANGUAGE_MODEL)}")
    page.get_by_role("textbox", name="Prompt").fill("The ")
    page.get_by_role("button", name="Write").click()
    by_model = page.locator(".ts-column").filter(has_text="language model")
    expect(page.get_by_text("Full length")).to_have_count(3)
    expect(by_model.locator(".ts-text")).to_contain_text("The lamp")
    page.get_by_role("button", name="Stop").click()
    expect(by_model).to_contain_text("Stopped")
    by_model.locator(".ts-text span").first.hover()
    expect(by_model.locator(".ts-others")).to_contain_text("“The␣” had 60 %. The likeliest here: The␣")
    page.locator(".ts-text").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ts-others").first).to_contain_text("The likeliest here")
    why(page, "of the prompt mattered|mattered most|Withdrawn: ")
    assert faults_in_both_themes(page) == []
    expect(page.get_by_role("heading", name="Tried so far: 1")).to_be_visible()
    assert [one.kind for one in TriedInputs(here.service).list([here.ids["golden writing"]])] == ["prompt"]
