"""Language models on pages: added on the System page, asked beside a run, their results read."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
from streamlit.testing.v1 import AppTest

from core.contest.endpoints import Endpoint, Endpoints
from core.contest.plan import Trial, TrialAnswer
from core.contest.results import ContestResult, write_beside_run
from core.evaluation.predictions_file import write_predictions
from core.files import write_json
from core.runs import Run
from core.services.contests.contests import contest_folders
from core.services.contests.progress import ContestProgress
from core.services.run_service import Service
from core.specs import Predictions, Score
from tests.pages.conftest import Open, healthy, unfolded, words

CLOUD = Endpoint("cloud", "https://api.example.com/v1", "big", "A_KEY", 0.15, 0.6, "USD", "2026-11-30")
TRIAL = Trial(
    "v1", 4, "Decide.", 20, 16, 1, 0, 120.0, 3.0, True, 50.0, 90.0, (TrialAnswer("Fine", "good", "bad", False),)
)
FINGERPRINT = "f" * 64


def result(run: Run, right: int, count: int = 40) -> ContestResult:
    """Return what a language model did: the first rows right, one answer no label, the others wrong."""
    targets = [i % 2 for i in range(count)]
    answers = [target if i < right else 1 - target for i, target in enumerate(targets)]
    answers[-1] = -1
    return ContestResult(
        "c1", "llm:cloud", "big", "api.example.com", run.task, run.config.dataset, FINGERPRINT, run.id,
        "2026-11-30T12:00:00+00:00", TRIAL, ("a", "b"), count, tuple(range(count)), tuple(answers), tuple(targets), (),
        (), Score(right / count, 0.6, 0.9), 1, 2, 4_800, 120, True, 0.000792, 40, "USD", "2026-11-30", 0.15, 0.6, 50.0,
        90.0, 12.0, "schema", 2,
    )  # fmt: skip


def begun(service: Service, run: Run, **values: object) -> None:
    """Write a contest as its process would."""
    folders = contest_folders(service.settings.home)
    contest_id = folders.create()
    folder = folders.folder / contest_id
    write_json(folder / "request.json", {"endpoint": asdict(CLOUD)})
    now = ContestProgress(
        contest_id, "Feedback", "llm:cloud", "api.example.com", run.config.dataset, "", run.id, "ready", "",
        datetime.now(UTC),
    )  # fmt: skip
    folders.write(folder, replace(now, **values))  # type: ignore[arg-type]


def test_a_language_model_is_added_and_what_cannot_be_is_said(open_page: Open, service: Service) -> None:
    at = open_page("system")
    assert "Your rows are sent nowhere before you have confirmed it" in words(at)
    at.text_input(key="llm-name").set_value("cloud")
    at.text_input(key="llm-url").set_value("https://api.example.com")
    at.text_input(key="llm-model").set_value("big")
    at.number_input(key="llm-price-in").set_value(-1.0)
    add = next(button for button in at.button if button.label == "Add")
    healthy(add.click().run())
    assert "A price\\-in of \\-1 cannot be" in words(at)
    at.number_input(key="llm-price-in").set_value(0.15)
    at = healthy(next(button for button in at.button if button.label == "Add").click().run())
    assert Endpoints(service.settings.home).find("cloud").url == "https://api.example.com/v1"
    assert "your rows are sent there only after you confirm it" in words(at)
    healthy(at.button(key="llm-remove-cloud").click().run())
    assert not Endpoints(service.settings.home).list()


def test_a_run_says_what_a_language_model_did_on_its_rows(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished("text-classification")
    targets = np.arange(40) % 2
    predicted = np.where(np.arange(40) < 36, targets, 1 - targets)
    write_predictions(service.folder(run.id), FINGERPRINT, Predictions(np.zeros(40), targets, predicted))
    write_beside_run(service.folder(run.id), result(run, 20))
    shown = words(open_page("run", run=run.id))
    assert "cloud: right on 50.0 % of 40 test rows" in shown
    assert "Clearly worse than this run on the same rows\\: by 40\\.0 points" in shown
    assert "0.0198 USD" in shown
    assert "1 answer named no label, which counts as wrong" in shown
    assert "It is the 2nd prompt that was asked on these test rows" in shown


def test_a_trial_says_what_the_test_rows_take_and_who_would_get_them(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished("text-classification")
    begun(service, run, tried=(TRIAL, replace(TRIAL, shots=0, right=12)), test_rows=360, parallel=4)
    at = open_page("run", run=run.id)
    shown = words(at)
    assert "±4.1 points" in shown
    assert "44,280" in shown
    assert "0.0071 USD" in shown
    assert labels(at, "Send") == ["Send 360 test rows and 4 training examples to api.example.com"]
    next(one for one in at.number_input if str(one.key).startswith("rows-")).set_value(100)
    assert labels(healthy(at.run()), "Send") == ["Send 100 test rows and 4 training examples to api.example.com"]


def test_a_contest_that_broke_down_says_why_and_offers_to_go_on(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished("text-classification")
    begun(service, run, state="failed", message="api.example.com cannot be reached. 12 of 40 answers are kept.")
    at = open_page("run", run=run.id)
    assert "12 of 40 answers are kept" in words(at)
    assert labels(at, "Resume") == ["Resume"]


def test_the_form_says_what_leaves_this_machine(
    open_page: Open, service: Service, finished: Callable[..., Run]
) -> None:
    run = finished("text-classification")
    at = unfolded(open_page("run", run=run.id), "contest-start")
    assert "None is set up yet" in words(at)
    Endpoints(service.settings.home).add(CLOUD)
    at = healthy(at.run())
    assert "20 validation rows and 16 training examples are sent to **api\\.example\\.com**" in words(at)


def test_images_are_not_asked_about(open_page: Open, finished: Callable[..., Run]) -> None:
    assert "Language models" not in words(open_page("run", run=finished().id))


def labels(at: AppTest, begin: str) -> list[str]:
    return [button.label for button in at.button if button.label.startswith(begin)]
