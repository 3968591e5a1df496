"""What the user decides about a table is done; what a look has shown is what the import brings."""

from pathlib import Path
from typing import Any

import pytest

from core.data.imports.run_import import preview_source, run_import
from core.data.store.dataset_store import DatasetStore
from core.data.task_kinds import IN_TABLES
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.imported import reviews
from tests.data.silent import Silent
from tests.data.tables.taken import preview, take, write_csv

HEADER = ("text", "label", "topic", "split")
ROWS = [
    (text, label, ("price", "post", "help")[n % 3], ("train", "Train", "dev", "test", "train ")[n % 5])
    for n, (text, label) in enumerate(reviews())
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "letters.csv", HEADER, *ROWS)


@pytest.fixture
def dataset_store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "home" / "datasets", tmp_path / "home" / "cache")


@pytest.mark.parametrize(
    "decided",
    [
        {},
        {"task": "text-generation"},
        {"label_column": "topic"},
        {"text_column": "text", "label_column": "label", "split_column": "split"},
        {"normalise_labels": False, "clean_text": False},
        {"ignored_columns": ("split",)},
        {"label_map": {"positive": "good"}},
    ],
)
def test_the_options_of_a_look_given_back_show_the_same_again(decided: dict[str, Any], file: Path) -> None:
    first = preview(file, **decided)
    again = preview_source(file, first.options)
    assert again.options == first.options
    assert (again.classes, again.label_map, again.columns) == (first.classes, first.label_map, first.columns)


def test_the_import_brings_what_the_look_has_shown(file: Path, dataset_store: DatasetStore, tmp_path: Path) -> None:
    seen = preview(file)
    info = run_import(dataset_store, file, seen.options, Silent(), tmp_path / "draft")
    assert info.class_counts == dict(sorted(seen.classes.items()))
    assert (info.task, info.examples) == (seen.options.task, seen.rows)


def test_a_chosen_label_column_is_taken(file: Path) -> None:
    seen = preview(file, label_column="topic")
    assert seen.classes == {"price": 20, "post": 20, "help": 20}
    assert {column.name: column.role for column in seen.columns} == {
        "text": "text", "label": "ignored", "topic": "label", "split": "split",
    }  # fmt: skip


def test_the_split_that_the_table_gives_is_respected(file: Path) -> None:
    taken = take(file)
    assert taken.options.split_column == "split"
    assert [row["given"] for row in taken.rows[:5]] == ["train", "train", "validation", "test", "train"]


def test_a_split_column_that_is_left_out_divides_nothing(file: Path) -> None:
    taken = take(file, ignored_columns=("split",))
    assert {row["given"] for row in taken.rows} == {""}


def test_a_misspelt_split_does_not_undo_the_others(tmp_path: Path) -> None:
    rows = [*[(*row[:2], row[3]) for row in ROWS], ("what a day it was", "positive", "tset")]
    taken = take(write_csv(tmp_path / "letters.csv", ("text", "label", "split"), *rows))
    assert (taken.rows[3]["given"], taken.rows[-1]["given"]) == ("test", "")
    assert taken.findings["unknown-splits"].examples == ("tset",)


def test_a_left_out_column_is_neither_text_nor_label(file: Path) -> None:
    assert preview(file, ignored_columns=("label",)).options.label_column == "topic"


@pytest.mark.parametrize("option", ["text_column", "label_column", "target_column", "split_column"])
def test_a_column_that_is_not_there_is_named_with_those_that_are(option: str, file: Path) -> None:
    with pytest.raises(DataError) as refused:
        preview(file, **{option: "sentiment"})
    assert str(refused.value) == (
        "letters.csv has no column called 'sentiment'. It has: 'text', 'label', 'topic', 'split'. Choose one of these."
    )


def test_texts_with_labels_can_be_learnt_to_be_written_too(file: Path) -> None:
    taken = take(file, task="text-generation")
    assert preview(file).tasks == ("text-classification", "text-generation")
    assert taken.texts == [text for text, _ in reviews()]
    assert taken.rows[0]["name"] == "letters, line 2"


def test_a_table_that_nobody_can_guess_is_shown_all_the_same_so_that_columns_can_be_chosen(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "odd.csv", ("words", "note"), *[(text, text[::-1]) for text, _ in reviews()])
    seen = preview(file)
    assert [column.name for column in seen.columns] == ["words", "note"]
    assert seen.tasks[:3] == ("text-classification", "tabular-regression", "text-generation")
    assert set(seen.tasks) == {*IN_TABLES.names}
    assert seen.problem == (
        "odd.csv has texts ('words') but no column of labels: none of 'words', 'note' holds a few words that repeat. "
        "Add a column that says for each text what it is, or choose the right column."
    )
    assert take(file, task="text-generation", text_column="note").texts[0] == reviews()[0][0][::-1]


def test_more_examples_are_added_to_a_data_set_as_a_new_version(
    file: Path, dataset_store: DatasetStore, tmp_path: Path
) -> None:
    first = run_import(dataset_store, file, ImportOptions(name="letters"), Silent(), tmp_path / "draft")
    more = write_csv(
        tmp_path / "more.csv", ("text", "label"), ("a brand new one", "positive"), ("quite bad", "negative")
    )
    second = run_import(dataset_store, more, ImportOptions(add_to="letters"), Silent(), tmp_path / "draft")
    assert (first.examples, second.examples, second.name) == (60, 62, "letters")
    assert (second.parent, second.change) == (first.fingerprint, "Added more.csv")
    assert len(dataset_store.versions("letters")) == 2
