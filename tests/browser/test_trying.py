"""Somebody tries finished models of every kind, side by side, on a desk and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.services.tried_inputs import TriedInputs
from core.settings import Settings
from tests.browser.harness import dashboard, faultless_page
from tests.golden.freeze import unpack


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return open_service(Settings(home=unpack(tmp_path_factory.mktemp("tried"))[0]))


@pytest.fixture(scope="module")
def try_url(service: Service) -> Iterator[str]:
    with dashboard(service.settings.home) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with faultless_page(browser) as opened:
        yield opened


def of(service: Service, task: str) -> list[str]:
    return [run.id for run in service.runs() if run.task == task and run.test]


def why(page: Page, said: str) -> None:
    """Unfold why the first answer is what it is, and wait for what is said."""
    page.get_by_text("Why this answer").first.click()
    expect(page.get_by_text(re.compile(said)).first).to_be_visible()


def test_every_kind_of_input_is_tried_and_kept(page: Page, try_url: str, service: Service, tmp_path: Path) -> None:
    texts, images = of(service, "text-classification"), of(service, "image-classification")
    page.goto(f"{try_url}/try?run={texts[0]}&run={texts[1]}")
    page.get_by_role("textbox", name="Text").fill("this thing is good")
    page.get_by_role("textbox", name="Text").press("Control+Enter")
    answers = page.locator('[class*="st-key-answer-"]')
    expect(answers).to_have_count(2)
    expect(answers.first).to_contain_text("% confident")
    expect(answers.first).to_contain_text("ms")
    why(page, "The sum: a text of empty words gets")
    page.reload()  # the address keeps who was asked
    expect(page.get_by_role("button", name="Ask")).to_be_visible()
    for run in texts[:2]:
        expect(page.get_by_test_id("stMultiSelect")).to_contain_text(service.run(run).name)
    expect(page.get_by_role("heading", name="Tried so far: 1")).to_be_visible()

    page.goto(f"{try_url}/try?run={images[0]}")
    paper = page.locator(".ts-image-input canvas")
    expect(paper).to_be_visible()
    box = paper.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 120, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 220, steps=6)
    page.mouse.up()
    expect(page.locator('[class*="st-key-answer-"]')).to_contain_text("% confident")
    why(page, "Left: the image as the model sees it.")
    (tmp_path / "no-image.png").write_bytes(b"this is no image")
    page.locator(".ts-image-input input[type=file]").set_input_files(tmp_path / "no-image.png")
    expect(page.locator('[class*="st-key-answer-"]')).to_contain_text("is not an image")

    page.goto(f"{try_url}/try?run={of(service, 'tabular-regression')[0]}")
    page.get_by_role("button", name="Take a test example").click()
    expect(page.get_by_text("A test example. Actual:")).to_be_visible()
    expect(page.locator('[class*="st-key-answer-"]')).to_contain_text("ms")

    why(page, "a row whose columns are all as in the mean of training rows")
    page.get_by_role("radio", name="Move a column").or_(page.get_by_role("button", name="Move a column")).first.click()
    expect(page.get_by_text("alone moves the answer from")).to_be_visible()

    page.goto(f"{try_url}/try?run={of(service, 'text-generation')[0]}")
    page.get_by_role("textbox", name="Prompt").fill("The ")
    page.get_by_role("button", name="Write").click()
    expect(page.get_by_text("Full length")).to_be_visible()
    why(page, "of the prompt mattered|mattered most|Withdrawn: ")
    page.locator(".ts-text").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".ts-others")).to_contain_text("The likeliest here")
    expect(page.get_by_role("heading", name="Tried so far: 1")).to_be_visible()

    kinds = {one.kind for one in TriedInputs(service).list()}
    assert kinds == {"text", "image", "row", "prompt"}
