"""Which look's weights are kept: the latest that are as good as the best, as far as the rows can tell."""

from typing import Literal

import numpy as np
import pytest

from core.training.checkpoint import Best
from core.training.checkpoint_selection import Choice

RIGHT_ON_80 = np.repeat([1.0, 0.0], [80, 20])


def kept(
    *evaluations: tuple[np.ndarray, float], convex: bool = False, direction: Literal["max", "min"] = "max"
) -> tuple[int, int]:
    """Return the steps of the best look and of the one that is kept; each look is its rows and its loss."""
    choice = Choice()
    for step, (rows, loss) in enumerate(evaluations, 1):
        score = float(rows.mean()) if direction == "max" else -float(rows.mean())
        choice = choice.after(Best(step, score, loss), rows, direction, convex=convex)
    assert choice.best is not None
    assert choice.kept is not None
    return choice.best.step, choice.kept.step


def fewer(count: int, more: int = 0) -> np.ndarray:
    """Return rows of which so many that were right are wrong, and so many that were wrong are right."""
    rows = RIGHT_ON_80.copy()
    rows[:count], rows[80 : 80 + more] = 0.0, 1.0
    return rows


@pytest.mark.parametrize(
    ("later", "convex", "expected"),
    [
        (fewer(1), False, 2),  # 1 of 100 less, one standard error is 1
        (fewer(4), False, 1),  # 4 less with an error of 2: that is worse
        (fewer(9, more=6), False, 2),  # 3 less, but 15 answers differ: an error of 3.9
        (fewer(3), True, 2),  # two standard errors, where the loss has one minimum
        (fewer(8), True, 1),
        (fewer(0), False, 2),  # as often right and as sure
    ],
)
def test_later_weights_are_kept_unless_they_are_worse_by_more_than_a_standard_error(
    later: np.ndarray, convex: bool, expected: int
) -> None:
    assert kept((RIGHT_ON_80, 0.5), (later, 0.5), convex=convex) == (1, expected)


def test_later_weights_are_compared_with_the_best_not_with_those_kept() -> None:
    assert kept((RIGHT_ON_80, 0.5), (fewer(1), 0.5), (fewer(5), 0.5)) == (1, 2)


def test_weights_that_are_far_surer_of_their_mistakes_are_not_as_good() -> None:
    assert kept((RIGHT_ON_80, 0.5), (RIGHT_ON_80, 0.6)) == (1, 2)
    assert kept((RIGHT_ON_80, 0.5), (RIGHT_ON_80, 0.7)) == (1, 1)


def test_where_lower_is_better_too() -> None:
    losses = np.random.default_rng(0).gamma(2.0, size=100)
    noise = np.random.default_rng(1).normal(0, 0.5, size=100)
    noise -= noise.mean()
    evaluations = [(-losses, 2.0), (-(losses + noise + 0.02), 2.02), (-(losses + noise + 0.2), 2.2)]
    assert kept(*evaluations, direction="min") == (1, 2)


def test_of_one_row_or_of_a_score_that_is_no_mean_the_best_is_kept() -> None:
    one, worse = np.array([1.0]), np.array([0.0])
    assert kept((one, 0.5), (worse, 0.5)) == (1, 1)
    choice = Choice().after(Best(1, 0.8, 0.5), None, "max", convex=False)
    choice = choice.after(Best(2, 0.79, 0.5), None, "max", convex=False)
    assert choice.kept == Best(1, 0.8, 0.5)
