from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from core.data.store.dataset_store import DatasetStore
from core.data.store.load_version import load_version
from core.data.store.version import Version
from core.errors import DataError, UnknownName, UserError
from tests.data.imported import import_texts, reviews
from tests.data.silent import Silent


@pytest.fixture
def dataset_store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", tmp_path / "cache")


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    return tmp_path / "draft"


def test_what_was_brought_is_found_by_its_name_and_divided(dataset_store: DatasetStore, staged: Path) -> None:
    info = import_texts(dataset_store, staged, reviews(), name="Reviews of 2024.csv")
    assert info.name == "reviews-of-2024"
    assert (info.labels, dict(info.class_counts)) == (("negative", "positive"), {"negative": 30, "positive": 30})
    assert sum(info.split_sizes.values()) == 60
    loaded = load_version(dataset_store.find("reviews-of-2024", "text-classification"))
    assert loaded.version.fingerprint == info.fingerprint
    assert {name: len(part) for name, part in loaded.examples.items()} == dict(info.split_sizes)
    texts = [str(text) for part in loaded.examples.values() for text in part.inputs]
    assert sorted(texts) == sorted(text for text, _ in reviews())
    for part in loaded.examples.values():
        right = dict(reviews())
        assert [part.labels[k] for k in part.targets] == [right[str(text)] for text in part.inputs]


def test_the_same_content_is_the_same_version_whatever_it_is_called(dataset_store: DatasetStore, staged: Path) -> None:
    first = import_texts(dataset_store, staged / "1", reviews())
    again = import_texts(dataset_store, staged / "2", reviews())
    other = import_texts(dataset_store, staged / "3", reviews(), name="other")
    assert first.fingerprint == again.fingerprint == other.fingerprint
    assert len(dataset_store.versions("reviews")) == 1


def test_other_content_under_the_same_name_is_a_new_version_and_the_old_one_stays(
    dataset_store: DatasetStore, staged: Path
) -> None:
    old = import_texts(dataset_store, staged / "1", reviews())
    new = import_texts(dataset_store, staged / "2", reviews()[5:])
    assert dataset_store.card("reviews").head == new.fingerprint
    assert [v.fingerprint for v in dataset_store.versions("reviews")] == [new.fingerprint, old.fingerprint]
    assert new.parent == old.fingerprint
    assert len(load_version(dataset_store.find("reviews", None, old.fingerprint)).examples["train"]) > 0
    dataset_store.use("reviews", old.fingerprint)
    assert dataset_store.card("reviews").head == old.fingerprint


def test_examples_are_added_to_what_is_there(dataset_store: DatasetStore, staged: Path) -> None:
    import_texts(dataset_store, staged / "1", reviews()[:50])
    both = import_texts(dataset_store, staged / "2", reviews()[50:], name="", add_to="reviews")
    assert (both.name, both.examples) == ("reviews", 60)


def test_an_edit_makes_a_version_with_its_own_words(dataset_store: DatasetStore, staged: Path) -> None:
    first = import_texts(dataset_store, staged, reviews())

    def without_the_first(version: Version) -> pa.Table:
        return version.rows.slice(1)

    info = dataset_store.revise("reviews", first.fingerprint, without_the_first, "Removed one", Silent())
    assert (info.examples, info.change, info.parent) == (59, "Removed one", first.fingerprint)
    assert dataset_store.version("reviews").manifest.info == info
    assert dataset_store.version("reviews", first.fingerprint).rows.num_rows == 60


def test_splits_that_the_source_names_are_kept(dataset_store: DatasetStore, staged: Path) -> None:
    splits = ["train", "train", "train", "validation", "test"] * 12
    rows = [(text, label, split) for (text, label), split in zip(reviews(), splits, strict=True)]
    info = import_texts(dataset_store, staged, rows)
    assert dict(info.split_sizes) == {"train": 36, "validation": 12, "test": 12}
    test = load_version(dataset_store.find("reviews")).examples["test"]
    assert set(test.inputs) == {text for text, _, split in rows if split == "test"}


def test_the_splits_depend_on_nothing_but_the_content(
    dataset_store: DatasetStore, staged: Path, tmp_path: Path
) -> None:
    import_texts(dataset_store, staged / "1", reviews())
    elsewhere = DatasetStore(tmp_path / "elsewhere", tmp_path / "cache2")
    import_texts(elsewhere, staged / "2", reviews(), name="other")
    one, two = dataset_store.version("reviews").rows, elsewhere.version("other").rows
    np.testing.assert_array_equal(one.column("split").to_numpy(), two.column("split").to_numpy())


def test_a_draft_that_cannot_be_used_leaves_nothing_behind(dataset_store: DatasetStore, staged: Path) -> None:
    with pytest.raises(DataError, match="All 30 examples have the same label, 'positive'"):
        import_texts(dataset_store, staged, reviews()[:30])
    assert dataset_store.cards() == []
    assert list(dataset_store.folder.iterdir()) == []


def test_a_draft_that_cannot_be_added_leaves_the_old_version_in_use(dataset_store: DatasetStore, staged: Path) -> None:
    info = import_texts(dataset_store, staged / "1", reviews())
    with pytest.raises(DataError, match="same label"):
        import_texts(dataset_store, staged / "2", reviews()[:30])
    assert dataset_store.card("reviews").head == info.fingerprint
    assert len(dataset_store.versions("reviews")) == 1


def test_names_of_built_in_data_sets_are_taken(dataset_store: DatasetStore, staged: Path) -> None:
    with pytest.raises(DataError, match="'digits' belongs to a built-in data set"):
        import_texts(dataset_store, staged, reviews(), name="digits")


def test_the_trash_keeps_everything_until_it_is_emptied(dataset_store: DatasetStore, staged: Path) -> None:
    info = import_texts(dataset_store, staged / "1", reviews())
    dataset_store.change_card("reviews", deleted_at=info.created_at)
    assert dataset_store.cards() == []
    assert [card.name for card in dataset_store.cards(trashed=True)] == ["reviews"]
    with pytest.raises(UserError, match="in the trash"):
        dataset_store.find("reviews")
    with pytest.raises(DataError, match="in the trash"):
        import_texts(dataset_store, staged / "2", reviews())
    assert load_version(
        dataset_store.find("reviews", None, info.fingerprint)
    )  # a run that points at the version goes on
    dataset_store.change_card("reviews", deleted_at=None)
    assert [card.name for card in dataset_store.cards()] == ["reviews"]
    dataset_store.remove("reviews")
    assert list(dataset_store.folder.iterdir()) == []


def test_an_unknown_name_or_version_names_what_there_is(dataset_store: DatasetStore, staged: Path) -> None:
    import_texts(dataset_store, staged, reviews())
    with pytest.raises(UnknownName, match="Did you mean 'reviews'"):
        dataset_store.find("review")
    with pytest.raises(UnknownName, match="no version of reviews"):
        dataset_store.find("reviews", None, "0123")
    with pytest.raises(UserError, match="for text-classification, not for image-classification"):
        dataset_store.find("reviews", "image-classification")
    with pytest.raises(UnknownName):
        dataset_store.find("../reviews")
