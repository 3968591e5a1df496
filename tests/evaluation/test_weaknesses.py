"""The numbers on a model's weaknesses and costs, as its report keeps them."""

import numpy as np

from core.evaluation.costs import costs_in_numbers
from core.evaluation.run_result import Costs, Evidence
from core.evaluation.weaknesses import fails
from core.specs import Score

COSTS = Costs(0.5, 0.0213, 32, "example", "cpu (2 cores)", 12_100, 2_881)


def numbers(known: Evidence) -> dict[str, str]:
    found = fails(known)
    return {one.name: one.value for one in found.numbers} if found is not None else {}


def of_labels(counts: list[list[int]]) -> Evidence:
    return Evidence({"accuracy": Score(0.875, 0.83, 0.92)}, ("bad", "good"), np.array(counts))


def test_the_commonest_confusion_and_the_class_that_is_found_least() -> None:
    assert numbers(of_labels([[80, 20], [5, 95]])) == {
        "'bad' taken for 'good'": "20 of 100",
        "Found of 'bad', the least": "80 % (71 to 87 %)",
    }


def test_without_a_mistake_the_rule_of_three_says_what_is_known() -> None:
    assert numbers(of_labels([[150, 0], [0, 150]])) == {"Wrong": "0 of 300, so at most about 1.0 %"}


def test_a_class_that_is_never_answered_is_counted_and_single_mistakes_are_no_pattern() -> None:
    assert numbers(of_labels([[0, 73], [0, 197]]))["Test examples of 'bad'"] == "73 of 270"
    assert numbers(of_labels([[99, 1], [2, 98]]))["Wrong"] == "3 of 200"


def test_a_model_of_numbers_says_how_far_off_it_is_and_to_which_side() -> None:
    errors = np.array([5.0, 6, 7, 8, 9, 10, 11, 12, 13, 20])
    found = numbers(Evidence({"r2": Score(0.5, 0.4, 0.6)}, errors=errors, target="price"))
    assert (found["Half are off by less than"], found["Nine in ten are off by less than"]) == ("9.5", "13.7")
    assert found["Answer minus truth, on average"].startswith("10.1 (95 % interval ")


def test_a_model_that_writes_says_how_much_it_has_copied() -> None:
    test = {"perplexity": Score(4.06, 3.7, 4.5), "bits_per_character": Score(2.02, 2, 2.1)}
    copied = {"own": 0.0, "unseen": 0.07, "temperature": 0.8, "most": 0.62, "most_at": 0.5}
    assert numbers(Evidence(test, copied=copied)) == {
        "Perplexity": "4.06", "Bits per character": "2.020", "Copied": "0.0 %", "Copied at most": "62.0 %",
        "Copied, in real unseen text": "7.0 %",
    }  # fmt: skip


def test_an_encoder_that_reads_for_a_model_counts_among_what_it_takes() -> None:
    found = costs_in_numbers(Costs(**vars(COSTS) | {"encoder_bytes": 90_900_000}))
    assert found is not None
    assert [(one.name, one.value) for one in found.numbers] == [
        ("One example alone", "0.5 ms"), ("Each of 32 at once", "0.021 ms"),
        ("Model size", "12.1 kB and 90.9 MB of the frozen encoder"), ("Parameters", "2,881"),
    ]  # fmt: skip
