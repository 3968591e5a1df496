"""The files of a hub set as streams of rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from core.data.hub.download_record import FetchedSet, as_features
from core.errors import DataError

LOOKED_AT = 1_000  # rows that tell whether a part's labels are hidden
_BATCH = 500  # rows taken from a file at once


@dataclass(frozen=True)
class Part:
    """One part of a set.

    Args:
        name: As the set calls it.
        split: Ours, or "".
        stream: `datasets.IterableDataset`; pictures are files, not decoded.
    """

    name: str
    split: str
    stream: Any

    @property
    def features(self) -> Any:
        """Its columns, as `datasets.Features`."""
        return self.stream.features

    def batches(self, *columns: str) -> Iterator[dict[str, list[Any]]]:
        """Yield some hundred rows at a time, by column.

        Raises:
            DataError: A file is damaged.
        """
        stream = self.stream.select_columns(list(columns)) if columns else self.stream
        try:
            yield from stream.iter(batch_size=_BATCH)
        except _broken() as error:
            raise DataError(
                f"A file of the part '{self.name}' is damaged or not of the form that the set says. Download the set "
                "again; if that does not help, tell its owner, and import the data as a file."
            ) from error

    def hides(self, label_column: str) -> bool:
        """Return whether the first thousand labels are all missing or -1."""
        first = islice((label for batch in self.batches(label_column) for label in batch[label_column]), LOOKED_AT)
        labels = list(first)
        return bool(labels) and all(label is None or label == -1 for label in labels)

    def count(self, column: str) -> int:
        """Return the number of rows, counted."""
        return sum(len(batch[column]) for batch in self.batches(column))

    def as_split(self, split: str) -> "Part":
        """Return it as another split of ours."""
        return replace(self, split=split)


def open_parts(found: FetchedSet, cache: Path) -> list[Part]:
    """Return a downloaded dataset's parts, from the files on this machine alone.

    Raises:
        DataError: They cannot be read.
    """
    folder = found.folder(cache)
    here = {part: [str(folder / name) for name in names] for part, names in found.files.items()}
    return _open(found, here, cache)


def features_of(found: FetchedSet, cache: Path) -> Any:
    """Return a dataset's columns from its first rows, where its card names none.

    Raises:
        DataError: They cannot be read.
    """
    if found.is_here(cache):
        return open_parts(found, cache)[0].features
    first = next(iter(found.files))
    there = f"hf://datasets/{found.id}@{found.revision}/"
    # Of pictures in folders, all names together tell the classes, and no file is opened for that.
    names = found.files[first] if found.format == "imagefolder" else found.files[first][:1]
    return _open(found, {first: [there + name for name in names]}, cache)[0].features


def _open(found: FetchedSet, files: dict[str, list[str]], cache: Path) -> list[Part]:
    from datasets import Image, load_dataset_builder

    try:
        builder = load_dataset_builder(
            found.format,
            data_files=files,
            features=as_features(found.features),
            cache_dir=str(cache / "opened"),
            **_in_small_batches(found.format),
            **found.format_options,
        )
        streams = builder.as_streaming_dataset()
        parts = []
        for name, stream in streams.items():
            if stream.features is None:  # CSV and JSON tell only when they are read
                stream = stream._resolve_features()
            for column, feature in stream.features.items():
                if isinstance(feature, Image):
                    stream = stream.cast_column(column, Image(decode=False))
            parts.append(Part(str(name), found.splits.get(str(name), ""), stream))
    except _broken() as error:
        raise DataError(
            f"The files of '{found.id}' cannot be read as {found.format}: they are damaged, or not of the form that "
            "the set says. Download what you need from its page, and import it as a file."
        ) from error
    return parts


def _in_small_batches(file_format: str) -> dict[str, int]:
    """Return settings that keep a Parquet file's gigabytes of row groups out of memory."""
    return {"batch_size": _BATCH} if file_format == "parquet" else {}


def _broken() -> tuple[type[Exception], ...]:
    """Return the exceptions that `datasets` and pyarrow raise for invalid files."""
    import pyarrow as pa
    from datasets.exceptions import DatasetsError

    return (pa.ArrowException, DatasetsError, ValueError, TypeError, LookupError, AttributeError, NotImplementedError)
