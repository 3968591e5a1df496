"""Folds: every row is tested once, copies stay together, and where folds would say something wrong there are none."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from core.catalog import find_dataset
from core.data.store import folds
from core.data.store.dataset_store import DatasetStore
from core.data.store.folds import Folding, everything, fold
from core.data.store.load_version import load_version
from core.specs import DatasetVersion, Examples, RowBonds, SplitName
from tests.data.imported import import_texts, reviews

LABELS = ("no", "yes")


def version(labels: tuple[str, ...] = LABELS, fingerprint: str = "f1") -> DatasetVersion:
    return DatasetVersion("notes", fingerprint, "text-classification", labels, {}, 0, "", "")


def parts(examples: Examples) -> dict[SplitName, Examples]:
    """Return the examples as if the first 70 of 100 were for training, and 15 each for the others."""
    size = len(examples)
    bounds = (0, round(0.7 * size), round(0.85 * size), size)
    names: tuple[SplitName, ...] = ("train", "validation", "test")
    return {name: examples.select(np.arange(bounds[i], bounds[i + 1])) for i, name in enumerate(names)}


def texts(count: int, targets: np.ndarray | None = None, labels: tuple[str, ...] = LABELS) -> Examples:
    classes = np.arange(count) % len(labels) if targets is None else targets
    return Examples(tuple(f"note number {i} of {count}" for i in range(count)), classes, labels)


def made(examples: Examples, bonds: RowBonds | None = None, fingerprint: str = "f1") -> Folding:
    return fold(version(examples.labels, fingerprint), parts(examples), bonds or RowBonds())


def test_every_row_is_tested_once_by_a_model_that_learns_from_70_of_100() -> None:
    found = made(texts(1000))
    assert found.why_not == ""
    assert (found.count, found.training_rows) == (5, 700.0)
    tested = np.concatenate([found.rows(at)["test"] for at in range(5)])
    assert sorted(tested.tolist()) == list(range(1000))
    for at in range(5):
        rows = found.rows(at)
        assert {name: len(some) for name, some in rows.items()} == {"train": 700, "validation": 100, "test": 200}
        assert sorted(np.concatenate(list(rows.values())).tolist()) == list(range(1000))
        assert (np.bincount(np.arange(1000)[rows["test"]] % 2) == 100).all()  # both labels alike


def test_the_same_rows_are_in_the_same_folds_each_time() -> None:
    np.testing.assert_array_equal(made(texts(200)).number, made(texts(200)).number)
    assert (made(texts(200)).number != made(texts(200), fingerprint="f2").number).any()


def test_copies_and_rows_of_one_group_never_cross() -> None:
    copied = Examples(tuple(f"Note {i % 60}!" if i % 2 else f"note {i % 60}" for i in range(120)), np.arange(120) % 2)
    found = made(Examples(copied.inputs, np.arange(120) % 60 % 2, LABELS))
    assert (found.number[:60] == found.number[60:]).all()
    assert (found.steers[:, :60] == found.steers[:, 60:]).all()
    assert found.grouped  # half of the rows are copies: the folds' own spread says how sure it is
    assert not made(texts(300)).grouped
    patients = np.arange(300) % 40
    grouped = made(texts(300), RowBonds(groups=lambda: patients, are_grouped=True))
    assert all(len(set(grouped.number[patients == one].tolist())) == 1 for one in range(40))
    assert grouped.grouped


CASES: Mapping[str, tuple[Examples, RowBonds, str]] = {
    "eight rows": (texts(8), RowBonds(), "8 rows are too few for five folds. Add rows until there are at least 50."),
    "enough rows": (texts(5000), RowBonds(), "5,000 rows are enough for one split: its 750 test rows say as much"),
    "in time": (texts(100), RowBonds(folds.IN_TIME), "would learn from what came later"),
    "given": (texts(100), RowBonds(folds.GIVEN), "The source itself says which rows are for the test"),
    "one group": (texts(100), RowBonds(groups=lambda: np.zeros(100, np.int64)), "100 of 100 rows are alike or belong"),
    "a large group": (texts(100), RowBonds(groups=lambda: np.maximum(np.arange(100), 40)), "41 of 100 rows are alike"),
    "one class": (texts(100, np.zeros(100, np.int64)), RowBonds(), "only rows of 'no' are left to learn from"),
    "a constant": (
        Examples(tuple(map(str, range(100))), np.full(100, 7.0)), RowBonds(), "All numbers to predict are the same"
    ),
    "a text": (Examples(("a long text",) * 10, np.zeros(0, np.int64)), RowBonds(), "A text is one long row"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_where_folds_would_say_something_wrong_a_sentence_says_why_there_are_none(case: str) -> None:
    examples, bonds, said = CASES[case]
    cut: dict[SplitName, Examples] = (
        {"train": examples, "validation": examples, "test": examples} if case == "a text" else parts(examples)
    )
    found = fold(version(examples.labels), cut, bonds)
    assert said in found.why_not
    assert found.count == 0


def test_of_a_class_with_few_rows_something_is_always_left_to_learn_from() -> None:
    targets = np.zeros(200, np.int64)
    targets[:80], targets[:2] = 1, 2
    found = made(texts(200, targets, ("no", "yes", "rare")))
    for at in range(5):
        rows = found.rows(at)
        assert 2 in targets[rows["train"]].tolist() or (targets[rows["test"]] == 2).all()
        assert len(rows["validation"]) >= 15
    assert "'rare' (2)" in found.notes[0]


def test_the_folds_of_a_table_keep_its_columns_and_spread_its_numbers() -> None:
    loaded = load_version(find_dataset("diabetes"))
    found, rows = fold(loaded.version, loaded.examples, loaded.bonds), everything(loaded.examples)
    assert len(rows) == 442
    assert [len(found.rows(at)["test"]) for at in range(5)] == [89, 89, 88, 88, 88]
    means = [rows.targets[found.rows(at)["test"]].mean() for at in range(5)]
    assert max(means) - min(means) < 0.2 * rows.targets.std()
    assert found.training_rows > 300


def test_what_was_brought_says_itself_what_binds_its_rows(tmp_path: Path) -> None:
    dataset_store = DatasetStore(tmp_path / "datasets", tmp_path / "cache")
    import_texts(dataset_store, tmp_path / "draft", [*reviews(), *((f"{text}!!", label) for text, label in reviews())])
    free = load_version(dataset_store.find("reviews"))
    found, rows = fold(free.version, free.examples, free.bonds), everything(free.examples)
    assert (found.why_not, len(found.number)) == ("", 120)
    where: dict[str, set[int]] = {}
    for text, number in zip(rows.inputs, found.number.tolist(), strict=True):
        where.setdefault(str(text).rstrip("!"), set()).add(number)
    assert [len(numbers) for numbers in where.values()] == [1] * 60
    given = [(text, label, "test" if i % 4 == 0 else "train") for i, (text, label) in enumerate(reviews())]
    import_texts(dataset_store, tmp_path / "draft2", given, "published")
    fixed = load_version(dataset_store.find("published"))
    assert fold(fixed.version, fixed.examples, fixed.bonds).why_not == folds.GIVEN
