"""Errors by the size of the answer."""

import numpy as np

from core.evaluation.residuals import parts, trend

ANSWERS = np.arange(90, dtype=np.float64)
SIDES = np.where(np.arange(90) % 2 == 0, 1.0, -1.0)


def test_answers_are_divided_into_low_middle_and_high_ones() -> None:
    low, middle, high = parts(ANSWERS - 2, ANSWERS)  # always 2 too high
    assert [(p.low, p.high, p.count) for p in (low, middle, high)] == [(0, 29, 30), (30, 59, 30), (60, 89, 30)]
    assert (low.off.value, low.lean.value, low.lean.ci_low, low.lean.ci_high) == (2, 2, 2, 2)


def test_errors_that_grow_with_the_answer_are_told_from_those_that_do_not() -> None:
    assert trend(parts(ANSWERS - SIDES * (1 + ANSWERS / 10), ANSWERS)) == "grow"
    assert trend(parts(ANSWERS - SIDES * (10 - ANSWERS / 10), ANSWERS)) == "shrink"
    assert trend(parts(ANSWERS - SIDES * (1 + np.arange(90) % 7), ANSWERS)) == ""


def test_of_few_rows_nothing_is_said() -> None:
    assert parts(ANSWERS[:29], ANSWERS[:29]) == ()
    assert trend(()) == ""
