"""Labels that a trained model doubts."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.label_issues import (
    Mislabel,
    describe_mislabels,
    labels_known_as,
    probable_mislabels,
    remaining_label_issues,
    rows_of,
)
from core.specs import Predictions
from core.specs.dataset_types import LabelIssue

TRUE = np.arange(90) % 3


def sure_of(classes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return probabilities of a model that is 90 % sure of these classes."""
    return np.where(np.arange(3) == classes[:, None], 0.9, 0.05)


def test_labels_that_a_good_model_contradicts_are_found() -> None:
    given = TRUE.copy()
    given[[5, 17]] = [0, 1]  # truly 2 and 2
    found = probable_mislabels(given, sure_of(TRUE))
    assert sorted(found) == [Mislabel(5, 0, 2, 0.9), Mislabel(17, 1, 2, 0.9)]


def test_a_model_that_agrees_finds_nothing() -> None:
    assert probable_mislabels(TRUE, sure_of(TRUE)) == []


def test_a_model_that_is_no_better_than_the_largest_class_may_doubt_nothing() -> None:
    given = np.where(np.arange(90) < 60, 0, 1)
    assert probable_mislabels(given, sure_of(np.ones(90, dtype=np.int64))) == []


def test_a_class_that_nobody_judged_and_numbers_that_are_none_are_left_out() -> None:
    probabilities = np.hstack([sure_of(TRUE), np.full((90, 1), 0.01)])
    given = TRUE.copy()
    given[5] = 0
    probabilities[0] = np.nan
    assert [mislabel.position for mislabel in probable_mislabels(given, probabilities)] == [5]


def test_too_few_examples_say_nothing() -> None:
    assert probable_mislabels(TRUE[:10], sure_of(TRUE[:10])) == []
    assert probable_mislabels(TRUE, np.zeros((0, 0))) == []


def test_a_doubted_label_is_found_again_in_the_version_that_was_trained_on() -> None:
    split = np.tile([0, 1, 2], 60).astype(np.int8)  # train, validation, test, train ...
    truth = np.arange(180) // 3 % 3
    given = truth.copy()
    given[32] = 0  # truly 1; row 32 is the 11th of the test split
    judged = {}
    for name, number in (("validation", 1), ("test", 2)):
        probabilities = sure_of(truth[split == number])
        judged[name] = Predictions(np.zeros(60), given[split == number], probabilities.argmax(1), probabilities)
    found = describe_mislabels({"validation": judged["validation"], "test": judged["test"]}, ["a", "b", "c"])
    assert found == [{"split": "test", "place": 10, "given": "a", "suggested": "b", "confidence": 0.9}]
    assert rows_of(found, pa.table({"split": split})) == [32]


def rows(*examples: tuple[str, str]) -> pa.Table:
    texts, labels = zip(*examples, strict=True)
    return pa.table({"text": pa.array(texts, pa.large_string()), "label": pa.array(labels, pa.large_string())})


def doubt(position: int) -> LabelIssue:
    return LabelIssue(position, "good", "bad", 0.9, "a run")


def test_an_example_is_known_by_its_content_and_its_label() -> None:
    table = rows(("fine", "good"), ("fine", "bad"), ("fine", "good"), ("fin", "egood"))
    first, other_label, copy, other_text = labels_known_as(table, [0, 1, 2, 3])
    assert first == copy
    assert len({first, other_label, other_text}) == 3


def test_doubts_move_to_a_later_version_without_what_is_gone_or_corrected_there() -> None:
    old = rows(("a", "good"), ("b", "good"), ("c", "good"), ("d", "good"))
    new = rows(("d", "good"), ("b", "bad"), ("a", "good"))  # b was corrected, c removed
    assert remaining_label_issues([doubt(0), doubt(1), doubt(2), doubt(3)], old, new) == [doubt(2), doubt(0)]
    assert remaining_label_issues([], old, new) == []


def test_doubts_about_pictures_move_by_their_pixels() -> None:
    def images(*marks: bytes) -> pa.Table:
        return pa.table({"pixels": pa.array(marks, pa.binary(16)), "label": ["good"] * len(marks)})

    old, new = images(b"1" * 16, b"2" * 16, b"3" * 16), images(b"3" * 16, b"1" * 16)
    assert remaining_label_issues([doubt(0), doubt(1), doubt(2)], old, new) == [doubt(1), doubt(0)]
