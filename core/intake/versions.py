"""One immutable state of a data set: what it holds, by its hash."""

from core.intake.fingerprint import fingerprint
from core.intake.splitting import divide
from core.specs import DatasetSpec, DatasetVersion, LoadedDataset


def load_version(dataset: DatasetSpec) -> LoadedDataset:
    """Load a data set, and divide it unless it was divided when it was brought.

    Raises:
        DataError: It cannot be used as it is.
    """
    if dataset.open is not None:
        return dataset.open()
    everything = dataset.load()
    mark = fingerprint(everything)
    division = divide(everything, mark)
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
