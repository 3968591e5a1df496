"""An explanation is shown only if it hangs on what was learnt."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from core.errors import DataError, UserError
from core.serving.explanation.background import Home
from core.serving.explanation.explain import check_explanation, explain, progress_of_test, weights_mark
from core.serving.explanation.jobs import Jobs
from core.serving.explanation.methods import TABLES, methods_of
from core.serving.explanation.randomisation import (
    BOUND,
    DRAWS,
    FEWEST_DRAWS,
    draws_for,
    randomisation_test,
    randomised,
    rank_correlation,
)
from core.serving.explanation.subject import Subject
from core.serving.predictor import Predictor
from core.specs import Examples
from tests.serving.explanation.conftest import TEXTS

ROW = {"size": 4, "age": 50, "noise": 0.1, "town": "Ulm"}


def test_an_explanation_that_shows_the_input_alone_is_withdrawn(reader: Predictor) -> None:
    found = randomisation_test(reader, lambda _predictor, one: np.array(one), [[3.0, 1.0, 2.0]])
    assert found.correlation == pytest.approx(1)
    assert not found.passed
    assert "stays much the same" in found.why_withdrawn
    silent = randomisation_test(reader, lambda _predictor, _one: np.zeros(3), [None])
    assert "did this explanation say anything" in silent.why_withdrawn


def test_new_weights_are_as_large_and_say_something_else(reader: Predictor) -> None:
    other = randomised(reader, 0)
    assert weights_mark(other.module) != weights_mark(reader.module)
    for before, after in zip(reader.module.parameters(), other.module.parameters(), strict=True):
        if before.dim() > 1 and before.numel() > 200:
            assert float(after.detach().square().mean()) == pytest.approx(
                float(before.detach().square().mean()), rel=0.5
            )
    assert Subject(reader, 0).values(TEXTS) != pytest.approx(Subject(other, 0).values(TEXTS))


def test_ranks_are_compared_where_something_is_said() -> None:
    assert rank_correlation(np.array([0, 1, 2, 9.0]), np.array([0, 1, 4, 5.0])) == pytest.approx(1)
    assert np.isnan(rank_correlation(np.zeros(3), np.zeros(3)))
    assert rank_correlation(np.array([1.0, 2.0]), np.zeros(2)) == 0


def test_every_explanation_of_a_row_is_told_with_what_it_does_not_prove(
    linear: Predictor, rows: Examples, at_home: Callable[[Examples], Home]
) -> None:
    home = at_home(rows)
    for name in methods_of(linear):
        said = explain(home, linear, {"method": name, "inputs": ROW})
        assert said["caveat"] == TABLES[name].caveat
        if said["withdrawn"]:
            assert name == "nearest"  # columns as they are: which rows are alike hangs little on the weights
        else:
            assert said["correlation"] < BOUND
    sliders = explain(home, linear, {"method": "sliders", "inputs": ROW})["sliders"]
    assert sliders[0]["name"] == "size"
    slope = np.diff(sliders[0]["answers"]) / np.diff(sliders[0]["values"])
    assert slope == pytest.approx(np.full(len(slope), slope[0]), rel=1e-3)  # a straight line, as the model is linear
    assert slope[0] == pytest.approx(3, rel=0.05)
    with pytest.raises(UserError, match="contributions, occlusion, sliders, nearest"):
        explain(home, linear, {"method": "tea leaves", "inputs": ROW})
    with pytest.raises(DataError):
        explain(home, linear, {"method": "contributions", "inputs": [ROW]})


def test_a_test_is_made_once_for_the_same_weights(
    linear: Predictor, rows: Examples, at_home: Callable[[Examples], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, mark = at_home(rows), weights_mark(linear.module)
    found = check_explanation(home, linear, "contributions", mark)
    monkeypatch.setattr("core.serving.explanation.explain.randomisation_test", None)
    assert check_explanation(home, linear, "contributions", mark) == found


def test_the_nearest_example_of_a_training_text_is_itself(
    ngrams: Predictor, at_home: Callable[[Examples], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.serving.explanation.nearest_examples import nearest_examples

    home = at_home(Examples(TEXTS, np.array([1, 0, 1, 0, 1, 0]), ("bad", "good")))
    found = nearest_examples(home, ngrams, (TEXTS[3],), "mark")
    assert found["examples"][0]["text"] == TEXTS[3]
    assert found["examples"][0]["distance"] == pytest.approx(0, abs=1e-3)
    assert (found["known"], found["of"]) == (6, 6)
    monkeypatch.setattr("core.serving.explanation.nearest_examples.make_index", None)  # it is kept
    assert nearest_examples(home, ngrams, (TEXTS[3],), "mark") == found


def test_a_test_is_made_in_the_background_and_says_how_far_it_is(
    linear: Predictor, rows: Examples, at_home: Callable[[Examples], Home]
) -> None:
    home, jobs, asked = at_home(rows), Jobs("It failed"), {"method": "occlusion", "inputs": ROW}
    seen: list[tuple[int, int]] = []
    check_explanation(home, linear, "contributions", "mark", lambda done, of: seen.append((done, of)))
    assert seen == [(done, seen[0][1]) for done in range(3, seen[0][1])]
    deadline = time.monotonic() + 300
    while (far := progress_of_test(home, linear, asked, jobs)) is not None:
        assert far["ready"] is False
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert explain(home, linear, asked)["withdrawn"] == ""
    assert progress_of_test(home, linear, {"method": "tea leaves"}, jobs) is None  # `explain` says what there is


def test_explanations_of_many_parts_need_fewer_models_with_new_weights() -> None:
    assert draws_for([3, 3, 3]) == DRAWS
    assert draws_for([12, 9, 14]) == FEWEST_DRAWS
    assert draws_for([784] * 3) == FEWEST_DRAWS
    assert draws_for([0, 1, 0]) == DRAWS
