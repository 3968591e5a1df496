"""The verdict is made when it is read: of the target of now, the data's own word, other runs, and old reports."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.configure import make_config
from core.evaluation.target_status import TargetStatus
from core.runs import Run, RunStatus
from core.services.advice.rules_on_run import evidence_of
from core.services.bootstrap import open_service
from core.services.documents import documents
from core.services.run_end import said_of
from core.services.run_service import Service
from core.services.verdict import meaning_of, verdict_of
from core.settings import Settings
from core.specs import DatasetVersion, Score
from core.specs.config import TrainConfig
from core.specs.target import Target
from core.store.run_store import RunStore
from core.tasks.text_classification import TASK

OWN, BETTER = Score(0.816, 0.79, 0.84), Score(0.88, 0.86, 0.9)


@pytest.fixture
def service(settings: Settings) -> Service:
    return open_service(settings)


@pytest.fixture
def finished(service: Service) -> Callable[..., Run]:
    """Make a run on customer feedback that has succeeded, without training it, and without the data's own target."""
    runs = RunStore(service.database)
    service.dataset_service.set_target("customer-feedback", None)

    def finished(
        key: str = "1", score: Score = OWN, model: str = "bilstm", majority: float = 0.4, **report: Any
    ) -> Run:
        config: TrainConfig = make_config(TASK.name, "customer-feedback", model)
        run = runs.create(config, f"Feedback, {key}", key)
        sizes = {"train": 1_500, "validation": 300, "test": 1_000}
        runs.add_dataset_version(DatasetVersion("customer-feedback", "f" * 64, TASK.name, ("a", "b"), sizes, 0, "", ""))
        runs.update(
            run.id,
            status=RunStatus.SUCCEEDED,
            dataset_fingerprint="f" * 64,
            verdict="Right on 81.6 % of unseen examples.",
        )
        runs.set_scores(run.id, "model", {"accuracy": score})
        runs.set_scores(run.id, "majority", {"accuracy": Score(majority, majority - 0.03, majority + 0.03)})
        found = {"judged": {"rows": 1_000, "folds": 0}} | report
        service.folder(run.id).mkdir(parents=True, exist_ok=True)
        (service.folder(run.id) / "report.json").write_text(json.dumps(found))
        return runs.get(run.id)

    return finished


def test_another_target_is_another_headline_on_page_command_document_and_message(
    service: Service, finished: Callable[..., Run]
) -> None:
    run = finished()
    assert meaning_of(service, run) == "Right on 82 of 100 unseen messages."
    service.dataset_service.set_target(run.config.dataset, Target("accuracy", 0.9))
    missed = verdict_of(service, run)
    assert missed is not None
    assert (missed.meaning, missed.status) == (
        "Right on 82 of 100 unseen messages; you wanted 90.",
        TargetStatus.NOT_YET,
    )
    service.set_target(run.id, Target("accuracy", 0.75))
    reached = verdict_of(service, service.run(run.id))
    assert reached is not None
    assert reached.text == (
        "Reached. Right on 82 of 100 unseen messages; you wanted 75. Train: clearly better than always giving the "
        "commonest answer. Next: use it. "
        "Nothing is missing: all of its 95 % interval reaches the target."
    )
    document = service.document(run.id)
    assert document["verdict"] == said_of(service, service.run(run.id)) == reached.text
    assert document["answer"]["status"] == "Reached"
    full, (brief,) = service.document(run.id), documents(service, [service.run(run.id)])
    assert (brief["verdict"], brief["answer"]) == (reached.meaning, None)
    assert {key: brief[key] for key in brief if key not in ("verdict", "answer")} == {
        key: full[key] for key in full if key not in ("verdict", "answer")
    }


def test_where_nothing_beats_the_commonest_answer_the_headline_says_exactly_that(
    service: Service, finished: Callable[..., Run]
) -> None:
    gain = {"baseline": "majority", "metric": "accuracy", "value": -0.004, "ci_low": -0.02, "ci_high": 0.012}
    run = finished(majority=0.82, difference=gain)
    service.set_target(run.id, Target("accuracy", 0.9))
    found = verdict_of(service, service.run(run.id))
    assert found is not None
    assert found.meaning == (
        "Nothing here beats always giving the commonest answer: it is right on 82 of 100 unseen messages, that on 82; "
        "you wanted 90."
    )
    assert (found.learnt_nothing, found.step.code) == (True, "other-data")


def test_a_better_run_on_the_same_data_is_what_to_do_next(service: Service, finished: Callable[..., Run]) -> None:
    run, other = finished(), finished("2", BETTER, "minilm-frozen")
    found = verdict_of(service, run)
    assert found is not None
    assert (found.step.code, found.step.run) == ("other-run", other.id)
    own = verdict_of(service, other)
    assert own is not None
    assert own.step.code != "other-run"


def test_a_run_whose_data_or_report_is_gone_keeps_its_words(service: Service, finished: Callable[..., Run]) -> None:
    run = finished()
    (service.folder(run.id) / "report.json").unlink()
    assert meaning_of(service, run) == "Right on 82 of 100 unseen messages."
    store = RunStore(service.database)
    gone = store.create(run.config.model_copy(update={"dataset": "gone"}), "", "3")
    store.set_scores(gone.id, "model", {"accuracy": OWN})
    assert meaning_of(service, service.run(gone.id)) == "Right on 82 of 100 unseen texts."
    store.update(run.id, verdict="Said before.")
    unjudged = store.create(run.config, "", "4")
    store.update(unjudged.id, verdict="Said before.")
    assert meaning_of(service, service.run(unjudged.id)) == "Said before."


def test_a_model_that_was_solved_is_not_run_again_with_longer_descent(service: Service) -> None:
    """Recorded: linear regression on 442 patients, whose next step was to run it again with the settings 'balanced'."""
    store = RunStore(service.database)

    def stronger(model: str, task: str, dataset: str) -> str:
        run = store.create(make_config(task, dataset, model), model, model)
        store.update(run.id, status=RunStatus.SUCCEEDED, steps=10, steps_total=10)
        store.add_event(run.id, "note", "The last step went straight to the best weights there are.", {"penalty": 1.0})
        evidence = evidence_of(service, store.get(run.id))
        assert evidence is not None
        return evidence.stronger

    assert stronger("linear", "tabular-regression", "diabetes") == ""
    assert stronger("ngram-linear", TASK.name, "customer-feedback") == "balanced"  # which counts more words
