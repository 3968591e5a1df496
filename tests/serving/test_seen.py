import numpy as np
import pandas as pd
import pytest

from core.serving.seen import Seen, seen_of, without
from core.specs import Examples

NO_TARGETS = np.zeros(0, dtype=np.int64)


def found(test: Examples, train: Examples, validation: Examples) -> tuple[list[int], list[int], list[int]]:
    """Return which examples were trained on, which chose, and which of both are exactly the same."""
    seen = seen_of(test, [{"train": train, "validation": validation}])
    return tuple(np.flatnonzero(mask).tolist() for mask in (seen.trained, seen.steered, seen.exact))  # type: ignore[return-value]


def texts(*written: str) -> Examples:
    return Examples(written, np.zeros(len(written), np.int64), ("a", "b"))


def test_a_text_is_met_also_in_other_case_and_with_a_word_changed() -> None:
    long = "the parcel came two days late and nobody at the support desk knew where it had been all the time"
    test = texts("Never seen before, this one", "The APP crashes!", long.replace("two", "three"), "so so")
    assert found(test, texts("the app crashes", long), texts("so so")) == ([1, 2], [3], [1, 3])


def test_a_picture_is_met_also_when_it_was_saved_again() -> None:
    chance = np.random.default_rng(0)
    smooth = np.kron(chance.integers(0, 255, (5, 8, 8, 1)), np.ones((1, 12, 12, 1))).astype(np.uint8)
    again = np.clip(smooth[1:2].astype(int) + chance.integers(-3, 4, smooth[1:2].shape), 0, 255).astype(np.uint8)
    test = Examples(np.concatenate([smooth[:1], again]), NO_TARGETS)
    assert found(test, Examples(smooth[:4], NO_TARGETS), Examples(smooth[4:], NO_TARGETS)) == ([0, 1], [], [0])


def test_small_pictures_are_met_only_when_they_are_the_same_and_of_the_same_size() -> None:
    digits = np.random.default_rng(0).integers(0, 255, (4, 8, 8, 1)).astype(np.uint8)
    known = Examples(digits[1:], NO_TARGETS)
    assert found(Examples(digits[:2], NO_TARGETS), known, known) == ([1], [1], [1])
    assert found(Examples(digits.reshape(4, 4, 16, 1), NO_TARGETS), known, known) == ([], [], [])


def test_a_row_is_met_also_when_its_numbers_were_rounded_and_its_columns_stand_otherwise() -> None:
    train = pd.DataFrame({"size": [1.23456, 0.0, np.nan], "town": ["Bonn", "Ulm", None]})
    test = pd.DataFrame(
        {"town": ["bonn", "Ulm", None, "Bonn"], "size": [1.2346, 0.0, np.nan, 2.0], "more": [1, 2, 3, 4]}
    )
    nothing = Examples(train.iloc[:0], NO_TARGETS)
    assert found(Examples(test, NO_TARGETS), Examples(train, NO_TARGETS), nothing) == ([0, 1, 2], [], [1, 2])


def test_of_a_text_the_lines_that_were_learnt_are_met_and_not_judged_beside() -> None:
    line = "and never shall we see that shore again\n"
    text = f"Something that nobody wrote before.\n{line}And another thing that is new."
    documents = Examples((text,), NO_TARGETS, (), ((0, 5),))
    learnt = Examples((f"Once upon a time.\n{line}The end.",), NO_TARGETS)
    seen = seen_of(documents, [{"train": learnt, "validation": Examples(("Else.",), NO_TARGETS)}])
    begin = text.index(line)
    assert np.flatnonzero(seen.trained).tolist() == list(range(begin, begin + len(line)))
    assert without(documents, seen).unjudged == ((0, 5), (begin, begin + len(line)))


@pytest.mark.parametrize("test", [texts("a b c"), Examples(("a text",), NO_TARGETS)], ids=["texts", "a text"])
def test_of_a_model_whose_data_is_gone_nothing_is_met(test: Examples) -> None:
    seen: Seen = seen_of(test, [])
    assert not seen.any.any()
