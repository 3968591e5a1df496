"""The only place that opens data sets, built-in or imported, behind one interface."""

from core import catalog
from core.data.store.built_in import BuiltInDataset
from core.data.store.dataset_store import DatasetStore
from core.data.store.imported import ImportedDataset

Dataset = BuiltInDataset | ImportedDataset


def open_dataset(store: DatasetStore, name: str) -> Dataset:
    """Return a data set of this name, to be looked at.

    Raises:
        UnknownName: There is none.
    """
    if name in catalog.datasets() and not store.has(name):
        return BuiltInDataset(catalog.find_dataset(name))
    store.card(name)
    return ImportedDataset(store, name)
