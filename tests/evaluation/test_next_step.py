"""The next step: each rule with a case in which it must speak, and one like it in which it must not."""

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.decision import Decision, Option
from core.evaluation.judged import Judged
from core.evaluation.next_step.rules import RULES, next_step
from core.evaluation.next_step.situation import Finding, LikelyMislabels, Model, OtherRun, Situation, Sizes
from core.evaluation.run_result import Difference
from core.evaluation.target_status import TargetResult, TargetStatus, measured, target_status
from core.specs import Score
from core.specs.target import Target
from core.tasks.tabular_regression import TASK as NUMBERS
from core.tasks.text_classification import TASK as TEXTS
from core.tasks.text_generation import TASK as WRITING

TF_IDF = "word TF-IDF + logistic regression"
COUNTS = np.array([[504, 96], [88, 312]])  # 816 of 1,000
FALLING = Finding("still-falling", "It was still getting better when it ended.", "Train longer")
TOO_HIGH = Finding("learning-rate-too-high", "The loss rises.", "Run again with a tenth", {"learning_rate": 0.001})


def share(value: float, half: float = 0.024) -> dict[str, Score]:
    return {"accuracy": Score(value, value - half, value + half)}


def judged(value: float = 0.816, baseline: float = 0.79, gain: tuple[float, float] = (0.005, 0.047)) -> Judged:
    """Reviews like those of the airline tweets: a score, the strongest baseline, and the interval of the difference."""
    baselines = {"majority": share(0.6), TF_IDF: share(baseline)}
    difference = Difference(TF_IDF, value - baseline, *gain)
    return Judged(TEXTS, share(value), baselines, difference, "review", "", "", 1_000, 0, ("bad", "good"), COUNTS)


def against(text: str, found: Judged, status: TargetStatus | None = None) -> Judged:
    target = Target.parse(text, found.task)
    result = target_status(target, measured(target, found.test, found.examples), found.task)
    return replace(found, target=result if status is None else replace(result, status=status))


OPEN = Situation(against("accuracy 90%", judged()), epochs=5, next_model=Model("bilstm", "a recurrent network"))
NO_TARGET = replace(OPEN, judged=judged())
NOTHING = Judged(
    TEXTS, share(0.6), {"majority": share(0.6), TF_IDF: share(0.59)}, Difference("majority", 0.0, -0.02, 0.02),
    "review", examples=1_000,
)  # fmt: skip
SIZES = Sizes(500, 0.77, 1_000, 0.81)

# Rule: (fires, what its sentence must hold, does not fire).
CASES = {
    "few-examples": (
        replace(NO_TARGET, judged=replace(judged(), examples=7)),
        "add more reviews, at least a hundred to judge by",
        replace(NO_TARGET, judged=replace(judged(), examples=10)),
    ),
    "use-it": (
        replace(OPEN, judged=against("accuracy 80%", judged())),
        "about 2,300 test examples in all would make it sure",
        OPEN,
    ),
    "other-run": (
        replace(OPEN, other=OtherRun("b", "Reviews, MiniLM, 2", 0.86, is_clear=True)),
        "Likely gain: 4.4 points (8.4 are missing), as it is right on 86 of 100 on the same test",
        replace(OPEN, other=OtherRun("b", "Reviews, MiniLM, 2", 0.83, is_clear=False)),
    ),
    "good-enough": (
        replace(NO_TARGET, judged=judged(0.985, gain=(0.1, 0.2))),
        "At most 1.5 points are left to gain",
        replace(NO_TARGET, judged=judged(0.96, gain=(0.1, 0.2))),
    ),
    "simple-method": (
        replace(OPEN, judged=against("accuracy 90%", judged(0.75, 0.79, (-0.06, -0.02)))),
        "take a simple word count model instead. Likely gain: 4 points (15",
        replace(OPEN, judged=against("accuracy 90%", judged(0.78, 0.79, (-0.03, 0.01)))),
    ),
    "training-fault": (
        replace(OPEN, findings={TOO_HIGH.code: TOO_HIGH}),
        "run again with a tenth. How much that brings cannot be told before it is tried.",
        replace(OPEN, findings={"plateau": replace(TOO_HIGH, code="plateau")}),
    ),
    "train-longer": (
        replace(OPEN, findings={FALLING.code: FALLING}, late_gain=0.021),
        "by 5 more epochs. Likely gain: up to 2.1 points (8.4 are missing)",
        replace(OPEN, findings={FALLING.code: FALLING}, late_gain=0.021, can_go_on=False),
    ),
    "other-data": (
        replace(OPEN, judged=against("accuracy 90%", NOTHING)),
        "use data that says more about the answer, or clearer labels. How much that brings cannot be told",
        OPEN,
    ),
    "fix-labels": (
        replace(OPEN, label_issues=LikelyMislabels(50, 0.8, 1_500)),
        "Likely gain: up to 2.7 points (8.4 are missing): in a trial 80 of 100 such doubts were right",
        replace(OPEN, label_issues=LikelyMislabels(50, 0.2, 1_500)),
    ),
    "more-data": (
        replace(OPEN, sizes=SIZES),
        "up to 4 points (8.4 are missing) with twice as many: with 500 training examples it is right",
        replace(OPEN, sizes=replace(SIZES, more_value=0.76)),
    ),
    "other-model": (
        OPEN,
        "train another model, a recurrent network. How much that brings cannot be told before it is tried.",
        replace(OPEN, next_model=None),
    ),
    "stronger-settings": (
        replace(OPEN, next_model=None, stronger="balanced"),
        "run it again with the settings 'balanced'",
        replace(OPEN, next_model=None),
    ),
    "try-it": (replace(OPEN, next_model=None), "What would help cannot be told", OPEN),
}


def test_every_rule_has_its_two_cases() -> None:
    assert list(CASES) == [rule.code for rule in RULES]


@pytest.mark.parametrize("code", CASES)
def test_a_rule_speaks_where_it_must_and_not_where_it_must_not(code: str) -> None:
    fires, said, silent = CASES[code]
    step = next_step(fires)
    assert (step.code, step.text.startswith("Next: ")) == (code, True)
    assert said in step.text
    assert next_step(silent).code != code


def test_who_takes_the_simple_method_is_not_sent_to_stronger_settings() -> None:
    """Recorded: an MLP on 442 patients, off by 44.4, ridge by 44.6."""
    ridge = Option("baseline", "a simple linear model", "unclear", 44.6, None, None, 0.0)
    decided = Decision("Take the simple one", "simple", "a simple linear model does as well.", ridge)
    step = next_step(replace(OPEN, next_model=None, stronger="balanced", decision=decided))
    assert (step.code, step.action) == ("other-contender", "use a simple linear model")


def test_a_gap_to_the_training_examples_is_the_most_that_more_of_them_bring() -> None:
    step = next_step(replace(OPEN, trained=0.99, validated=0.82))
    assert step.code == "more-data"
    assert "at most 17 points (8.4 are missing): it is right on 99 of 100 training examples" in step.gain
    assert next_step(replace(OPEN, trained=0.9, validated=0.82)).code == "other-model"


def test_out_of_reach_asks_for_data_and_not_for_another_model() -> None:
    found = against("accuracy 95%", judged(), TargetStatus.OUT_OF_REACH)
    assert next_step(replace(OPEN, judged=found)).code == "more-data"


def test_a_reached_target_is_used_whatever_else_might_help() -> None:
    reached = against("accuracy 75%", judged())
    step = next_step(replace(OPEN, judged=reached, sizes=SIZES, other=OtherRun("b", "B", 0.9, is_clear=True)))
    assert step.text == "Next: use it. Nothing is missing: all of its 95 % interval reaches the target."


def test_what_is_written_is_read_rather_than_counted() -> None:
    writes = against("accuracy 80%", judged(), TargetStatus.LIKELY)
    found = next_step(Situation(replace(writes, task=WRITING)))
    assert (found.action, found.page) == ("read aloud what it writes on beginnings of your own", "try_it.py")


def test_gains_of_numbers_are_in_the_unit_of_what_is_predicted() -> None:
    test = {"mae": Score(24.0, 22, 26), "r2": Score(0.7, 0.66, 0.74)}
    simple = {"mae": Score(21.0, 19, 23), "r2": Score(0.77, 0.73, 0.8)}
    found = Judged(
        NUMBERS, test, {"mean": {"r2": Score(0, -0.01, 0.01)}, "ridge": simple},
        Difference("ridge", -0.07, -0.1, -0.04), column="price", unit="EUR", examples=300,
    )  # fmt: skip
    known = Situation(against("mae 20", found), simple_model=Model("linear", "Linear regression"))
    step = next_step(known)
    assert step.gain == (
        "Likely gain: 3 EUR less (4 EUR are missing), as it is off by 21 EUR on the same test examples."
    )
    assert step.settings == {"model": "linear"}
    kept = next_step(replace(known, kept_baseline="ridge"))
    assert (kept.button, kept.page, kept.baseline) == ("Take the simple one", "try_it.py", "ridge")


def test_of_a_class_with_few_test_examples_nothing_is_advised_but_to_bring_more() -> None:
    target = Target("recall", 0.8, "bad")
    found = replace(
        judged(), confusion=np.array([[3, 4], [88, 905]]),
        target=TargetResult(TargetStatus.UNKNOWN, 0.43, 0.1, 0.8, target, "7 test examples of 'bad' are too few."),
    )  # fmt: skip
    assert next_step(replace(OPEN, judged=found)).code == "few-examples"
