"""One immutable state of a data set: what it holds, by its hash."""

import hashlib
from pathlib import Path

from core.data.splits.document_splits import RULE
from core.data.splits.fingerprint import fingerprint
from core.data.splits.splitting import divide
from core.data.task_kinds import DOCUMENTS
from core.specs import DatasetSpec, DatasetVersion, LoadedDataset


def load_version(dataset: DatasetSpec, cache_folder: Path | None = None) -> LoadedDataset:
    """Load a dataset, and split it unless it was split at import.

    Raises:
        DataError: It cannot be used as it is.
    """
    if dataset.open is not None:
        return dataset.open()
    everything = dataset.load()
    mark = fingerprint(everything)
    cache = None
    if DOCUMENTS.fits(dataset.task):  # another rule makes other examples of the same text
        mark = hashlib.sha256(f"{mark}, text split {RULE}".encode()).hexdigest()
        cache = cache_folder / "divided" / f"{mark[:24]}-{RULE}" if cache_folder else None
    division = divide(everything, mark, cache)
    version = DatasetVersion(
        name=dataset.name,
        fingerprint=mark,
        task=dataset.task,
        labels=everything.labels,
        split_sizes={str(name): size for name, size in division.sizes.items()},
        duplicate_count=division.duplicate_count,
        licence=dataset.licence,
        source=dataset.source,
    )
    return LoadedDataset(version, division.examples)
