import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.python_docs import DATASET as PYTHON_DOCS
from core.errors import DataError
from core.intake.duplicates import PARAGRAPH_BREAK, fold, without_repeated_paragraphs
from core.intake.fingerprint import fingerprint
from core.intake.splitting import divide, split
from core.specs import SPLITS, Examples

NO_TARGETS = np.zeros(0, dtype=np.int64)


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
    paragraphs = [
        {fold(p) for text in division.examples[name].inputs for p in PARAGRAPH_BREAK.split(text) if len(fold(p)) > 60}
        for name in SPLITS
    ]
    assert sum(map(len, paragraphs)) == len(set().union(*paragraphs))


def test_hardly_any_text_is_refused() -> None:
    with pytest.raises(DataError, match="at least 1000"):
        divide(Examples(("short",), NO_TARGETS), "mark")
