"""Labels in several spellings become one, nothing that differs is joined, and the mapping is shown."""

from pathlib import Path

import pytest

from core.data.tables.labels import LabelBook
from core.errors import DataError
from tests.data.tables.taken import preview, take, write_csv


def table(path: Path, *labels: str, name: str = "label", file: str = "letters.csv") -> Path:
    rows = [(f"this is what customer {n} wrote about it", label) for n, label in enumerate(labels * 5)]
    return write_csv(path / file, ("text", name), *rows)


@pytest.mark.parametrize(
    ("written", "mapping"),
    [
        (
            ("Positive", "positive ", "pos", "POS", "negative", "Neg"),
            {"Positive": "positive", "positive ": "positive", "pos": "positive", "POS": "positive",
             "negative": "negative", "Neg": "negative"},
        ),
        (
            ("Positive", "POSITIVE", "Positive", "neg", "Negative", "NEUTRAL"),
            {"Positive": "Positive", "POSITIVE": "Positive", "neg": "Negative", "Negative": "Negative",
             "NEUTRAL": "Neutral"},
        ),
        (("Good tea", "good tea", "BAD TEA", "Bad tea"),
         {"Good tea": "Good tea", "good tea": "Good tea", "BAD TEA": "Bad tea", "Bad tea": "Bad tea"}),
        (("USA", "usa", "France", "Spain"), {"USA": "USA", "usa": "USA", "France": "France", "Spain": "Spain"}),
        (("Spam", "spam", "spam", "ham"), {"Spam": "spam", "spam": "spam", "ham": "ham"}),
        (("1", "0", "1.0", "0.0"), {"1": "1", "0": "0", "1.0": "1", "0.0": "0"}),
        (("y", "n", "Yes", "no"), {"y": "yes", "n": "no", "Yes": "yes", "no": "no"}),
        (("5 stars", "1 star", "4", "3★", "4 Stars"),
         {"5 stars": "5 stars", "1 star": "1 star", "4": "4 stars", "3★": "3 stars", "4 Stars": "4 stars"}),
        (("Ｓpam", "spam", "ham"), {"Ｓpam": "spam", "spam": "spam", "ham": "ham"}),
        (("cats", "cat", "dog"), {"cats": "cats", "cat": "cat", "dog": "dog"}),
        (("好", "差"), {"好": "好", "差": "差"}),
    ],
)  # fmt: skip
def test_spellings_of_one_label_become_one(written: tuple[str, ...], mapping: dict[str, str], tmp_path: Path) -> None:
    assert preview(table(tmp_path, *written), task="text-classification").label_map == mapping


@pytest.mark.parametrize(
    ("name", "file"), [("sentiment", "letters.csv"), ("label", "movie_reviews.csv"), ("polarity", "x.csv")]
)
def test_one_and_nought_are_words_where_the_table_is_about_opinions(name: str, file: str, tmp_path: Path) -> None:
    seen = preview(table(tmp_path, "1", "0", name=name, file=file))
    assert seen.label_map == {"1": "positive", "0": "negative"}
    assert seen.classes == {"positive": 5, "negative": 5}
    assert seen.notes == (
        "Labels that are numbers were given words, as they are about opinions: 1 → positive, 0 → negative.",
    )


def test_one_and_nought_stay_numbers_where_nobody_says_what_they_are(tmp_path: Path) -> None:
    assert preview(table(tmp_path, "1", "0")).label_map == {"1": "1", "0": "0"}


def test_what_was_joined_is_a_finding(tmp_path: Path) -> None:
    taken = take(table(tmp_path, "Positive", "positive ", "pos", "negative"))
    assert taken.facts["label_map"] == {
        "Positive": "positive", "positive ": "positive", "pos": "positive", "negative": "negative",
    }  # fmt: skip
    found = taken.findings["merged-labels"]
    assert found.message == (
        "1 label of letters.csv stood there in several spellings; 15 rows now carry the usual one."
    )
    assert found.examples == ("'Positive', 'pos', 'positive ' → positive",)


def test_without_normalising_every_label_stays_as_it_was_written(tmp_path: Path) -> None:
    taken = take(table(tmp_path, "Positive", "positive ", "negative"), normalise_labels=False)
    assert {row["label"] for row in taken.rows} == {"Positive", "positive ", "negative"}
    assert "merged-labels" not in taken.findings


def test_the_users_own_mapping_wins_and_an_empty_name_drops_rows(tmp_path: Path) -> None:
    taken = take(table(tmp_path, "good", "bad", "unsure"), label_map={"good": "Fine", "unsure": ""})
    assert [row["label"] for row in taken.rows[:3]] == ["Fine", "bad", "Fine"]
    assert taken.findings["dropped-labels"].message == (
        "5 rows of letters.csv were left out because their labels were left out on purpose."
    )


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    taken = take(table(tmp_path, "good", "bad", "", "NaN"))
    assert len(taken.rows) == 10
    assert taken.findings["missing-labels"].message == (
        "10 rows of letters.csv were left out because they have no label (lines 4, 5, 8, 9, 12 and 5 more)."
    )


def test_none_is_a_label_like_any_other(tmp_path: Path) -> None:
    assert preview(table(tmp_path, "urgent", "none", "None")).classes == {"none": 10, "urgent": 5}


def test_a_spelling_that_comes_after_the_part_looked_at_still_joins_the_others() -> None:
    book = LabelBook({"good": "good", "pos": "positive"}, normalise=True)
    assert [book.name(written) for written in ("GOOD ", "Pos", "new  one", "NEW ONE", "n/a")] == [
        "good", "positive", "new one", "new one", "",
    ]  # fmt: skip


def test_measurements_are_no_labels(tmp_path: Path) -> None:
    rows = [(f"this is what customer {n} wrote about it", n * 1.37) for n in range(60)]
    file = write_csv(tmp_path / "letters.csv", ("text", "label"), *rows)
    assert take(file).options.task == "tabular-regression"  # a number can be predicted from texts too
    with pytest.raises(DataError, match="not kinds: hardly two are the same"):
        preview(file, task="text-classification")


@pytest.mark.parametrize(
    ("columns", "text", "label"),
    [
        (("id", "tweet", "airline_sentiment", "name"), "tweet", "airline_sentiment"),
        (("category", "message"), "message", "category"),
        (("kind of thing", "what they said"), "what they said", "kind of thing"),
    ],
)
def test_text_and_label_are_guessed(columns: tuple[str, ...], text: str, label: str, tmp_path: Path) -> None:
    made = {text: "this is what customer {} wrote about it", label: "", "id": "{}", "name": "user{}"}
    rows = [
        [("good", "bad")[n % 2] if column == label else made[column].format(n) for column in columns] for n in range(20)
    ]
    options = preview(write_csv(tmp_path / "letters.csv", columns, *rows)).options
    assert (options.task, options.text_column, options.label_column) == ("text-classification", text, label)
