from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from core.data.store.dataset_store import Library
from core.data.store.load_version import load_version
from core.data.store.version import Version
from core.errors import DataError, UnknownName, UserError
from tests.data.imported import bring_texts, reviews
from tests.data.silent import Silent


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "datasets", tmp_path / "cache")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return tmp_path / "draft"


def test_what_was_brought_is_found_by_its_name_and_divided(library: Library, draft: Path) -> None:
    info = bring_texts(library, draft, reviews(), name="Reviews of 2024.csv")
    assert info.name == "reviews-of-2024"
    assert (info.labels, dict(info.class_counts)) == (("negative", "positive"), {"negative": 30, "positive": 30})
    assert sum(info.split_sizes.values()) == 60
    loaded = load_version(library.find("reviews-of-2024", "text-classification"))
    assert loaded.version.fingerprint == info.fingerprint
    assert {name: len(part) for name, part in loaded.examples.items()} == dict(info.split_sizes)
    texts = [str(text) for part in loaded.examples.values() for text in part.inputs]
    assert sorted(texts) == sorted(text for text, _ in reviews())
    for part in loaded.examples.values():
        right = dict(reviews())
        assert [part.labels[k] for k in part.targets] == [right[str(text)] for text in part.inputs]


def test_the_same_content_is_the_same_version_whatever_it_is_called(library: Library, draft: Path) -> None:
    first = bring_texts(library, draft / "1", reviews())
    again = bring_texts(library, draft / "2", reviews())
    other = bring_texts(library, draft / "3", reviews(), name="other")
    assert first.fingerprint == again.fingerprint == other.fingerprint
    assert len(library.versions("reviews")) == 1


def test_other_content_under_the_same_name_is_a_new_version_and_the_old_one_stays(
    library: Library, draft: Path
) -> None:
    old = bring_texts(library, draft / "1", reviews())
    new = bring_texts(library, draft / "2", reviews()[5:])
    assert library.card("reviews").head == new.fingerprint
    assert [v.fingerprint for v in library.versions("reviews")] == [new.fingerprint, old.fingerprint]
    assert new.parent == old.fingerprint
    assert len(load_version(library.find("reviews", None, old.fingerprint)).examples["train"]) > 0
    library.use("reviews", old.fingerprint)
    assert library.card("reviews").head == old.fingerprint


def test_examples_are_added_to_what_is_there(library: Library, draft: Path) -> None:
    bring_texts(library, draft / "1", reviews()[:50])
    both = bring_texts(library, draft / "2", reviews()[50:], name="", add_to="reviews")
    assert (both.name, both.examples) == ("reviews", 60)


def test_an_edit_makes_a_version_with_its_own_words(library: Library, draft: Path) -> None:
    first = bring_texts(library, draft, reviews())

    def without_the_first(version: Version) -> pa.Table:
        return version.rows.slice(1)

    info = library.revise("reviews", first.fingerprint, without_the_first, "Removed one", Silent())
    assert (info.examples, info.change, info.parent) == (59, "Removed one", first.fingerprint)
    assert library.version("reviews").manifest.info == info
    assert library.version("reviews", first.fingerprint).rows.num_rows == 60


def test_splits_that_the_source_names_are_kept(library: Library, draft: Path) -> None:
    splits = ["train", "train", "train", "validation", "test"] * 12
    rows = [(text, label, split) for (text, label), split in zip(reviews(), splits, strict=True)]
    info = bring_texts(library, draft, rows)
    assert dict(info.split_sizes) == {"train": 36, "validation": 12, "test": 12}
    test = load_version(library.find("reviews")).examples["test"]
    assert set(test.inputs) == {text for text, _, split in rows if split == "test"}


def test_the_splits_depend_on_nothing_but_the_content(library: Library, draft: Path, tmp_path: Path) -> None:
    bring_texts(library, draft / "1", reviews())
    elsewhere = Library(tmp_path / "elsewhere", tmp_path / "cache2")
    bring_texts(elsewhere, draft / "2", reviews(), name="other")
    one, two = library.version("reviews").rows, elsewhere.version("other").rows
    np.testing.assert_array_equal(one.column("split").to_numpy(), two.column("split").to_numpy())


def test_a_draft_that_cannot_be_used_leaves_nothing_behind(library: Library, draft: Path) -> None:
    with pytest.raises(DataError, match="All 30 examples have the same label, 'positive'"):
        bring_texts(library, draft, reviews()[:30])
    assert library.cards() == []
    assert list(library.folder.iterdir()) == []


def test_a_draft_that_cannot_be_added_leaves_the_old_version_in_use(library: Library, draft: Path) -> None:
    info = bring_texts(library, draft / "1", reviews())
    with pytest.raises(DataError, match="same label"):
        bring_texts(library, draft / "2", reviews()[:30])
    assert library.card("reviews").head == info.fingerprint
    assert len(library.versions("reviews")) == 1


def test_names_of_built_in_data_sets_are_taken(library: Library, draft: Path) -> None:
    with pytest.raises(DataError, match="'digits' belongs to a built-in data set"):
        bring_texts(library, draft, reviews(), name="digits")


def test_the_trash_keeps_everything_until_it_is_emptied(library: Library, draft: Path) -> None:
    info = bring_texts(library, draft / "1", reviews())
    library.change_card("reviews", deleted_at=info.created_at)
    assert library.cards() == []
    assert [card.name for card in library.cards(trashed=True)] == ["reviews"]
    with pytest.raises(UserError, match="in the trash"):
        library.find("reviews")
    with pytest.raises(DataError, match="in the trash"):
        bring_texts(library, draft / "2", reviews())
    assert load_version(library.find("reviews", None, info.fingerprint))  # a run that points at the version goes on
    library.change_card("reviews", deleted_at=None)
    assert [card.name for card in library.cards()] == ["reviews"]
    library.remove("reviews")
    assert list(library.folder.iterdir()) == []


def test_an_unknown_name_or_version_names_what_there_is(library: Library, draft: Path) -> None:
    bring_texts(library, draft, reviews())
    with pytest.raises(UnknownName, match="Did you mean 'reviews'"):
        library.find("review")
    with pytest.raises(UnknownName, match="no version of reviews"):
        library.find("reviews", None, "0123")
    with pytest.raises(UserError, match="for text-classification, not for image-classification"):
        library.find("reviews", "image-classification")
    with pytest.raises(UnknownName):
        library.find("../reviews")
