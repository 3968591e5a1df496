import numpy as np
import pandas as pd
import pytest

from core.data.splits.fingerprint import fingerprint
from core.specs import Examples

TWO = Examples(("good", "bad"), np.array([1, 0]), ("negative", "positive"))


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    assert fingerprint(TWO) == "e8e8e1bd815b9e0cf8beb1caa6272fc0b182b4cb7b4c49ccbdd7ea9cbdb4b211"
    image = Examples(np.zeros((1, 2, 2, 1), np.uint8), np.array([0]), ("a", "b"))
    assert fingerprint(image) == "8771cac44d7dd3f43bfcd598239225f786adfcff167537a891654f0e5a35bd50"


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


LAPTOPS = pd.DataFrame({"inches": [13.0, np.nan], "maker": np.array(["Apple", None], dtype=object)})
PRICED = Examples(LAPTOPS, np.array([999.5, 450.0]))


def test_the_fingerprint_of_a_table_is_the_same_on_every_machine() -> None:
    assert fingerprint(PRICED) == "8462e696c12ac3a0481b46f5569ea79e2d0886a2a433f3bf4c2bb3d0392bf64f"
    plain = Examples(LAPTOPS.astype({"maker": "str"}), PRICED.targets)
    assert fingerprint(plain) == fingerprint(PRICED)  # however pandas holds the words


@pytest.mark.parametrize(
    "other",
    [
        Examples(LAPTOPS, np.array([999.5, 451.0])),
        Examples(LAPTOPS.rename(columns={"inches": "size"}), PRICED.targets),
        Examples(LAPTOPS[["maker", "inches"]], PRICED.targets),
        Examples(LAPTOPS.assign(inches=[13.0, 0.0]), PRICED.targets),
        Examples(LAPTOPS.assign(maker=np.array(["Apple", ""], dtype=object)), PRICED.targets),
        Examples(LAPTOPS.assign(maker=np.array([None, "Apple"], dtype=object)), PRICED.targets),
        Examples(LAPTOPS[::-1].reset_index(drop=True), PRICED.targets),
    ],
)
def test_any_change_of_a_table_changes_its_fingerprint(other: Examples) -> None:
    assert fingerprint(other) != fingerprint(PRICED)


TABLE = Examples(pd.DataFrame({"size": [1.0, np.nan], "kind": ["a", None]}), np.array([0.5, 2.0]))


def test_a_table_has_a_fingerprint_too() -> None:
    assert fingerprint(TABLE) == fingerprint(TABLE.select(np.array([0, 1])))
    again = pd.DataFrame({"size": [1.0, float("nan")], "kind": pd.Series(["a", None], dtype="category")})
    assert fingerprint(Examples(again, TABLE.targets)) == fingerprint(TABLE)


@pytest.mark.parametrize(
    "other",
    [
        Examples(pd.DataFrame({"size": [1.0, 0.0], "kind": ["a", None]}), TABLE.targets),
        Examples(pd.DataFrame({"size": [1.0, np.nan], "kind": ["a", "None"]}), TABLE.targets),
        Examples(pd.DataFrame({"size": [1.0, np.nan], "sort": ["a", None]}), TABLE.targets),
        Examples(pd.DataFrame({"kind": ["a", None], "size": [1.0, np.nan]}), TABLE.targets),
        Examples(TABLE.inputs, np.array([0.5, 2.5])),
    ],
)
def test_any_change_of_a_table_changes_the_fingerprint(other: Examples) -> None:
    assert fingerprint(other) != fingerprint(TABLE)
