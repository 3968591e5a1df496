"""What a founder can do before and during a run, in a real browser: see what it takes, pause, finish, go on."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_journeys import END_MS, FIRST_POINT_MS, points, ready, run_id, start, start_button, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]


def button(page: Page, name: str) -> None:
    """Click the button of this name as soon as it can be clicked."""
    found = page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)
    expect(found).to_be_enabled(timeout=180_000)
    found.click()


def learning(page: Page, more_than: int = 0) -> int:
    """Wait until a curve has more points than so many; return how many it has."""
    wait_until(page, lambda: points(page).get("train/loss", 0) > more_than, FIRST_POINT_MS)
    return points(page)["train/loss"]


def test_what_a_run_takes_is_there_before_its_start_and_stands_beside_what_it_took(page: Page, url: str) -> None:
    page.goto(f"{url}/train?task=image-classification&data=digits&model=logistic-regression&epochs=2&time_budget_min=0")
    ready(page)
    estimate = page.locator(".st-key-estimate")
    expect(estimate).to_contain_text(re.compile(r"About .+ on "), timeout=FIRST_POINT_MS)
    expect(estimate).to_contain_text(re.compile(r"B of .+B memory · .+ parameters"))
    ready(page)
    start_button(page).click()
    run_id(page)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    expect(page.get_by_text(re.compile(r"Expected .+ · took "))).to_be_visible()


def test_pause_resume_finish_now_and_train_longer(page: Page, url: str) -> None:
    first = start(page, url, "task=image-classification&data=digits&model=small-cnn&time_budget_min=0", 1000)
    before = learning(page)
    button(page, "Pause")
    expect(page.locator(".st-key-ended")).to_contain_text("Resume it to go on exactly there", timeout=180_000)
    expect(page.locator(".ts-curves").last).to_have_attribute("data-state", "ended", timeout=180_000)

    page.reload()  # its state is in its address, not in the session
    button(page, "Resume")
    expect(page.locator(".st-key-ended")).to_have_count(0, timeout=180_000)  # its buttons too
    learning(page, before)
    button(page, "Finish now")
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    expect(page.get_by_text(re.compile(r"ended at step [\d,]+ of"))).to_be_visible()

    page.locator(".st-key-train-longer button").click()  # the next step may be called the same
    field = page.locator(".st-key-longer-epochs input")
    field.fill("2")
    field.press("Enter")
    ready(page)
    page.locator(".st-key-longer button").click()
    page.wait_for_function("first => !location.search.includes(first)", arg=first, timeout=180_000)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    expect(page.locator(".st-key-lineage")).to_contain_text("Goes on from")

    again = page.get_by_role("link", name="Change and run again")
    expect(again).to_have_count(1, timeout=180_000)  # for a moment what the other run's page showed is there too
    ready(page)
    again.click()
    expect(page.locator(".st-key-cloned")).to_contain_text("The settings of", timeout=180_000)
    expect(page.locator(".st-key-summary")).to_contain_text("Small CNN (convolutional network)")


@pytest.mark.parametrize(("width", "height", "screens"), [(1440, 900, 1), (390, 844, 2)])
def test_task_data_time_and_start_are_all_there_is_until_something_is_unfolded(
    page: Page, url: str, width: int, height: int, screens: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{url}/train?task=text-classification")
    ready(page)
    expect(page.locator(".st-key-recommended")).to_contain_text(
        re.compile(r"Recommended: .+, because .+ Runner-up: .+")
    )
    expect(page.locator(".st-key-estimate")).to_contain_text(re.compile(r"About .+ on "), timeout=FIRST_POINT_MS)
    ready(page)
    box = start_button(page).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= screens * height
    expect(page.get_by_role("radio", name="Linear model on n-grams")).to_have_count(0)
    expect(page.locator(".st-key-epochs")).to_have_count(0)


def test_another_model_is_unfolded_and_chosen_by_a_click_on_its_card_and_by_the_arrow_keys(
    page: Page, url: str
) -> None:
    page.goto(f"{url}/train")
    ready(page)
    page.get_by_text("Choose another model").click()
    card = page.get_by_text("You want a first answer, or the bar that a real model has to clear")
    card.click(force=True)  # the label of its radio button lies over the whole card
    expect(page).to_have_url(re.compile("model=logistic-regression"), timeout=180_000)
    expect(page.locator(".st-key-summary")).to_contain_text("Logistic regression")
    page.get_by_role("radio", name="Logistic regression").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="Small CNN (convolutional network)")).to_be_checked(timeout=180_000)
    expect(page).not_to_have_url(re.compile("model="))


def test_a_link_starts_what_it_names_however_soon_the_button_is_clicked(page: Page, url: str) -> None:
    page.goto(f"{url}/train?task=image-classification&data=digits&model=logistic-regression&epochs=2&time_budget_min=0")
    start_button(page).click(timeout=180_000)
    run_id(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("logistic regression", timeout=180_000)
