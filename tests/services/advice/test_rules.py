"""Every rule on a recorded run on which it must speak, and on one on which it must not."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.runs import RunStatus
from core.services.advice.evidence import Advice, Evidence, Line
from core.services.advice.rules_on_run import advise, rules
from tests.services.advice.recorded_runs import NAMES, changed, recorded

# rule: where it must speak, where it must not
RECORDED = {
    "class-never-predicted": ("rare class", "learnt by heart"),
    "exploding-gradients": ("a gradient that exploded", "learnt by heart"),
    "learning-rate-too-high": ("learning rate too high", "a good run"),
    "learning-rate-too-low": ("learning rate too low", "ended too soon"),
    "overfitting": ("learnt by heart", "nothing more to learn"),
    "plateau": ("nothing more to learn", "ended too soon"),
    "still-falling": ("ended too soon", "nothing more to learn"),
    "too-little-data": ("learnt by heart", "a good run"),
    "unsuited-model": ("nothing more to learn", "a good run"),
    "worse-than-baseline": ("rare class", "nothing more to learn"),
}

GERMAN: dict[str, Any] = {"other_model": ("ngram-linear", "Linear model on n-grams"), "is_not_recommended": True}


def check(code: str, name: str) -> Advice | None:
    few = {"learnt by heart": 560, "a good run": 1_257}
    evidence = replace(recorded(name), train_examples=few.get(name, 0))
    if (code, name) == ("unsuited-model", "nothing more to learn"):
        evidence = replace(evidence, unsuited="It knows English; the texts are German.", **GERMAN)
    return rules()[code].check(evidence)


def test_every_rule_is_tried() -> None:
    assert set(RECORDED) == set(rules())


@pytest.mark.parametrize("code", RECORDED)
def test_a_rule_speaks_where_it_must_and_is_silent_where_it_must_not(code: str) -> None:
    speaks, silent = RECORDED[code]
    advice = check(code, speaks)
    assert advice is not None
    assert advice.code == code
    assert check(code, silent) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_advice_gives_one_thing_to_do_and_the_numbers_behind_it(name: str) -> None:
    for advice in advise(recorded(name)):
        assert advice.finding.endswith(".")
        assert any(sign.isdigit() for sign in advice.evidence)
        assert advice.action
        assert sum(map(bool, (advice.changes, advice.more_epochs, advice.page))) == 1


def test_another_model_is_advised_where_settings_will_not_help() -> None:
    stands_still = recorded("nothing more to learn")
    plateau = rules()["plateau"].check(replace(stands_still, **GERMAN))
    assert plateau is not None
    assert (plateau.action, plateau.changes) == (
        "Train another model: Linear model on n-grams",
        {"model": "ngram-linear"},
    )
    unsuited = advise(replace(stands_still, unsuited="It knows English; the texts are German.", **GERMAN))
    assert [advice.code for advice in unsuited] == ["unsuited-model"], "nothing else has to be said"


def test_nothing_is_said_of_a_good_run() -> None:
    assert advise(recorded("a good run")) == ()


def test_what_broke_training_is_said_and_not_what_came_of_it() -> None:
    (advice,) = advise(recorded("a gradient that exploded"))
    assert advice.code == "learning-rate-too-high"
    assert advice.changes == {"learning_rate": 0.07}


def test_words_and_numbers() -> None:
    (advice,) = advise(recorded("learnt by heart"))
    assert advice.finding == "Overfitting since epoch 2: it memorises."
    assert advice.evidence == (
        "There the validation loss was lowest (0.902); since then it has risen to 3.57, while the training loss fell "
        "from 0.772 to 1.03e-07."
    )
    assert advice.action == "Run again with more hidden at random (dropout 0.2)"
    assert advice.changes == {"dropout": 0.2}


def test_who_ended_too_soon_is_trained_longer() -> None:
    advice = check("still-falling", "ended too soon")
    assert advice is not None
    assert (advice.more_epochs, advice.changes) == (4, {})


def test_shares_are_said_in_percent() -> None:
    advice = check("plateau", "nothing more to learn")
    assert advice is not None
    assert " % before." in advice.evidence
    assert "accuracy" in advice.evidence


def test_a_live_run_is_not_told_that_it_ended_too_soon() -> None:
    live = recorded("ended too soon")
    live = replace(live, run=replace(live.run, status=RunStatus.RUNNING))
    assert rules()["still-falling"].check(live) is None


def test_a_loss_that_rises_without_breaking_down_is_a_learning_rate_too_high() -> None:
    steps = np.arange(20, dtype=float)
    advice = rules()["learning-rate-too-high"].check(
        changed(recorded("a good run"), train__loss=Line(steps, np.asarray(2.0 + 0.1 * steps, dtype=np.float64)))
    )
    assert advice is not None
    assert advice.finding == "The learning rate is too high: the loss rises instead of falling."


@pytest.mark.parametrize("code", RECORDED)
def test_no_rule_stumbles_over_a_run_that_has_only_begun(code: str) -> None:
    begun = recorded("a good run")
    one = Line(np.array([1]), np.array([2.3]))
    for lines in ({}, dict.fromkeys(begun.lines, one)):
        assert rules()[code].check(replace(begun, lines=lines, report={})) is None


def test_a_simple_method_is_not_called_better_where_the_difference_has_no_interval() -> None:
    rare = recorded("rare class")
    unsure = rare.report["difference"] | {"value": math.nan, "ci_low": math.nan, "ci_high": math.nan}
    assert rules()["worse-than-baseline"].check(replace(rare, report={"difference": unsure})) is None


def test_with_balanced_classes_only_more_examples_help() -> None:
    rare: Evidence = recorded("rare class")
    advice = rules()["class-never-predicted"].check(
        replace(rare, settings={**rare.settings, "class_weights": "balanced"})
    )
    assert advice is not None
    assert (advice.page, advice.changes) == ("import_data.py", {})


def test_of_a_run_whose_weights_were_computed_nothing_is_said_of_the_way_there() -> None:
    ended_too_soon = recorded("ended too soon")
    assert [advice.code for advice in advise(ended_too_soon)] == ["worse-than-baseline", "still-falling"]
    solved = advise(replace(ended_too_soon, was_solved=True))
    assert [advice.code for advice in solved] == ["worse-than-baseline"]
