"""Train, prompt, or neither: a language model is asked beside a run, and what the run's page answers."""

import json
import re
from collections.abc import Iterator
from socket import AF_INET
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Page, expect

from core.processes.loopback import is_loopback
from core.runs import Run
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings
from core.specs import texts_of
from tests.browser.contenders import keep_baseline
from tests.browser.harness import dashboard
from tests.contest.fake_endpoint import Behaviour, fake_endpoint
from tests.golden.freeze import unpack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    made = open_service(Settings(home=unpack(tmp_path_factory.mktemp("answers"))[0]))
    _keep_simple_model(made, made.run(of(made, "golden rows")))
    return made


@pytest.fixture(scope="module")
def answers_url(service: Service) -> Iterator[str]:
    with dashboard(service.settings.home) as address:
        yield address


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, Behaviour]]:
    """An endpoint at an address that is not the loopback's, so that rows leave for it only once that is confirmed."""
    every = [one.address for each in psutil.net_if_addrs().values() for one in each if one.family == AF_INET]
    if not (own := [one for one in every if not is_loopback(one)]):
        pytest.skip("This machine has no address but the loopback's.")
    with fake_endpoint(own[0], latency_s=0.01, accuracy=1.0, busy_every=40) as found:
        yield found


def of(service: Service, name: str) -> str:
    return next(run.id for run in service.runs() if run.name == name)


def _keep_simple_model(service: Service, run: Run) -> None:
    """Let a run of the saved home keep its simple model, and say so, as runs of today do."""
    keep_baseline(service, run, "ridge")
    place = service.folder(run.id) / "report.json"
    report = json.loads(place.read_text())
    for name in set(report["baselines"]) - {"mean"}:
        report["baselines"][name]["name"] = "ridge"
    place.write_text(json.dumps(report))


def test_a_language_model_is_asked_beside_a_run_once_its_host_is_confirmed(
    page: Page, answers_url: str, service: Service, elsewhere: tuple[str, Behaviour]
) -> None:
    address, asked = elsewhere
    host = urlsplit(address).netloc
    page.goto(f"{answers_url}/system")
    page.get_by_text("Add a language model").click()
    for label, value in (
        ("Name", "small"),
        ("Address", address),
        ("Model", "fake"),
        ("Price in", "0.15"),
        ("Price out", "0.6"),
    ):
        page.locator(".st-key-llm-add").get_by_label(label, exact=label in ("Name", "Address", "Model")).fill(value)
    page.get_by_role("button", name="Add", exact=True).click()
    known = page.locator(".st-key-llm-small")
    expect(known).to_contain_text("your rows are sent there only after you confirm it")
    known.get_by_role("button", name="Test").click()
    expect(known).to_contain_text("It answers, and gives log probabilities")

    page.goto(f"{answers_url}/run?run={of(service, 'golden texts')}&tab=overview")
    page.get_by_text("Would it be enough to ask a language model?").click()
    asked.rows.clear()
    run = service.run(of(service, "golden texts"))
    rows = service.dataset_service.test_examples(run.config.dataset, run.dataset_fingerprint, range(360))
    asked.truths.update(zip(texts_of(rows.inputs), (rows.labels[i] for i in rows.targets), strict=True))
    expect(page.get_by_text(f"20 validation rows and 16 training examples are sent to {host}")).to_be_visible()
    before = asked.requests
    page.get_by_role("button", name=f"Send them to {host}").click()
    send = page.get_by_role("button", name=re.compile(f"^Send 360 test rows.* to {re.escape(host)}$"))
    expect(send).to_be_visible()
    assert asked.requests - before >= 20 * 4
    before, asked.latency_s = asked.requests, 0.3  # so that somebody can pause it
    send.click()
    expect(page.get_by_text(re.compile(r"[1-9]\d* of 360 answers")).first).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    card = page.locator('[class*="st-key-contest-"]').filter(has_text="is paused")
    expect(card).to_contain_text("answers are kept")
    assert asked.requests - before < 360
    asked.latency_s = 0.0
    card.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name=re.compile("small: right on .* of 360 test rows"))).to_be_visible()
    assert set(asked.rows.values()) <= {1, 4}  # once each; the trial's rows with each of four prompts
    expect(page.get_by_text(re.compile(r"USD.*per 1,000|Cost of 1,000 answers")).first).to_be_visible()
    page.reload()
    table = page.get_by_role("region", name="Scores, tests and costs of all contenders")
    expect(table).to_contain_text("small")
    answer = page.locator(".st-key-verdict")
    expect(answer).to_contain_text(
        "Prompt: small is clearly better (is right on 100 of 100; 1,000 answers cost 0.02 USD)"
    )
    expect(answer).to_contain_text(re.compile("From .* answers a month on, a machine of your own is cheaper"))


def test_a_runs_page_answers_with_contenders_labels_and_how_much_it_does_alone(
    page: Page, answers_url: str, service: Service
) -> None:
    page.goto(f"{answers_url}/run?run={of(service, 'golden rows')}&tab=overview")
    answer = page.locator(".st-key-verdict")
    expect(answer).to_contain_text("Take the simple one: a simple linear model is clearly better")
    expect(page.get_by_role("heading", name="Contenders")).to_be_visible()
    drawn = page.locator(".ts-figure .plot-container")
    page.get_by_role("heading", name="Contenders").scroll_into_view_if_needed()
    expect(drawn).to_have_count(1)
    expect(page.get_by_role("region", name="Scores, tests and costs of all contenders")).to_be_visible()
    page.get_by_role("button", name="Find out").click()
    expect(
        page.get_by_text(re.compile("Twice the labels would likely add|Whether twice the labels would help"))
    ).to_be_visible()
    page.get_by_text(re.compile("Carried on by a power law")).scroll_into_view_if_needed()
    expect(drawn).to_have_count(2)

    answer.get_by_role("link", name="Take the simple one").click()
    expect(page).to_have_url(re.compile(r"/try\?run=.*ridge"))
    expect(page.get_by_role("heading", name="Try it on your own")).to_be_visible()

    page.goto(f"{answers_url}/run?run={of(service, 'golden reviews')}&tab=overview")
    expect(page.get_by_text("Nothing can be promised at 2 %")).to_be_visible()
    page.get_by_role("slider", name="Of its own answers may be wrong").press("End")
    expect(page.get_by_text(re.compile("^Answers .* alone, .* of them right; hands .* to a person"))).to_be_visible()
    page.get_by_label("A person's look costs").fill("0.5")
    page.get_by_label("A person's look costs").press("Enter")
    expect(page.get_by_text(re.compile("^Of 1,000 cases a person looks at"))).to_be_visible()
