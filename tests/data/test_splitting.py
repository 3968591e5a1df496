import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.builtin.customer_feedback import DATASET as CUSTOMER_FEEDBACK
from core.data.builtin.digits import DATASET as DIGITS
from core.data.splits.duplicates import fold
from core.data.splits.fingerprint import fingerprint
from core.data.splits.splitting import assign_splits, describe_given, divide, split
from core.errors import DataError
from core.specs import SPLITS, DatasetSpec, Examples

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
    images = np.array(brightness, dtype=np.uint8).reshape(-1, 1, 1, 1)
    indices = split(Examples(images, np.zeros(len(images), np.int64), ("a", "b")), "mark")
    seen = [set(images[indices[name]].ravel().tolist()) for name in SPLITS]
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


def imported(given_splits: list[str], keys: list[int] | None = None, targets: list[int] | None = None) -> list[int]:
    count = len(given_splits)
    groups = np.array(range(count) if keys is None else keys, dtype=np.int64)
    classes = np.array([0] * count if targets is None else targets, dtype=np.int64)
    return [int(part) for part in assign_splits(groups, classes, np.array(given_splits, dtype=object), "mark")]


def test_without_given_splits_70_15_15_are_drawn() -> None:
    assert np.bincount(imported([""] * 100)).tolist() == [70, 15, 15]
    assert np.bincount(imported(["train"] * 100)).tolist() == [70, 15, 15]  # a train folder alone divides nothing


def test_given_splits_are_kept() -> None:
    assert imported(["train", "test", "validation", "train"]) == [0, 2, 1, 0]


def test_a_missing_validation_split_is_drawn_from_training() -> None:
    found = imported(["train"] * 100 + ["test"] * 20)
    assert found[100:] == [2] * 20
    assert np.bincount(found[:100]).tolist() == [85, 15]


def test_a_missing_test_split_is_drawn_from_training_and_validation_stays() -> None:
    found = imported(["train"] * 100 + ["validation"] * 20)
    assert found[100:] == [1] * 20
    assert np.bincount(found[:100]).tolist() == [85, 0, 15]


def test_rows_without_a_split_go_where_a_copy_stands_else_to_training() -> None:
    splits = ["train", "test", "validation", "", "", "", ""]
    assert imported(splits, keys=[0, 1, 2, 1, 2, 0, 3]) == [0, 2, 1, 2, 1, 0, 0]


def test_copies_that_the_source_itself_parted_stay_where_they_are() -> None:
    assert imported(["train", "test", "validation", ""], keys=[7, 7, 8, 7]) == [0, 2, 1, 0]


def test_what_is_drawn_keeps_groups_together() -> None:
    keys = np.arange(300) // 3
    found = np.array(imported(["train"] * 300, keys=keys.tolist())).reshape(100, 3)
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
        imported(splits)


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
        found = imported(splits, [row[1] for row in rows], [row[2] for row in rows])
    except DataError:
        return
    for said, number in zip(splits, found, strict=True):
        assert said not in ("validation", "test") or SPLITS[number] == said
