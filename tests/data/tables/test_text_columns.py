"""Several columns of texts are read together, knowingly: which, in which order, and how to choose otherwise."""

from pathlib import Path

import pytest

from core.specs.dataset_types import Guess
from tests.data.tables.taken import preview, take, write_csv

TOPICS = ("parcel", "invoice", "screen", "manual", "refund", "keyboard", "driver", "price", "battery", "cable")


def table(folder: Path, first: str = "title", second: str = "body") -> Path:
    rows = [
        (
            f"about my {TOPICS[n % 10]} of day {n}",
            f"it came on a {TOPICS[n // 4]} day and I wrote {n} letters",
            "ab"[n % 2],
        )
        for n in range(40)
    ]
    return write_csv(folder / "letters.csv", (first, second, "label"), *rows)


@pytest.mark.parametrize(
    ("first", "second"),
    [("title", "body"), ("headline", "text"), ("subject", "message"), ("premise", "hypothesis"),
     ("sentence1", "sentence2"), ("question", "answer"), ("summary", "reviewText"), ("review_title", "review")],
)  # fmt: skip
def test_both_are_read_in_the_order_of_the_table(first: str, second: str, tmp_path: Path) -> None:
    taken = take(table(tmp_path, first, second), task="text-classification")
    read = (taken.options.text_column, *(taken.options.more_text_columns or ()))
    assert read in ((first, second), (f"{first} + {second}",))  # a question and its answer are turns
    if len(read) == 2:
        assert taken.texts[0] == "about my parcel of day 0\nit came on a parcel day and I wrote 0 letters"
        assert [c["name"] for c in taken.facts["columns"] if c["role"] == "text"] == [first, second]


def test_it_is_a_line_with_the_way_to_choose_otherwise(tmp_path: Path) -> None:
    assert Guess(
        "Text columns", "'title', then 'body'", "texts about the same example; joined by a line break",
        "--text-column NAME once for each, in order",
    ) in preview(table(tmp_path)).guesses  # fmt: skip


def test_the_user_chooses_which_and_in_which_order(tmp_path: Path) -> None:
    file = table(tmp_path)
    assert take(file, text_column="body").texts[0] == "it came on a parcel day and I wrote 0 letters"
    both = preview(file, text_column="body", more_text_columns=("title",))
    assert (both.options.text_column, both.options.more_text_columns) == ("body", ("title",))
    assert preview(file, text_column="body", more_text_columns=()).options.more_text_columns == ()


@pytest.mark.parametrize(("name", "same"), [("text_clean", True), ("city", False), ("processed_text", False)])
def test_the_same_text_once_more_and_other_columns_are_not_read(name: str, same: bool, tmp_path: Path) -> None:
    texts = [f"it came on a {TOPICS[n % 10]} day and I wrote {n} letters" for n in range(40)]
    others = [text if same else f"New {TOPICS[n % 10]} town {n}" for n, text in enumerate(texts)]
    rows = zip(texts, others, "ab" * 20, strict=True)
    seen = preview(write_csv(tmp_path / "a.csv", ("text", name, "label"), *rows))
    assert (seen.options.text_column, seen.options.more_text_columns) == ("text", ())
    assert [guess.value for guess in seen.guesses if guess.about == "Unused column"] == [name]
