import numpy as np
import pytest

from core.intake.fingerprint import fingerprint
from core.specs import Examples

TWO = Examples(("good", "bad"), np.array([1, 0]), ("negative", "positive"))


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    assert fingerprint(TWO) == "e8e8e1bd815b9e0cf8beb1caa6272fc0b182b4cb7b4c49ccbdd7ea9cbdb4b211"
    picture = Examples(np.zeros((1, 2, 2, 1), np.uint8), np.array([0]), ("a", "b"))
    assert fingerprint(picture) == "8771cac44d7dd3f43bfcd598239225f786adfcff167537a891654f0e5a35bd50"


@pytest.mark.parametrize(
    "other",
    [
        Examples(("good", "bad!"), TWO.targets, TWO.labels),
        Examples(("goodb", "ad"), TWO.targets, TWO.labels),
        Examples(("bad", "good"), TWO.targets, TWO.labels),
        Examples(TWO.inputs, np.array([0, 1]), TWO.labels),
        Examples(TWO.inputs, TWO.targets, ("bad", "good")),
    ],
)
def test_any_change_of_content_changes_the_fingerprint(other: Examples) -> None:
    assert fingerprint(other) != fingerprint(TWO)


def test_pictures_of_another_shape_are_other_pictures() -> None:
    flat, high = np.zeros((1, 1, 4, 1), np.uint8), np.zeros((1, 4, 1, 1), np.uint8)
    targets = np.array([0])
    assert fingerprint(Examples(flat, targets, ("a",))) != fingerprint(Examples(high, targets, ("a",)))
