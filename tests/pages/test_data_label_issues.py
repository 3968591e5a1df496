"""Labels that a really trained model doubts, on the Data page: changed, kept, and carried on to later versions."""

import random

import pytest
from streamlit.testing.v1 import AppTest

from core.data.imports.run_import import run_import, run_relabel
from core.runs import RunStatus
from core.services.dataset_service import DatasetService
from core.services.label_issues import label_issues_of
from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions, LabelIssue, VersionInfo
from tests.data.silent import Silent
from tests.label_issues import NOT_CLEARLY, TRIAL, label_issues_about, run_with_label_issues
from tests.live import eventually, has_ended, service
from tests.pages.conftest import Open, healthy, saved, words

__all__ = ["service"]  # a fixture: with a real supervisor, for the whole file

THINGS = ("parcel", "screen", "charger", "invoice", "manual", "cable", "keyboard", "camera", "lamp", "chair")
PRAISE = ("lovely", "sturdy", "quick", "quiet")
BLAME = ("broken", "late", "scratched", "noisy")
TEXTS = 800
WRONG = 40  # of them: one in twenty


def text_of(generator: random.Random, praised_first: bool) -> str:
    """Return a text whose label is what it says first: no count of words or word pairs can tell, so a model can win."""
    said = [generator.choice(PRAISE), generator.choice(BLAME)]
    first, second = said if praised_first else said[::-1]
    one, other = generator.sample(THINGS, 2)
    return f"{one} {first} here {other} {second} here"


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    """Each text with its right label."""
    generator, found = random.Random(2), dict[str, str]()
    while len(found) < TEXTS:
        praised = len(found) % 2 == 0
        found.setdefault(text_of(generator, praised), "good" if praised else "bad")
    return found


@pytest.fixture(scope="module")
def flipped(truth: dict[str, str]) -> frozenset[str]:
    """The texts whose labels are wrong."""
    return frozenset(random.Random(2).sample(list(truth), WRONG))


@pytest.fixture(scope="module")
def trained(
    service: Service, truth: dict[str, str], flipped: frozenset[str], tmp_path_factory: pytest.TempPathFactory
) -> VersionInfo:
    """A brought set with some wrong labels that a model was trained on."""
    folder = tmp_path_factory.mktemp("source")
    other = {"good": "bad", "bad": "good"}
    lines = [f"{text},{other[label] if text in flipped else label}" for text, label in truth.items()]
    (folder / "parcels.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    options = ImportOptions(name="parcels", task="text-classification")
    info = run_import(service.dataset_service.store, folder / "parcels.csv", options, Silent(), folder / "draft")
    config = service.make_config("text-classification", "parcels", "text-cnn", "quick", {"epochs": 30})
    run = service.start_run(config, "first try")
    eventually(lambda: has_ended(service, run))
    assert service.run(run.id).status is RunStatus.SUCCEEDED, service.log(run.id)
    return info


@pytest.fixture
def fresh(service: Service, trained: VersionInfo) -> VersionInfo:
    """The version that was trained on, in use, with nothing decided."""
    service.dataset_service.use_version("parcels", trained.fingerprint)
    service.dataset_service.suggest_again("parcels")
    return trained


def text_at(dataset_service: DatasetService, position: int, fingerprint: str) -> str:
    return dataset_service.browse("parcels", fingerprint, rows=(position,)).items[0].text


def label_issue_list(service: Service) -> list[LabelIssue]:
    label_issues = label_issues_of(service, "parcels")
    return list(label_issues.labels) if label_issues else []


def tick(at: AppTest, info: VersionInfo, position: int) -> AppTest:
    at.checkbox(key=f"doubted-{info.fingerprint[:12]}-{position}").check().run()
    return healthy(at)


def test_a_trained_model_finds_labels_that_are_wrong(
    service: Service, fresh: VersionInfo, flipped: frozenset[str]
) -> None:
    doubted = label_issue_list(service)
    found = {text_at(service.dataset_service, one.position, fresh.fingerprint) for one in doubted}
    exam = [*service.dataset_service.browse("parcels", split="test", limit=500).items]
    exam += service.dataset_service.browse("parcels", split="validation", limit=500).items
    judged = {item.text for item in exam} & flipped
    assert len(judged) >= 8
    assert 2 * len(found & judged) >= len(judged)  # all 8 where this was written, and none that is right
    assert len(found & judged) >= 0.8 * len(found)
    assert {one.run for one in doubted} == {"first try"}
    assert {one.split for one in doubted} == {"validation", "test"}


def test_the_expected_precision_is_measured_with_the_run(service: Service, fresh: VersionInfo) -> None:
    label_issues = label_issues_of(service, "parcels")
    assert label_issues is not None
    assert label_issues.trial is not None
    assert (label_issues.trial.examples, label_issues.trial.draws, label_issues.trial.flipped) == (240, 20, 240)
    assert 0.4 < label_issues.trial.precision < 1.0  # what was wrong before counts against it
    assert f"Expected precision: {100 * label_issues.trial.precision:.0f} %" in label_issues.finding.why


def test_the_report_shows_what_is_doubted_by_whom_and_how_surely(
    service: Service, fresh: VersionInfo, open_page: Open
) -> None:
    doubted = label_issue_list(service)
    at = open_page("data", set="parcels")
    shown = words(at).replace("\\", "")
    assert f"{len(doubted)} texts seem to have a wrong label, says 'first try'" in shown
    assert f"**{doubted[0].given}** :gray[→ the model says] **{doubted[0].suggested}**" in shown
    assert f"({100 * doubted[0].confidence:.0f} % sure)" in shown
    at = open_page("data", set="parcels", part="browse", finding="probable-mislabels")
    assert f"{len(doubted)} of {TEXTS} texts" in words(at)


def test_chosen_suggestions_become_one_new_version_and_can_be_undone(
    service: Service, fresh: VersionInfo, open_page: Open
) -> None:
    first, second = label_issue_list(service)[:2]
    at = tick(open_page("data", set="parcels"), fresh, first.position)
    tick(at, fresh, second.position)
    assert service.dataset_service.head("parcels") == fresh.fingerprint
    saved(at, service)
    made = service.dataset_service.version("parcels")
    assert made.parent == fresh.fingerprint
    assert made.change.startswith("Corrected 2 labels")
    now = [service.dataset_service.browse("parcels", rows=(one.position,)).items[0].label for one in (first, second)]
    assert now == [first.suggested, second.suggested]
    healthy(at).button(key="undo-data").click().run()
    assert service.dataset_service.head("parcels") == fresh.fingerprint


def test_all_but_test_labels_are_chosen_at_once(service: Service, fresh: VersionInfo, open_page: Open) -> None:
    doubted = label_issue_list(service)
    others = [one for one in doubted if one.split == "validation"]
    at = open_page("data", set="parcels")
    assert f"{len(doubted) - len(others)} of them" in words(at)  # are in the test split: it says why they stay
    at.button(key="choose-doubted").click().run()
    assert f"{len(others)} label{'s' if len(others) > 1 else ''} changed" in words(healthy(at))
    saved(at, service)
    assert {one.position for one in label_issue_list(service)} == {one.position for one in doubted} - {
        one.position for one in others
    }


def test_nothing_is_chosen_at_once_where_the_precision_is_low_or_not_known(
    service: Service, fresh: VersionInfo, open_page: Open
) -> None:
    for name, trial in (("low", TRIAL | {"found": 40}), ("unknown", None)):
        run = run_with_label_issues(service, fresh, label_issues_about("validation", range(3)), name, trial=trial)
        at = open_page("data", set="parcels", run=run.id)
        assert "There is no choice of all at once" in words(at)
        assert len(at.checkbox) == 3
        assert "choose-doubted" not in {button.key for button in at.button}
        service.delete(run.id)


def test_a_later_version_shows_what_is_still_doubted(service: Service, fresh: VersionInfo, open_page: Open) -> None:
    doubted = label_issue_list(service)
    run_relabel(service.dataset_service.store, "parcels", {doubted[0].position: doubted[0].suggested}, "", Silent())
    shown = words(open_page("data", set="parcels")).replace("\\", "")
    assert f"{len(doubted) - 1} text{'s seem' if len(doubted) > 2 else ' seems'} to have a wrong label" in shown
    assert "It was trained on an earlier version" in shown


def test_a_label_that_is_kept_is_not_doubted_again_until_that_is_undone(
    service: Service, fresh: VersionInfo, open_page: Open
) -> None:
    doubted = label_issue_list(service)
    at = open_page("data", set="parcels")
    at.button(key=f"keep-label-{doubted[0].position}").click().run()
    assert "1 label kept as it is against a model's doubt" in words(healthy(at))
    assert label_issue_list(service) == doubted[1:]
    assert service.dataset_service.head("parcels") == fresh.fingerprint  # a decision is no new version
    at.button(key="doubt-again").click().run()
    assert label_issue_list(service) == doubted
    healthy(at)


def test_an_older_version_shows_doubts_but_changes_nothing(
    service: Service, fresh: VersionInfo, open_page: Open
) -> None:
    run_relabel(service.dataset_service.store, "parcels", {0: "bad"}, "", Silent())
    at = open_page("data", set="parcels", version=fresh.fingerprint)
    assert "to have a wrong label" in words(at)
    assert not at.checkbox


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [("weak", "is not clearly better than TF-IDF"), ("none", "doubts no label of this version"), ("x", "no run 'x'")],
)
def test_a_link_to_a_run_that_suggests_nothing_says_why_and_shows_no_other_run(
    service: Service, fresh: VersionInfo, open_page: Open, asked: str, sentence: str
) -> None:
    found = label_issues_about("test", [0]) if asked == "weak" else []
    run = None if asked == "x" else run_with_label_issues(service, fresh, found, asked, difference=NOT_CLEARLY)
    at = open_page("data", set="parcels", run=run.id if run else asked)
    shown = words(at).replace("\\", "")
    assert sentence in shown
    assert "to have a wrong label" not in shown
    at.button(key="latest-doubts").click().run()
    assert "says 'first try'" in words(healthy(at)).replace("\\", "")
    if run:
        service.delete(run.id)
