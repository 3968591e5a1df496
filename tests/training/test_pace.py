"""How long a step takes, though a few stood still."""

import pytest

from core.training.pace import Pace


def pace(*steps_s: float) -> float | None:
    """Return what is said of a step after steps that took so long."""
    made, moment = Pace(), 100.0
    made.start(moment)
    for took_s in steps_s:
        moment += took_s
        made.stepped(moment)
    return made.per_step_s


def test_nothing_is_known_before_the_second_step() -> None:
    fresh = Pace()
    fresh.stepped(5.0)
    assert fresh.per_step_s is None
    assert pace() is None


def test_a_mean_of_the_steps() -> None:
    assert pace(2.0) == 2.0
    assert pace(*[1.0, 2.0] * 50) == pytest.approx(1.5)


@pytest.mark.parametrize("at", [1, 3, 20, 99])
@pytest.mark.parametrize("accidents", [1, 3])
def test_a_few_that_stood_still_say_nothing(at: int, accidents: int) -> None:
    steps = [0.001] * 100
    steps[at:at] = [30.0] * min(accidents, at)
    assert pace(*steps) == pytest.approx(0.001)


@pytest.mark.parametrize("count", [2, 5, 9])
def test_one_of_the_first_few_that_stood_still_says_nothing(count: int) -> None:
    assert pace(30.0, *[0.001] * (count - 1)) == pytest.approx(0.001)


def test_what_happens_again_and_again_is_what_steps_take() -> None:
    assert pace(*[*[0.001] * 20, 1.0] * 5) == pytest.approx(5.1 / 105)


def test_a_machine_that_became_slow_is_slow() -> None:
    assert pace(*[0.001] * 50, *[1.0] * 50) == pytest.approx(0.5005)


def test_pauses_are_no_part_of_a_step() -> None:
    made = Pace()
    made.pause(1.0)
    made.start(0.0)
    made.pause(7.0)
    made.stepped(9.0)
    assert made.per_step_s == 2.0
