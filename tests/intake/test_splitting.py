import hashlib
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.customer_feedback import DATASET as CUSTOMER_FEEDBACK
from core.datasets.digits import DATASET as DIGITS
from core.datasets.python_docs import DATASET as PYTHON_DOCS
from core.errors import DataError
from core.intake.duplicates import PARAGRAPH_BREAK, fold, without_repeated_paragraphs
from core.intake.fingerprint import fingerprint
from core.intake.splitting import assign_splits, describe_given, divide, split
from core.specs import DOCUMENT_BREAK, SPLITS, DatasetSpec, Examples

NO_TARGETS = np.zeros(0, dtype=np.int64)


PINNED = [
    (DIGITS, "58c30e6980b89e6b 191bf77dd04a6918 12719f27c9641bfd"),
    (CUSTOMER_FEEDBACK, "5b8b6984729f26f9 312cbe679d231775 4993b9f3bcb304eb"),
]


@pytest.mark.parametrize(("dataset", "hashes"), PINNED, ids=lambda value: getattr(value, "name", ""))
def test_the_splits_of_a_built_in_data_set_never_move(dataset: DatasetSpec, hashes: str) -> None:
    examples = dataset.load()
    indices = split(examples, fingerprint(examples))
    assert " ".join(hashlib.sha256(indices[n].astype("<i8").tobytes()).hexdigest()[:16] for n in SPLITS) == hashes


@pytest.mark.skipif(sys.version_info[:3] != (3, 11, 7), reason="other versions of Python bring another text")
def test_the_splits_of_python_docs_never_move() -> None:
    examples = PYTHON_DOCS.load()
    division = divide(examples, fingerprint(examples))
    assert fingerprint(examples)[:16] == "b0c93eeef6e9182d"
    assert division.sizes == {"train": 303_665, "validation": 37_906, "test": 37_938}
    assert [fingerprint(division.examples[n])[:8] for n in SPLITS] == ["60a38d9c", "f7ff8509", "50060edb"]


def texts(count: int, labels: int = 2) -> Examples:
    names = tuple(f"label {k}" for k in range(labels))
    return Examples(tuple(f"text number {i}" for i in range(count)), np.arange(count) % labels, names)


def test_each_label_is_split_70_15_15() -> None:
    examples = texts(200)
    indices = split(examples, fingerprint(examples))
    by_label = {name: np.bincount(examples.targets[indices[name]]).tolist() for name in SPLITS}
    assert by_label == {"train": [70, 70], "validation": [15, 15], "test": [15, 15]}


def test_the_same_data_is_always_split_the_same_way() -> None:
    examples = texts(12)
    indices = split(examples, "a fingerprint")
    assert {name: indices[name].tolist() for name in SPLITS} == {
        "train": [0, 3, 5, 6, 7, 8, 10, 11],
        "validation": [1, 4],
        "test": [2, 9],
    }
    assert split(examples, "another one")["test"].tolist() != indices["test"].tolist()


def test_texts_that_differ_in_case_spacing_or_punctuation_are_the_same() -> None:
    assert fold("It's  GREAT!!") == fold("it s great") == "it s great"
    assert fold("!!!") != fold("???")  # nothing but punctuation is compared as it is


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["good", "Good!", "bad", "bad ", "so so", "SO-SO", "late", "new", "x"]), st.booleans()
        ),
        max_size=60,
    ),
    st.text(max_size=8),
)
def test_every_example_is_in_one_split_and_duplicates_never_cross(rows: list[tuple[str, bool]], mark: str) -> None:
    examples = Examples(
        tuple(text for text, _ in rows), np.array([int(flag) for _, flag in rows], np.int64), ("a", "b")
    )
    indices = split(examples, mark)
    assert sorted(np.concatenate([indices[name] for name in SPLITS]).tolist()) == list(range(len(rows)))
    homes: dict[str, set[str]] = {}
    for name in SPLITS:
        for index in indices[name]:
            homes.setdefault(fold(rows[index][0]), set()).add(name)
    assert all(len(names) == 1 for names in homes.values())


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), max_size=40))
def test_identical_pictures_never_cross(brightness: list[int]) -> None:
    pictures = np.array(brightness, dtype=np.uint8).reshape(-1, 1, 1, 1)
    indices = split(Examples(pictures, np.zeros(len(pictures), np.int64), ("a", "b")), "mark")
    seen = [set(pictures[indices[name]].ravel().tolist()) for name in SPLITS]
    assert sum(map(len, seen)) == len(set().union(*seen))


def test_three_different_examples_of_a_label_reach_every_split() -> None:
    examples = Examples(("a", "a!", "b", "b!", "c", "c!"), np.zeros(6, np.int64), ("only", "other"))
    assert [len(divide(examples, "mark").examples[name]) for name in SPLITS] == [2, 2, 2]
    assert divide(examples, "mark").duplicate_count == 3


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(DataError, match="too few different examples"):
        divide(Examples(("a", "A", "b"), np.zeros(3, np.int64), ("only", "other")), "mark")


def test_a_label_with_one_large_group_still_trains_on_it() -> None:
    examples = Examples(("same",) * 10 + ("one", "other"), np.zeros(12, np.int64), ("only", "none"))
    assert [len(split(examples, "mark")[name]) for name in SPLITS] == [10, 1, 1]


# --- tables ---


def table(count: int) -> Examples:
    columns = pd.DataFrame({"size": np.arange(count, dtype=np.float64), "kind": ["a", "b"] * (count // 2)})
    return Examples(columns, np.arange(count, dtype=np.float64) ** 2)


def test_each_range_of_numbers_is_split_70_15_15() -> None:
    indices = split(table(400), "mark")
    tenths = {name: np.bincount(indices[name] // 40).tolist() for name in SPLITS}
    assert tenths == {"train": [28] * 10, "validation": [6] * 10, "test": [6] * 10}
    division = divide(table(400), "mark")
    assert division.sizes == {"train": 280, "validation": 60, "test": 60}
    assert list(division.examples["test"].inputs.columns) == ["size", "kind"]  # type: ignore[union-attr]


def test_rows_that_are_the_same_never_cross() -> None:
    columns = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0, np.nan] * 8, "kind": ["a", "B", None, "b", "a"] * 8})
    examples = Examples(columns, np.arange(40, dtype=np.float64))
    homes = [{int(i) % 5 for i in split(examples, "mark")[name]} for name in SPLITS]
    assert sum(map(len, homes)) == 5
    assert divide(examples, "mark").duplicate_count == 35


def test_a_small_table_reaches_every_split() -> None:
    assert divide(table(6), "mark").sizes == {"train": 4, "validation": 1, "test": 1}
    with pytest.raises(DataError, match="there are three different ones"):
        divide(table(2), "mark")


# --- brought data ---


def brought(given_splits: list[str], keys: list[int] | None = None, targets: list[int] | None = None) -> list[int]:
    count = len(given_splits)
    groups = np.array(range(count) if keys is None else keys, dtype=np.int64)
    classes = np.array([0] * count if targets is None else targets, dtype=np.int64)
    return [int(part) for part in assign_splits(groups, classes, np.array(given_splits, dtype=object), "mark")]


def test_without_given_splits_70_15_15_are_drawn() -> None:
    assert np.bincount(brought([""] * 100)).tolist() == [70, 15, 15]
    assert np.bincount(brought(["train"] * 100)).tolist() == [70, 15, 15]  # a train folder alone divides nothing


def test_given_splits_are_kept() -> None:
    assert brought(["train", "test", "validation", "train"]) == [0, 2, 1, 0]


def test_a_missing_validation_split_is_drawn_from_training() -> None:
    found = brought(["train"] * 100 + ["test"] * 20)
    assert found[100:] == [2] * 20
    assert np.bincount(found[:100]).tolist() == [85, 15]


def test_a_missing_test_split_is_drawn_from_training_and_validation_stays() -> None:
    found = brought(["train"] * 100 + ["validation"] * 20)
    assert found[100:] == [1] * 20
    assert np.bincount(found[:100]).tolist() == [85, 0, 15]


def test_rows_without_a_split_go_where_a_copy_stands_else_to_training() -> None:
    splits = ["train", "test", "validation", "", "", "", ""]
    assert brought(splits, keys=[0, 1, 2, 1, 2, 0, 3]) == [0, 2, 1, 2, 1, 0, 0]


def test_copies_that_the_source_itself_parted_stay_where_they_are() -> None:
    assert brought(["train", "test", "validation", ""], keys=[7, 7, 8, 7]) == [0, 2, 1, 0]


def test_what_is_drawn_keeps_groups_together() -> None:
    keys = np.arange(300) // 3
    found = np.array(brought(["train"] * 300, keys=keys.tolist())).reshape(100, 3)
    assert (found == found[:, :1]).all()


def test_frames_that_are_all_nearly_the_same_are_divided_all_the_same() -> None:
    near, exact = np.repeat([0, 1], 30), np.arange(60).view("S8")
    nothing = np.array([""] * 60, dtype=object)
    with pytest.raises(DataError):
        assign_splits(near, near, nothing, "mark")
    found = assign_splits(near, near, nothing, "mark", exact)
    assert [np.bincount(near[found == number]).tolist() for number in range(3)] == [[22, 22], [4, 4], [4, 4]]


def test_splits_are_read_from_a_column_and_drawn_from_keys_too() -> None:
    column = pa.chunked_array([pa.array(["train", "test"] * 50), pa.array(["train", None] * 50)])
    found = assign_splits(np.arange(200).view("S8"), np.zeros(200, np.int64), column, "mark")
    assert np.bincount(found).tolist() == [128, 22, 50]


@pytest.mark.parametrize(
    ("splits", "sentence"),
    [(["test"] * 5 + ["validation"] * 5, "none to training"), (["", ""], "at least one label has three different")],
)
def test_what_cannot_be_divided_is_a_sentence(splits: list[str], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        brought(splits)


@pytest.mark.parametrize(
    ("splits", "sentence"),
    [
        (["", "train"], "Drawn by Touchstone: 70 % for training"),
        (["train", "test"], "The source has a test split and no validation split: 15 % of its training examples"),
        (["train", "validation"], "The source has a validation split and no test split: 15 % of its training examples"),
        (["validation", "test", ""], "Taken from the source: training, validation and test as it names them. Rows"),
    ],
)
def test_where_the_splits_come_from_is_said(splits: list[str], sentence: str) -> None:
    assert describe_given(np.array(splits, dtype=object)).startswith(sentence)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from((*SPLITS, "")), st.integers(0, 8), st.integers(0, 2)), max_size=40))
def test_what_is_given_is_respected_whatever_it_is(rows: list[tuple[str, int, int]]) -> None:
    splits = [row[0] for row in rows]
    try:
        found = brought(splits, [row[1] for row in rows], [row[2] for row in rows])
    except DataError:
        return
    for said, number in zip(splits, found, strict=True):
        assert said not in ("validation", "test") or SPLITS[number] == said


# --- documents ---


def prose(count: int, start: int = 0) -> str:
    return "\n".join(f"Line {i} of a text that says nothing twice." for i in range(start, start + count))


def shares(*documents: str) -> dict[str, float]:
    division = divide(Examples(documents, NO_TARGETS), "mark")
    total = sum(division.sizes.values())
    return {name: round(division.sizes[name] / total, 2) for name in SPLITS}


def test_one_long_document_is_cut_in_beginning_middle_and_end() -> None:
    text = prose(500)
    parts = divide(Examples((text,), NO_TARGETS), "mark").examples
    assert "".join(str(parts[name].inputs[0]) for name in SPLITS) == text
    assert str(parts["train"].inputs[0]).endswith("\n")
    assert shares(text) == {"train": 0.8, "validation": 0.1, "test": 0.1}


@settings(deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_splits_of_documents_are_near_80_10_10_by_characters(lengths: list[int]) -> None:
    starts = np.cumsum([0, *lengths])
    documents = [prose(n, int(s)) for n, s in zip(lengths, starts, strict=False)]
    if sum(map(len, documents)) < 5_000:
        return
    assert shares(*documents) == pytest.approx({"train": 0.8, "validation": 0.1, "test": 0.1}, abs=0.03)


def test_a_repeated_paragraph_is_dropped_and_a_repeated_heading_stays() -> None:
    long = "This paragraph is long enough that meeting it twice would be no accident at all."
    kept, dropped = without_repeated_paragraphs((f"Notes\n\n{long}", f"Notes\n\n{long.upper()}\n\nNew.", long))
    assert kept == (f"Notes\n\n{long}", "Notes\n\nNew.")
    assert dropped == 2


def test_python_docs_stay_mostly_whole_and_no_paragraph_crosses() -> None:
    examples = PYTHON_DOCS.load()
    division = divide(examples, fingerprint(examples))
    total = sum(division.sizes.values())
    assert [round(division.sizes[name] / total, 2) for name in SPLITS] == [0.8, 0.1, 0.1]
    written = {name: DOCUMENT_BREAK.join(map(str, division.examples[name].inputs)) for name in SPLITS}
    paragraphs = [{fold(p) for p in PARAGRAPH_BREAK.split(text) if len(fold(p)) > 60} for text in written.values()]
    assert sum(map(len, paragraphs)) == len(set().union(*paragraphs))


def test_hardly_any_text_is_refused() -> None:
    with pytest.raises(DataError, match="at least 1,000"):
        divide(Examples(("short",), NO_TARGETS), "mark")
