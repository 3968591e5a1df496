"""Train, prompt, take the simple one, or not yet: each rule has a case in which it must speak, and one in which not."""

from dataclasses import replace

import pytest

from core.evaluation.decision import RULES, Choice, Decision, Option, decide
from core.evaluation.judged import Judged
from core.evaluation.rule import Rule
from core.evaluation.run_result import Difference
from core.specs import Score
from core.tasks.text_classification import TASK

MODEL = Option("model", "frozen MiniLM", "reference", 0.85, None, 0.02, 0.01, "ab12cd34")
SIMPLE = Option("baseline", "a simple word count model", "worse", 0.8, None, 0.001, 0.0, "ab12cd34+tfidf-logistic")
PROMPTED = Option("language model", "small-llm", "worse", 0.7, None, 0.05, 0.0, "llm:small-llm")


def judged(accuracy: float = 0.85, examples: int = 500, constant: float = 0.4) -> Judged:
    scores = {"accuracy": Score(accuracy, accuracy - 0.03, accuracy + 0.03)}
    majority = {"majority": {"accuracy": Score(constant, constant - 0.03, constant + 0.03)}}
    gain = Difference("majority", accuracy - constant, accuracy - constant - 0.04, accuracy - constant + 0.04)
    return Judged(TASK, scores, majority, gain, examples=examples)


CHOICE = Choice(judged(), MODEL, [SIMPLE], [PROMPTED], SIMPLE.name, month=21.9, currency="USD")
AS_GOOD = replace(SIMPLE, side="unclear")
BETTER = replace(PROMPTED, side="better", value=0.92)


def held(choice: Choice, *, model: bool, simple: bool = False, prompted: bool = False) -> Choice:
    """Return a choice with a target that some reach."""
    return replace(
        choice, model=replace(choice.model, is_good=model),
        baselines=[replace(one, is_good=simple) for one in choice.baselines],
        language_models=[replace(one, is_good=prompted) for one in choice.language_models],
    )  # fmt: skip


CASES = {
    "few-examples": (replace(CHOICE, judged=judged(examples=9)), replace(CHOICE, judged=judged(examples=10))),
    "nothing-learnt": (replace(CHOICE, judged=judged(0.41), language_models=[]), CHOICE),
    "target-missed": (held(CHOICE, model=False), held(CHOICE, model=False, prompted=True)),
    "prompt": (
        replace(CHOICE, language_models=[BETTER]),
        replace(CHOICE, language_models=[replace(BETTER, side="unclear")]),
    ),
    "simple": (replace(CHOICE, baselines=[AS_GOOD]), replace(CHOICE, baselines=[replace(AS_GOOD, thousand=0.03)])),
    "train": (CHOICE, replace(CHOICE, language_models=[BETTER])),
    "undecided": (
        held(replace(CHOICE, baselines=[replace(SIMPLE, side="untested")]), model=False, simple=True),
        CHOICE,
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_speaks_where_it_must_and_is_silent_where_it_must_not(rule: Rule[Choice, Decision]) -> None:
    must, must_not = CASES[rule.code]
    assert decide(must).rule == rule.code
    assert decide(must_not).rule != rule.code


def test_the_sentences() -> None:
    assert decide(CHOICE).text == "Train: clearly better than a simple word count model; 1,000 answers cost 0.02 USD."
    assert decide(replace(CHOICE, baselines=[AS_GOOD])).text == (
        "Take the simple one: a simple word count model does as well, as far as the examples can tell (is right on 80 "
        "of 100; 1,000 answers cost 0.001 USD instead of 0.02 USD)."
    )
    of_nothing = replace(
        CHOICE, model=replace(CHOICE.model, thousand=2e-5), baselines=[replace(AS_GOOD, thousand=1e-5)]
    )
    assert decide(of_nothing).text.endswith("(is right on 80 of 100).")
    missed = held(CHOICE, model=False)  # of runs elsewhere, one of which may reach it, it says nothing
    assert decide(missed).text == "Not yet: it misses the target, and so do the 2 methods beside it."
    of_two = replace(missed, baselines=missed.baselines[:1], language_models=[])
    assert decide(of_two).text.endswith("and so does the method beside it.")
    assert decide(replace(of_two, baselines=[])).text == "Not yet: it misses the target."


def test_the_volume_at_which_prompting_and_a_machine_of_ones_own_cost_the_same() -> None:
    as_good = replace(PROMPTED, side="unclear", thousand=0.5)
    said = decide(replace(CHOICE, language_models=[as_good])).text
    assert said.endswith("Below 44,000 answers a month prompting small-llm is cheaper.")  # 21.91 USD, 0.5 for 1,000
    said = decide(replace(CHOICE, language_models=[replace(BETTER, thousand=0.5)])).text
    assert said == (
        "Prompt: small-llm is clearly better (is right on 92 of 100; 1,000 answers cost 0.50 USD instead of 0.02 USD). "
        "From 44,000 answers a month on, a machine of your own is cheaper."
    )
    free = replace(as_good, thousand=None)
    assert "a month" not in decide(replace(CHOICE, language_models=[free])).text


def test_who_reaches_the_target_alone_is_taken_and_the_simple_one_of_two() -> None:
    alone = held(CHOICE, model=False, prompted=True)
    alone = replace(alone, language_models=[replace(one, side="unclear") for one in alone.language_models])
    assert decide(alone).answer == "Prompt"
    both = held(replace(CHOICE, baselines=[AS_GOOD], language_models=[replace(PROMPTED, side="unclear")]), model=False,
                simple=True, prompted=True)  # fmt: skip
    assert decide(both).answer == "Take the simple one"
