"""Examples by their place in a split are those that a run saw there, and only they are read."""

from pathlib import Path

import numpy as np
import pytest

from core.data.store.dataset_store import DatasetStore
from core.data.store.load_version import load_version
from core.data.store.open_dataset import open_dataset
from core.errors import DataError, UnknownName
from core.specs import texts_of
from tests.data.imported import import_texts, reviews


@pytest.fixture
def dataset_store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", tmp_path / "cache")


def test_of_a_brought_data_set_they_are_those_of_the_loaded_split(dataset_store: DatasetStore, tmp_path: Path) -> None:
    info = import_texts(dataset_store, tmp_path / "draft", reviews())
    loaded = dataset_store.find("reviews").open
    assert loaded is not None
    test = loaded().examples["test"]
    found = open_dataset(dataset_store, "reviews").examples(info.fingerprint, "test", [3, 0])
    assert texts_of(found.inputs) == (texts_of(test.inputs)[3], texts_of(test.inputs)[0])
    assert found.targets.tolist() == test.targets[[3, 0]].tolist()
    assert found.labels == ("negative", "positive")


def test_of_a_built_in_data_set_too_unless_it_has_changed_since(dataset_store: DatasetStore) -> None:
    loaded = load_version(dataset_store.find("digits"))
    found = open_dataset(dataset_store, "digits").examples(loaded.version.fingerprint, "test", [5])
    assert np.array_equal(found.inputs, loaded.examples["test"].select(np.array([5])).inputs)
    with pytest.raises(DataError, match="has changed since"):
        open_dataset(dataset_store, "digits").examples("an-older-fingerprint", "test", [5])


def test_of_a_data_set_that_is_gone_there_are_none(dataset_store: DatasetStore) -> None:
    with pytest.raises(UnknownName, match="There is no data set called 'gone'"):
        open_dataset(dataset_store, "gone")
