"""A Parquet file with an image column: its columns, and rows in small batches."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.data.file_signatures import PARQUET, head
from core.data.images.image_names import LABEL_NAMES
from core.data.readers.parquet import (
    CHARACTERS_PER_BYTE,
    LARGEST_PAGE,
    MOST_SURE_CHARACTERS,
    MOST_SURE_ROWS,
    ROWS_PER_BYTE,
    SURE_PAGE,
)
from core.data.split_names import SPLIT_NAMES
from core.data.tables.columns import profile_column
from core.data.tables.parquet_pages import BrokenPage, page_sizes
from core.data.tables.roles import guess_label, guess_split
from core.errors import DataError

BEGINNING = 1_000  # rows that say what columns are
BATCH_BYTES = 64 * 1024**2  # at once, at most, unless a single page is larger
MOST_AT_ONCE, PLAIN_AT_ONCE = 256, 20_000  # rows
STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
COUNTED = {*LABEL_NAMES, "digit", "y", "fine_label", "coarse_label"}


@dataclass(frozen=True, eq=False)
class ImageFile:
    """A Parquet file in which each row has a picture.

    Args:
        path: The file.
        images: The column that holds them.
        plain: The columns that can be shown as texts.
        rows: How many.
        largest_page: Bytes of the largest page, unpacked: no value of it is larger.
        label_names: Names of classes by number, by column, where the file has them.
    """

    path: Path
    images: str
    plain: tuple[str, ...]
    rows: int
    largest_page: int
    label_names: dict[str, tuple[str, ...]]

    def beginning(self, name: str) -> list[str]:
        """Return the first values of a column."""
        return self._beginning[name]

    @cached_property
    def _beginning(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self.plain}
        for batch in self.columns(self.plain, BEGINNING) if self.plain else ():
            for name, values in batch.items():
                found[name] += values
            break
        return found

    def label_column(self, split: str) -> str:
        """Return the label column: one with named classes, else as in tables, or ""."""
        named = [name for name in self.plain if name in self.label_names]
        usual = [name for name in self.plain if name.strip().lower() in COUNTED]
        if named or usual:
            return (named or usual)[0]
        profiles = [profile_column(n, i, self.beginning(n)) for i, n in enumerate(self.plain) if n != split]
        return str(guess_label(profiles, self.images))

    def split_column(self) -> str:
        """Return the column that names splits; "" for none."""
        profiles = [profile_column(name, i, self.beginning(name)) for i, name in enumerate(self.plain)]
        return str(guess_split(profiles))

    def split_called(self, written: str) -> str:
        """Return the split that a value means."""
        return SPLIT_NAMES.get(written.strip().lower(), "")

    def columns(self, names: Sequence[str], at_a_time: int = PLAIN_AT_ONCE) -> Iterator[dict[str, list[str]]]:
        """Yield columns as texts, some rows at a time."""
        for batch in self._batches(names, at_a_time):
            yield {name: self._texts(batch, name) for name in names}

    def examples(self, label: str, split: str) -> Iterator[tuple[str, bytes, str, str]]:
        """Yield each row's name, file, label and split; no bytes for a missing image."""
        size, total = self.path.stat().st_size, 0
        for batch in self._batches([self.images, label, *([split] if split else [])], MOST_AT_ONCE):
            labels = self._texts(batch, label)
            splits = self._texts(batch, split) if split else [""] * len(labels)
            for found, written, part in zip(batch.column(self.images), labels, splits, strict=True):
                name, content = _file_of(found.as_py())
                total += len(content)
                if total > MOST_SURE_CHARACTERS and total > CHARACTERS_PER_BYTE * size:
                    raise DataError(
                        f"{self.path.name} grows to more than {total / 1e9:,.0f} GB of images from {size // 1000:,} "
                        "kB: the same ones stand in it over and over. Export it again, each image once."
                    )
                yield name, content, written, part

    def some(self, count: int) -> Iterator[bytes]:
        """Yield the files of some pictures, from the beginning."""
        done = 0
        for batch in self._batches([self.images], max(1, min(count, MOST_AT_ONCE))):
            for found in batch.column(self.images):
                yield _file_of(found.as_py())[1]
                done += 1
            if done >= count:
                return

    def _batches(self, names: Sequence[str], at_a_time: int) -> Iterator[pa.RecordBatch]:
        from pyarrow import parquet

        try:
            bounded = max(1, min(at_a_time, BATCH_BYTES // max(1, self.largest_page)))
            with parquet.ParquetFile(self.path) as file:
                yield from file.iter_batches(bounded, columns=list(dict.fromkeys(names)))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(self.path) from error

    def _texts(self, batch: pa.RecordBatch, name: str) -> list[str]:
        names = self.label_names.get(name, ())
        values = batch.column(name).to_pylist()
        if names:
            return [names[v] if isinstance(v, int) and 0 <= v < len(names) else "" for v in values]
        return ["" if value is None else str(value).strip() for value in values]


def open_file(path: Path) -> ImageFile | None:
    """Return a Parquet file with pictures in it; None if it has none.

    Raises:
        DataError: It is damaged.
    """
    from pyarrow import parquet

    if not head(path, 4096).startswith(PARQUET):
        return None
    try:
        with parquet.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
            largest = _largest_page(path, file.metadata) if any(_may_hold(field.type) for field in schema) else 0
            images = next((field.name for field in schema if _may_hold(field.type) and _holds(file, field.name)), "")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(path) from error
    if not images or len(set(schema.names)) != len(schema.names):
        return None
    plain = tuple(field.name for field in schema if _is_plain(field.type))
    return ImageFile(path, images, plain, rows, largest, _label_names(schema, plain))


def _largest_page(path: Path, metadata: Any) -> int:
    """Return the largest page's decompressed bytes.

    The library decompresses each page at once, as large as its header says.

    Raises:
        DataError: It is too large, or there are more rows than a file of this size can hold.
    """
    size = path.stat().st_size
    try:
        largest = max(page_sizes(path, metadata), default=0)
    except BrokenPage as error:
        raise _damaged(path) from error
    many = metadata.num_rows > MOST_SURE_ROWS and metadata.num_rows > ROWS_PER_BYTE * size
    if many or largest > LARGEST_PAGE or largest > max(SURE_PAGE, CHARACTERS_PER_BYTE * size):
        raise DataError(
            f"{path.name} holds far more when it is unpacked than a file of {max(1, size // 1000):,} kB does. Export "
            "it again, with each image once."
        )
    return int(largest)


def _may_hold(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(field.name == "bytes" and _is_bytes(field.type) for field in kind)
    return _is_bytes(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_bytes(kind.value_type)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return bool(is_text or pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _holds(file: Any, name: str) -> bool:
    """Tell whether the first values of a column are picture files."""
    for batch in file.iter_batches(8, columns=[name]):
        found = [_file_of(value.as_py())[1] for value in batch.column(name)]
        present = [content for content in found if content]
        return bool(present) and all(c.startswith(STARTS) or b"ftyp" in c[:16] for c in present)
    return False


def _file_of(value: Any) -> tuple[str, bytes]:
    """Return an image's name and bytes; a path is only a name, never opened."""
    if isinstance(value, dict):
        content, path = value.get("bytes"), value.get("path")
        return str(path or "").rpartition("/")[2], content if isinstance(content, bytes) else b""
    return "", value if isinstance(value, bytes) else b""


def _label_names(schema: pa.Schema, plain: Sequence[str]) -> dict[str, tuple[str, ...]]:
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
        return {n: tuple(map(str, features[n]["names"])) for n in plain if "names" in features.get(n, {})}
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return {}


def _damaged(path: Path) -> DataError:
    return DataError(f"{path.name} is damaged or was cut off. Copy or download it again, then retry.")
