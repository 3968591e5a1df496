"""Why this answer and what matters, on a run's page; what the server would say is given."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from core.evaluation.confusion_examples import KeptExample, keep_examples
from core.evaluation.predictions_file import write_predictions
from core.evaluation.what_matters import Importance, WhatMatters
from core.runs import Run
from core.services.dataset_service import DatasetService
from core.services.inference import InferenceClient
from core.services.run_service import Service
from core.specs import Examples, Predictions
from pages.components.explanation.contributions import headline, sum_in_words
from pages.components.explanation.mistakes import given_of
from pages.components.explanation.panel import how_far, mark_of
from pages.components.explanation.what_matters import headline as what_matters_most
from tests.pages.conftest import Open, figures, healthy, words

SAID: Mapping[str, Any] = {
    "method": "contributions", "label": "a", "caveat": "It is no cause.", "withdrawn": "", "correlation": 0.04,
    "bound": 0.5, "start": 0.5, "answer": 0.9, "total": 0.4, "rest": 0.0, "start_is": "an empty text",
    "rest_is": "an error", "parts": [{"name": "<b>good</b>", "value": 0.5}, {"name": "not", "value": -0.1}],
}  # fmt: skip


@pytest.fixture
def mistaken(service: Service, finished: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run with one mistake, which is at hand."""
    run = finished("text-classification")
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8]])
    predictions = Predictions(np.zeros(2), np.array([1, 1]), probabilities.argmax(1), probabilities)
    for split in ("test", "validation"):
        write_predictions(service.folder(run.id), "abc", predictions, split)
    keep_examples(service.folder(run.id), [(KeptExample("b", "a", 0.9, 0, text="not <b>good</b>"), b"")])
    one = Examples(("not <b>good</b>",), np.array([1]), ("a", "b"))
    monkeypatch.setattr(DatasetService, "test_examples", lambda *_: one)
    monkeypatch.setattr(InferenceClient, "prepared", lambda _self, _who, inputs: list(inputs))
    return run


@pytest.mark.parametrize("withdrawn", ["", "Withdrawn: it stays the same."])
def test_a_mistake_is_explained_or_why_it_cannot_be(
    mistaken: Run, open_page: Open, monkeypatch: pytest.MonkeyPatch, withdrawn: str
) -> None:
    asked: list[Any] = []

    def post(_self: InferenceClient, path: str, document: Any = None, **_: Any) -> Any:
        asked.append((path, document))
        if len(asked) == 1:
            return {"ready": False, "done": 3, "of": 15}  # its test is made first
        return {**SAID, "withdrawn": withdrawn}

    monkeypatch.setattr(InferenceClient, "post", post)
    at = open_page("run", run=mistaken.id, tab="mistakes")
    assert not asked  # nobody has opened it yet
    at.selectbox(key=f"mistake-{mistaken.id}-None").set_value(0)
    at = healthy(at.run())
    at.session_state[f"why-{mark_of(mistaken.id, 'not <b>good</b>', key=f'{mistaken.id}-None')}"] = True
    at = healthy(at.run())
    assert [path for path, _ in asked] == [f"/models/{mistaken.id}/explain"] * 2
    assert asked[1][1]["inputs"] == "not <b>good</b>"
    if withdrawn:
        assert any(withdrawn in info.value.replace("\\", "") for info in at.info)
        return
    said = words(at).replace("\\", "")
    assert "an empty text gets 50.0 %" in said
    assert "What this does not prove: It is no cause." in said
    assert "rank correlation 0.04" in said
    alts = [str(figure["alt"]) for figure in figures(at)]
    assert any("speaks for 'a' most: +50.0 points" in alt for alt in alts)


def test_what_was_measured_is_drawn_with_its_interval_and_what_it_does_not_prove(
    mistaken: Run, service: Service, open_page: Open
) -> None:
    assert "Measure what matters" in [
        button.label for button in open_page("run", run=mistaken.id, tab="overview").button
    ]
    parts = (Importance("good", 0.12, 0.08, 0.16, 40), Importance("the", 0.0, -0.01, 0.01, 80))
    found = WhatMatters("words", "the probability of the right answer", True, 0.9, parts, 5, 300,
                        control=Importance("", 0.01, 0.0, 0.02, 300))  # fmt: skip
    found.keep(service.folder(mistaken.id))
    said = words(open_page("run", run=mistaken.id, tab="overview")).replace("\\", "")
    assert "'good' matters most" in said
    assert "12.0 points (8.0 to 16.0); any word, 1.0 points" in said
    assert "What this does not prove" in said


def test_sums_and_headlines_say_what_is_left() -> None:
    said = {**SAID, "rest": -0.1, "total": 0.5}
    assert "and -10.0 points is an error" in sum_in_words(said)
    assert how_far(12, 40, 6.0) == ("Checking that the explanation depends on the weights: 12 of 40, about 14 s left")
    assert headline([{"name": "age", "value": -3.0}], "") == "'age' lowers the answer most: -3"
    nothing = WhatMatters("regions", "accuracy", True, 0.9, (Importance("", 0.1, -0.1, 0.3, 9),), 1, 9, (1, 1))
    assert what_matters_most(nothing) == "Nothing alone matters clearly for accuracy"
    image = given_of(Examples(np.zeros((1, 4, 4, 1), dtype=np.uint8), np.zeros(1)))
    assert isinstance(image, bytes)
    assert image.startswith(b"\x89PNG")
