"""A target in a real browser: said at the import or on Train, changed on the run; reached, missed, out of reach."""

import colorsys
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.runs import RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs.target import Target
from tests.browser.harness import dashboard
from tests.browser.import_steps import arrived, choose_option, drawn, import_file, press_import
from tests.browser.test_journeys import END_MS, run_id, start_button
from tests.golden.freeze import unpack
from tests.live import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]
QUESTION = "How good must it be to be useful?"
PATIENCE_MS = 180_000
SEALS = {  # the icon, and the hues of its colour in degrees
    "Reached": ("verified", range(90, 180)),
    "Likely reached": ("check_circle", range(90, 180)),
    "Not yet": ("pending", range(15, 60)),
    "Out of reach with this data": ("block", range(-15, 15)),
}
# Of the saved runs, one a task: the question's kind, its field, and what is written, with how the run stands then.
ASKED = (
    ("golden diabetes", "Average error", "At most this average error", (("45", "Likely reached"), ("20", "Not yet"))),
    ("golden images", "Share right", "At least this share right", (("50", "Reached"), ("90", "Not yet"))),
    ("golden reviews", "Share right", "At least this share right", (("90", "Likely reached"),)),
    ("golden docs", "Loss", "At most this loss", (("3.6", "Reached"), ("2", "Not yet"))),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Of a home with finished runs, so that only one task has to train."""
    return open_service(Settings(home=unpack(tmp_path_factory.mktemp("targets"))[0]))


@pytest.fixture(scope="module")
def url(service: Service) -> Iterator[str]:
    with dashboard(service.settings.home) as address:
        yield address


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
    save(page)


def save(page: Page) -> None:
    """Save what the form says; it closes by itself."""
    page.get_by_role("button", name="Save target").click()
    expect(page.get_by_role("button", name="Save target")).to_have_count(0, timeout=PATIENCE_MS)


def answers(page: Page, status: str) -> None:
    """Wait until the answer says how the run stands; its headline and its seal must say the same."""
    answer = page.locator(".st-key-verdict")
    expect(answer.get_by_test_id("stMarkdown").get_by_text(status, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    icon, hues = SEALS[status]
    seal = answer.locator("h2 span").filter(has_text=icon).first
    color = seal.evaluate("e => getComputedStyle(e.querySelector('span') ?? e).color")
    red, green, blue = (int(one) / 255 for one in re.findall(r"\d+", color)[:3])
    hue = 360 * colorsys.rgb_to_hls(red, green, blue)[0]
    assert int(hue) in hues or int(hue) - 360 in hues, (status, color)
    expect(answer.locator("h2")).to_contain_text("you wanted")


def stands(service: Service, run: str) -> tuple[str, str]:
    """Return the target of a run and its standing, as the commands say it."""
    document = service.document(run)["target"]
    return document["text"], document["status"]


def train_another_model(service: Service, dataset: str) -> None:
    """Train a second model on the same data, as a command does, while the dashboard's supervisor runs."""
    config = service.make_config("tabular-classification", dataset, "mlp", overrides={"evaluation": "quick-look"})
    run = service.start_run(config)
    eventually(lambda: not service.run(run.id).status.is_active)
    assert service.run(run.id).status is RunStatus.SUCCEEDED


def test_a_target_from_the_import_to_a_run_that_reaches_it_misses_it_and_cannot_reach_it(
    page: Page, url: str, service: Service, tmp_path: Path
) -> None:
    csv = tmp_path / "parcels.csv"
    weights = [37 * i % 100 for i in range(100)]
    rows = (
        f"{w if w < 50 else w + 200},{('Oslo', 'Bergen', 'Moss')[w % 3]},{'no' if w < 50 else 'yes'}\n" for w in weights
    )
    csv.write_text("weight,city,churn\n" + "".join(rows))
    import_file(page, url, csv)
    ask(page, "Share right")
    fill(page, "At least this share right", "60")
    press_import(page)
    name = arrived(page)
    known = service.dataset_service.target(name)
    assert known is not None
    assert known.format() == "accuracy 60%"

    page.goto(f"{url}/train?task=tabular-classification&data={name}&model=logistic-regression&evaluation=quick-look")
    expect(page.get_by_label("At least this share right")).to_have_value("60", timeout=PATIENCE_MS)
    drawn(page)
    start_button(page).click()
    run = run_id(page)
    page.locator(".st-key-verdict").wait_for(timeout=END_MS)
    expect(page.get_by_text("Target: at least 60 % right, as of its data")).to_be_visible(timeout=PATIENCE_MS)
    answers(page, "Reached")
    assert stands(service, run) == ("accuracy 60%", "Reached")

    change(page, "accuracy 99%")
    expect(page.get_by_text("Target: at least 99 % right", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    answers(page, "Likely reached")  # all right, of too few to be sure
    change(page, "loss 0.0000001")
    answers(page, "Not yet")
    train_another_model(service, name)
    page.reload()
    answers(page, "Out of reach with this data")
    assert stands(service, run) == ("loss 0.0000001", "Out of reach with this data")


def test_finished_runs_of_every_task_follow_the_target_that_somebody_sets(
    page: Page, url: str, service: Service
) -> None:
    runs = {run.name: run.id for run in service.runs()}
    service.dataset_service.set_target("diabetes", Target("mae", 60.0))
    page.goto(f"{url}/run?run={runs['golden diabetes']}")
    answers(page, "Reached")
    page.get_by_role("button", name="Change target").click()
    ask(page, "Not decided")
    save(page)
    expect(page.get_by_text("No target for this run. Its data asks for mean error of at most 60")).to_be_visible()
    assert service.document(runs["golden diabetes"])["target"] is None
    for name, kind, field, steps in ASKED:
        if name != "golden diabetes":
            page.goto(f"{url}/run?run={runs[name]}")
        for written, status in steps:
            page.get_by_role("button", name=re.compile("Set a target|Change target")).click()
            ask(page, kind)
            fill(page, field, written)
            save(page)
            answers(page, status)
            assert stands(service, runs[name])[1] == status


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
    start_button(page).focus()  # whoever came here by keyboard reads dark words on gold, as everybody does
    expect(start_button(page)).to_have_css("background-color", "rgb(230, 184, 92)")
    expect(start_button(page)).to_have_css("color", "rgb(27, 21, 10)")
