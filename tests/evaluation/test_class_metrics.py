"""Precision, recall and F1 with intervals, against numbers worked out by hand or known from elsewhere."""

import numpy as np
import pytest

from core.evaluation.class_metrics import Confusion, class_scores, confusions, weakest

COUNTS = np.array([[8, 2, 0], [1, 8, 1], [3, 0, 7]])
LABELS = ("cat", "dog", "fox")


def test_each_class_has_its_scores() -> None:
    cat, dog, fox = class_scores(COUNTS, LABELS)
    assert (cat.precision.value, cat.recall.value, cat.support, cat.answers) == (8 / 12, 0.8, 10, 12)
    assert cat.f1.value == pytest.approx(2 * 8 / (12 + 10))
    assert dog.recall.value == 0.8
    assert fox.precision.value == 7 / 8


def test_f1_lies_within_its_interval_which_narrows_with_more_examples() -> None:
    few, many = class_scores(COUNTS, LABELS)[0].f1, class_scores(100 * COUNTS, LABELS)[0].f1
    assert few.ci_low < few.value < few.ci_high
    assert many.ci_high - many.ci_low < (few.ci_high - few.ci_low) / 5


def test_a_class_that_nobody_has_or_names_may_be_anything() -> None:
    ghost = class_scores(np.array([[5, 0], [0, 0]]), ("there", "ghost"))[1]
    assert (ghost.f1.value, ghost.f1.ci_low, ghost.f1.ci_high) == (0.0, 0.0, 1.0)


def test_mistakes_come_the_most_frequent_first() -> None:
    assert confusions(COUNTS) == [
        Confusion(truth=2, answer=0, count=3, support=10),
        Confusion(truth=0, answer=1, count=2, support=10),
        Confusion(truth=1, answer=0, count=1, support=10),
        Confusion(truth=1, answer=2, count=1, support=10),
    ]
    assert confusions(np.eye(3, dtype=np.int64)) == []


def test_the_weakest_class_is_the_one_that_is_found_least() -> None:
    weak = weakest(class_scores(COUNTS, LABELS))
    assert weak is not None
    assert weak.label == "fox"
    assert weakest(class_scores(np.zeros((2, 2), np.int64), ("a", "b"))) is None
