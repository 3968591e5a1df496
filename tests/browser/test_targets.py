"""A target in a real browser: said at the import or on Train, changed on the run; reached, missed, out of reach."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.runs import RunStatus
from core.services.bootstrap import open_service
from core.settings import Settings
from tests.browser.import_steps import arrived, choose_option, drawn, import_file, press_import
from tests.browser.test_journeys import END_MS, run_id, start_button

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]
QUESTION = "How good must it be to be useful?"
PATIENCE_MS = 180_000


def ask(page: Page, kind: str) -> None:
    """Choose in which measure the target is."""
    choose_option(page, page.get_by_role("combobox", name=QUESTION), kind)


def fill(page: Page, label: str, text: str) -> None:
    """Write into a field of the target."""
    field = page.locator(f'input[aria-label^="{label}"]')
    field.fill(text)
    field.press("Enter")
    drawn(page)


def change(page: Page, written: str) -> None:
    """Hold the run on the screen to another target, as commands write it."""
    page.get_by_role("button", name="Change target").click()
    ask(page, "Another measure")
    fill(page, "Target", written)
    page.get_by_role("button", name="Save target").click()
    expect(page.get_by_role("button", name="Save target")).to_have_count(0, timeout=PATIENCE_MS)  # it closes by itself


def stands(home: Path, run: str) -> tuple[str, str]:
    """Return the target of a run and its standing, as the commands say it."""
    document = open_service(Settings(home=home)).document(run)["target"]
    return document["text"], document["status"]


def wait_for(page: Page, home: Path, run: str, target: str, status: str) -> None:
    """Wait until a run is held to a target, and both the page and the documents say how it stands."""
    for _ in range(300):
        if stands(home, run) == (target, status):
            break
        page.wait_for_timeout(500)
    assert stands(home, run) == (target, status)


def train_another_model(home: Path, dataset: str) -> None:
    """Train a second model on the same data, as a command does, while the dashboard's supervisor runs."""
    service = open_service(Settings(home=home))
    config = service.make_config("text-classification", dataset, "minilm-frozen",
                                 overrides={"evaluation": "quick-look"})  # fmt: skip
    run = service.start_run(config)
    until = time.monotonic() + 600
    while service.run(run.id).status.is_active and time.monotonic() < until:
        time.sleep(1)
    assert service.run(run.id).status is RunStatus.SUCCEEDED


def test_a_target_from_the_import_to_a_run_that_reaches_it_misses_it_and_cannot_reach_it(
    page: Page, url: str, served_home: Path, csv: Path
) -> None:
    import_file(page, url, csv)
    ask(page, "Share right")
    fill(page, "At least this share right", "60")
    press_import(page)
    name = arrived(page)
    known = open_service(Settings(home=served_home)).dataset_service.target(name)
    assert known is not None
    assert known.format() == "accuracy 60%"

    page.goto(f"{url}/train?task=text-classification&data={name}&model=ngram-linear&epochs=1&evaluation=quick-look")
    expect(page.get_by_label("At least this share right")).to_have_value("60", timeout=PATIENCE_MS)
    drawn(page)
    start_button(page).click()
    run = run_id(page)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    expect(page.get_by_text("Target: at least 60 % right, as of its data")).to_be_visible(timeout=PATIENCE_MS)
    assert stands(served_home, run) == ("accuracy 60%", "Reached")

    change(page, "accuracy 99%")
    wait_for(page, served_home, run, "accuracy 99%", "Likely reached")  # all right, of too few to be sure
    expect(page.get_by_text("Target: at least 99 % right", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    change(page, "loss 0.0000001")
    wait_for(page, served_home, run, "loss 0.0000001", "Not yet")
    train_another_model(served_home, name)
    wait_for(page, served_home, run, "loss 0.0000001", "Out of reach with this data")


def test_what_cannot_be_a_target_is_said_before_anything_starts(page: Page, url: str) -> None:
    page.goto(f"{url}/train?task=text-classification&data=customer-feedback")
    drawn(page)
    ask(page, "Another measure")
    fill(page, "Target", "accuracy 150%")
    expect(page.get_by_text("No model can reach more than 100 %")).to_be_visible(timeout=PATIENCE_MS)
    expect(start_button(page)).to_be_disabled(timeout=PATIENCE_MS)
    fill(page, "Target", "recall of furious 80%")
    expect(page.get_by_text("There is no class called 'furious'")).to_be_visible(timeout=PATIENCE_MS)
    fill(page, "Target", "better than f1 70%")
    expect(page.get_by_text("Useful where it reaches F1 better than today's 70 %")).to_be_visible(timeout=PATIENCE_MS)
    expect(start_button(page)).to_be_enabled(timeout=PATIENCE_MS)
