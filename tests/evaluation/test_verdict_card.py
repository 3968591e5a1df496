"""The verdict in three sentences, and the numbers that they stand on."""

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.run_result import Costs, Difference, Evidence
from core.evaluation.verdict_card import examples_needed, sentences_of, verdict_card
from core.runs import Score
from core.tasks.tabular_regression import TASK as NUMBERS
from core.tasks.text_classification import TASK as LABELS
from core.tasks.text_generation import TASK as TEXT

ACCURACY = LABELS.metric("accuracy")
COSTS = Costs(0.5, 0.0213, 32, "example", "cpu (2 cores)", 12_100, 2_881)
COUNTS = np.array([[80, 20], [5, 95]])


def said(known: Evidence) -> list[str]:
    return [sentence.text for sentence in verdict_card(known)]


def of_labels(gain: Difference | None, counts: np.ndarray = COUNTS) -> Evidence:
    test = {"accuracy": Score(0.875, 0.83, 0.92)}
    return Evidence(ACCURACY, test, int(counts.sum()), gain, COSTS, ("bad", "good"), counts)


def test_a_clear_gain_a_confusion_and_a_price_make_three_sentences() -> None:
    assert said(of_labels(Difference("TF-IDF", 0.075, 0.033, 0.119))) == [
        "It is clearly better than TF-IDF: by 7.5 points (95 % interval 3.3 to 11.9), and 200 unseen examples were "
        "enough to tell.",
        "It finds 'bad' least, 80 % (71 to 87 %), and takes it for 'good' most often (20 times).",
        "It takes 0.5 ms for one example alone, 0.021 ms each in batches of 32, on cpu (2 cores); its 2,881 numbers "
        "take 12.1 kB on disk.",
    ]


def test_an_encoder_that_reads_for_a_model_counts_among_what_it_takes() -> None:
    known = replace(of_labels(None), costs=replace(COSTS, encoder_bytes=90_900_000))
    assert said(known)[-1].endswith("take 12.1 kB on disk, beside the 90.9 MB of the frozen encoder that reads for it.")


def test_too_few_examples_are_said_with_how_many_would_do() -> None:
    (first, *_) = said(of_labels(Difference("TF-IDF", 0.02, -0.02, 0.06)))
    assert first == (
        "It is not clear whether it is better than TF-IDF (+2.0 points; 95 % interval -2.0 to 6.0): 200 unseen "
        "examples are too few, about 1,700 would tell if the difference stays as it is."
    )


@pytest.mark.parametrize(
    ("gain", "needed"),
    [
        (
            Difference("x", 0.02, -0.02, 0.06),
            820,
        ),  # 100 * 2 ** 2 find it half of the time, times 2.04 in 80 of 100 cases
        (Difference("x", -0.01, -0.04, 0.02), 1900),
        (Difference("x", 0.05, 0.01, 0.09), 0),
        (Difference("x", 0.02, 0.0, 0.04), 210),  # it ends exactly at no difference
        (Difference("x", 0.0, -0.04, 0.04), 5000),
    ],
)
def test_how_many_examples_would_tell(gain: Difference, needed: int) -> None:
    assert examples_needed(100, gain) == needed


def test_a_clear_loss_sends_to_the_simple_method() -> None:
    (first, *_) = said(of_labels(Difference("TF-IDF", -0.075, -0.119, -0.033)))
    assert first == (
        "It is clearly worse than TF-IDF: by 7.5 points (95 % interval 3.3 to 11.9) on 200 unseen examples, so take "
        "the simple method."
    )


def test_no_difference_at_all_is_no_matter_of_more_examples() -> None:
    (first, *_) = said(of_labels(Difference("TF-IDF", 0.0, -0.02, 0.02)))
    assert first.startswith("It is as good as TF-IDF as far as 200 unseen examples can tell (0.0 points;")


def test_without_a_mistake_the_rule_of_three_says_what_is_known() -> None:
    (text, _) = said(of_labels(None, np.array([[150, 0], [0, 150]])))
    assert text == "It made no mistake on 300 unseen examples, so it is wrong on at most about 1.0 %."


def test_a_class_that_is_never_answered_is_named() -> None:
    (text, _) = said(of_labels(None, np.array([[0, 73], [0, 197]])))
    assert text == "It never answers 'bad', and takes 'bad' for 'good' most often (73 of 73)."


def test_single_mistakes_are_no_pattern() -> None:
    (text, _) = said(of_labels(None, np.array([[99, 1], [2, 98]])))
    assert text.startswith("It takes no two classes for each other more than twice, and finds 'good' least: 98 % (")


def test_every_sentence_can_be_traced_to_its_numbers() -> None:
    better, fails, costs = verdict_card(of_labels(Difference("TF-IDF", 0.075, 0.033, 0.119)))
    assert [(n.name, n.value) for n in better.numbers] == [
        ("Accuracy of this run", "87.5 %"),
        ("Better than TF-IDF by", "+7.5 points, 95 % interval 3.3 to 11.9"),
        ("Test examples", "200"),
    ]
    assert ("'bad' taken for 'good'", "20 of 100") in [(n.name, n.value) for n in fails.numbers]
    assert [n.value for n in costs.numbers] == ["0.5 ms", "0.021 ms", "12.1 kB", "2,881"]


def test_a_model_of_numbers_says_how_far_off_it_is_and_to_which_side() -> None:
    errors = np.array([5.0, 6, 7, 8, 9, 10, 11, 12, 13, 20])
    known = Evidence(NUMBERS.metric("r2"), {"r2": Score(0.5, 0.4, 0.6)}, 10, errors=errors, target="price")
    assert said(known) == [
        "Half of its answers are off by less than 9.5, nine in ten by less than 13.7, and all in all it answers "
        "too high."
    ]


def test_a_model_that_writes_says_how_unsure_it_is_and_how_much_it_has_copied() -> None:
    test = {
        "loss": Score(1.4, 1.3, 1.5),
        "perplexity": Score(4.06, 3.7, 4.5),
        "bits_per_character": Score(2.02, 2, 2.1),
    }
    copied = {"own": 0.12, "unseen": 0.07, "temperature": 0.8}
    known = Evidence(TEXT.metric("loss"), test, 9_000, Difference("trigram", 0.512, 0.493, 0.529), copied=copied)
    assert said(known) == [
        "It is clearly better than trigram: by 0.512 nats per character (95 % interval 0.493 to 0.529), and 9,000 "
        "unseen characters were enough to tell.",
        "It hesitates among 4.1 characters at each step (2.02 bits per character), and 12 % of what it writes is "
        "copied word for word from what it learnt from (7 % of real unseen text).",
    ]
    copied |= {"own": 0.0, "most": 0.62, "most_at": 0.5}
    known = Evidence(TEXT.metric("loss"), test, 9_000, Difference("trigram", 0.512, 0.493, 0.529), copied=copied)
    assert said(known)[1].endswith(
        ", and 0 % of what it writes at temperature 0.8, 62 % at 0.5, is copied word for word from what it learnt from "
        "(7 % of real unseen text)."
    )


def test_a_report_from_before_there_were_cards_has_no_sentences() -> None:
    assert sentences_of({"verdict": "Right on 90 %."}) == ()
    (sentence,) = sentences_of({"verdict_card": [verdict_card(of_labels(None))[0].to_json()]})
    assert sentence["topic"] == "fails"
