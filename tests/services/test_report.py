"""A report can be read by somebody who was not there, and holds no HTML that somebody wrote."""

import pytest
import yaml
from huggingface_hub import ModelCard

from core.errors import RunNotReady
from core.services.bootstrap import open_service
from core.services.demos.take_along import reason_against
from core.services.report.decision import decision_report
from core.services.report.html_page import report_html
from core.services.report.model_card import model_card
from core.services.run_service import Service
from core.settings import Settings
from tests.golden.freeze import unpack

EVIL = "<script>alert(1)</script> **bold** | ]("


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return open_service(Settings(home=unpack(tmp_path_factory.mktemp("report"))[0]))


def the(service: Service, name: str) -> str:
    return next(run.id for run in service.runs() if run.name == name)


@pytest.mark.parametrize("name", ["golden images", "golden rows", "golden docs", "golden reviews"])
def test_a_report_says_all_that_a_decision_needs(service: Service, name: str) -> None:
    found = decision_report(service, the(service, name))
    page = report_html(found)
    for heading in ("The question", "The answer", "Contenders", "Where it fails", "The data", "How to repeat it"):
        assert f"<h2>{heading}" in page
    assert sum(one.is_own for one in found.contenders) == 1
    assert len(found.contenders) > 1
    assert found.command.startswith("touchstone train --dataset ")
    assert 'src="http' not in page
    decided = found.verdict.decision
    assert decided is not None
    assert f"<b>{decided.answer}</b>: " in page
    assert all(one.costs for one in found.contenders)
    if name == "golden docs":
        assert found.mistakes
        losses = [float(one.said.removeprefix("Loss ").partition(" ")[0]) for one in found.mistakes]
        assert losses == sorted(losses, reverse=True)
        assert losses[-1] > float(found.mistakes_note.partition("it is ")[2].partition(" ")[0])
    assert "Costs here: measured time" in page


def test_nothing_that_people_wrote_is_html_or_markdown(service: Service) -> None:
    run_id = the(service, "golden texts")
    service.rename(run_id, EVIL)
    found = decision_report(service, run_id)
    assert "<script>" not in report_html(found)
    card = ModelCard(model_card(service, service.run(run_id), found))
    assert "<script>" not in card.text.replace("\\<", "")
    said = yaml.safe_load(str(card).split("---")[1])
    assert said["model-index"][0]["name"] == EVIL
    assert said["pipeline_tag"] == "text-classification"
    assert {one["type"] for one in said["model-index"][0]["results"][0]["metrics"]} >= {"accuracy", "f1"}


def test_a_run_without_scores_has_no_report(service: Service) -> None:
    with pytest.raises(RunNotReady, match="has no test scores yet"):
        decision_report(service, the(service, "golden stopped"))


def test_what_cannot_be_taken_along_says_why() -> None:
    def reason(kind: str, task: str = "text-classification", weights: int = 1, **state: object) -> str:
        return reason_against({"task": task, "preprocessor": {"kind": kind, "state": state}}, weights)

    assert reason("words") == ""
    assert "one token after the other" in reason("characters", "text-generation")
    assert "pretrained encoder" in reason("encoded-ngrams")
    assert "200 MB of weights" in reason("images", weights=200_000_000)
    assert "'notes' is free text" in reason("columns", texts=[{"name": "notes"}])
