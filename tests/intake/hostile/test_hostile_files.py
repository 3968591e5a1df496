"""Files that are made to do harm are read within bounds or refused in words."""

from collections import Counter

from tests.intake.hostile.cases import CASES


def test_there_are_more_kinds_than_were_tried_by_hand_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 108
    assert max(Counter(case.name for case in CASES).values()) == 1
