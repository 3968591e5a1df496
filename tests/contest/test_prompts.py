"""Prompts: labels as codes, examples by a fixed rule, answers read back."""

import numpy as np
import pytest

from core.contest.codes import codes_of, read_label
from core.contest.prompts import CUT, Prompt, checked_template, chosen_shots, default_template, row_text
from core.contest.written import cases_of, measured, rouge_l
from core.errors import UserError
from core.specs import Examples

NOTHING = np.zeros(0, np.int64)


def test_a_prompt_holds_labels_examples_and_the_row_as_they_are() -> None:
    prompt = Prompt(default_template("review"), ("bad", "good"), (("{row} is {labels}", 1),), "review")
    text, is_cut = prompt.fill("Was it {examples}?")
    assert "A = bad\nB = good" in text
    assert "Review: {row} is {labels}\nAnswer: B" in text
    assert "Review: Was it {examples}?\n\nAnswer with" in text
    assert not is_cut
    assert "good\n\nReview: x" in Prompt(prompt.template, ("bad", "good")).fill("x")[0]
    assert prompt.fill("x" * 50, longest=10) == (text.replace("Was it {examples}?", "x" * 10 + CUT), True)


def test_examples_are_chosen_by_a_fixed_rule_from_each_class_in_turn() -> None:
    rows, targets = [f"row {i}" for i in range(40)], np.array([0] * 30 + [1] * 8 + [2] * 2)
    shots = chosen_shots(rows, targets, 3, 8)
    assert [label for _, label in shots] == [0, 1, 2, 0, 1, 2, 0, 1]
    assert shots == chosen_shots(rows, targets, 3, 8)
    assert shots[:4] == chosen_shots(rows, targets, 3, 4)
    assert [label for _, label in chosen_shots(rows, targets, 3, 2)] == [0, 1]  # the most frequent ones
    assert not chosen_shots(rows, targets, 3, 0)


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        (("bad", "good"), ("A", "B")),
        (("1", "2", "3"), ("1", "2", "3")),  # one sign each: themselves
        (("b", "other"), ("1", "2")),  # a letter that is a label's name would mean two
    ],
)
def test_codes_are_short_and_mean_one_label(labels: tuple[str, ...], codes: tuple[str, ...]) -> None:
    assert codes_of(labels) == codes


def test_labels_that_fit_into_no_prompt_are_one_sentence() -> None:
    with pytest.raises(UserError, match=r"The label 'x+…' has 6,000 characters"):
        codes_of(("x" * 6_000, "y"))
    with pytest.raises(UserError, match="There are 1,001 labels"):
        codes_of(tuple(map(str, range(1_001))))


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("B", 1), (" b.\n", 1), ("B = good", 1), ("B) because", 1), ('{"label": "B"}', 1), ("Answer: B", 1),
        ("Good!", 1), ("<think>A or B?</think>B", 1), ("A good review", -1), ("neither", -1), ("", -1),
        ('{"label": 3}', -1),
    ],
)  # fmt: skip
def test_an_answer_is_a_code_or_a_name_and_nothing_else(said: str, label: int) -> None:
    assert read_label(said, ("A", "B"), ("bad", "good")) == label


def test_a_prompt_without_its_places_is_one_sentence() -> None:
    with pytest.raises(UserError, match=r"The prompt needs \{row\} and \{labels\}"):
        checked_template("Sort it.", has_labels=True)
    assert checked_template("Go on: {row}", has_labels=False)


def test_a_row_of_a_table_is_a_line_a_column() -> None:
    assert row_text({"ram": 8.0, "maker": "Dell", "note": None, "size": float("nan")}) == "ram: 8\nmaker: Dell"


def test_texts_go_on_where_they_are_judged_and_conversations_are_answered() -> None:
    text = "".join(f"{i:06d} words. " for i in range(300))  # 4,200 characters: 7 passages
    assert len(cases_of(Examples((text,), NOTHING), are_conversations=False)) == 7
    assert len(cases_of(Examples((text,), NOTHING, unjudged=((450, 500),)), are_conversations=False)) == 6
    talk = "User: Hello\nAssistant: Hi\nUser: And now?\nAssistant: Nothing."
    assert cases_of(Examples((talk, "no talk"), NOTHING), are_conversations=True) == [
        ("User: Hello\nAssistant: Hi\nUser: And now?", "Nothing.")
    ]


def test_written_texts_are_measured_by_what_can_be_counted() -> None:
    found = measured(["The  cat sat", "I say: the end.", "no"], ["the cat sat", "the end.", "yes indeed"])
    assert found.exact.value == pytest.approx(1 / 3)
    assert found.contains.value == pytest.approx(2 / 3)
    assert rouge_l("the cat sat", "the cat lay") == pytest.approx(2 / 3)
    assert rouge_l("春眠不觉晓", "春眠不知晓") == pytest.approx(0.8)
    assert found.rouge_l.ci_low < found.rouge_l.value < found.rouge_l.ci_high
