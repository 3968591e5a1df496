"""Groups of equal values."""

import numpy as np

from core.data.checks.support.group_ids import first_of_each, numbered, sizes_of


def test_equal_values_have_the_same_number() -> None:
    assert numbered(np.array([30.5, 10.0, 30.5, 20.0])).tolist() == [2, 0, 2, 1]
    assert numbered(np.array([], dtype=np.int64)).tolist() == []


def test_each_row_knows_the_first_of_its_group_whatever_the_numbers() -> None:
    assert first_of_each(np.array([7, 3, 7, 3, 9])).tolist() == [0, 1, 0, 1, 4]
    assert first_of_each(np.array([-5, 10**12, -5])).tolist() == [0, 1, 0]
    assert first_of_each(np.zeros(0, dtype=np.int64)).tolist() == []


def test_each_row_knows_how_large_its_group_is() -> None:
    assert sizes_of(np.array([0, 1, 0, 2])).tolist() == [2, 1, 2, 1]
