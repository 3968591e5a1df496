"""Who may be inspected now."""

from contextlib import ExitStack

import pytest

from core.processes.inspection.lanes import Lanes, Place


class Waits(Exception):
    """Nobody lets it begin."""


def taken(lanes: Lanes, held: ExitStack, visitor: str) -> Place:
    """Take a place, or say that it has to be waited for."""

    def wait() -> None:
        raise Waits

    return held.enter_context(lanes.place(wait, visitor))


def test_what_one_visitor_brings_leaves_a_place_for_the_next_one() -> None:
    lanes = Lanes(quick=3, slow=3)
    with ExitStack() as held:
        slow = [taken(lanes, held, "one") for _ in range(2)]
        with pytest.raises(Waits):
            taken(lanes, held, "one")
        for place in slow:
            place.make_room(-1)  # they take long: among the slow ones, which has a last place too
        slow += [taken(lanes, held, "one") for _ in range(2)]
        for place in slow:
            place.make_room(-1)
        with pytest.raises(Waits):
            taken(lanes, held, "one")
        other = taken(lanes, held, "another")
        with pytest.raises(Waits):
            taken(lanes, held, "a third")
        other.make_room(-1)
        taken(lanes, held, "a third")


def test_who_waits_for_the_last_place_holds_up_nobody_behind() -> None:
    lanes = Lanes(quick=2, slow=1)
    with ExitStack() as held:
        taken(lanes, held, "one")
        with pytest.raises(Waits):
            taken(lanes, held, "one")
        taken(lanes, held, "another")


def test_places_that_are_given_back_can_be_taken_again() -> None:
    lanes = Lanes(quick=2, slow=2)
    for _ in range(3):
        with ExitStack() as held:
            taken(lanes, held, "one").make_room(-1)
            taken(lanes, held, "one")


def test_somebody_unknown_is_always_the_first_time() -> None:
    lanes = Lanes(quick=2, slow=1)
    with ExitStack() as held:
        taken(lanes, held, "")
        taken(lanes, held, "")
        with pytest.raises(Waits):
            taken(lanes, held, "")
