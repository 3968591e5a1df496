"""Some examples of a split by position, whatever the size of the rest."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa

from core import catalog
from core.data.inspection_client import load_images
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_examples import SPLIT_NUMBERS, table_of, targets_of
from core.data.store.load_version import load_version
from core.data.task_kinds import IMAGES
from core.errors import DataError
from core.specs import Examples, LoadedDataset, SplitName


def split_examples(
    dataset_store: DatasetStore, name: str, fingerprint: str, split: SplitName, places: Sequence[int]
) -> Examples:
    """Return examples of a split; of a brought version no others are read.

    Args:
        dataset_store: Of what was brought.
        name: The data set; not one of documents for a model that writes, which has no examples.
        fingerprint: Its version.
        split: The part.
        places: Of the examples in that part, as a run saw them.

    Raises:
        UnknownName: There is no such data set or version any more.
        DataError: A built-in data set is not the one that it was.
    """
    at = np.asarray(places, dtype=np.int64)
    if not dataset_store.has(name):
        loaded = _built_in(dataset_store.find(name).name)
        if loaded.version.fingerprint != fingerprint:
            raise DataError(f"The data set '{name}' has changed since: its examples of then are not here any more.")
        return loaded.examples[split].select(at)
    version = dataset_store.version(name, fingerprint)
    manifest, labels = version.manifest, version.manifest.info.labels
    of_split = np.flatnonzero(version.rows.column("split").to_numpy() == SPLIT_NUMBERS[split])
    rows = version.rows.take(pa.array(of_split[at]))
    targets = targets_of(rows, labels)
    if IMAGES.fits(manifest.info.task):
        return Examples(load_images(rows, version.packs, manifest.picture_size, manifest.channels), targets, labels)
    if "text" in rows.column_names:
        return Examples(tuple(rows.column("text").to_pylist()), targets, labels)
    return Examples(table_of(rows), targets, labels)


@lru_cache(maxsize=4)
def _built_in(name: str) -> LoadedDataset:
    return load_version(catalog.find_dataset(name))
