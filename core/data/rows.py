"""Disk format of an imported dataset: an Arrow file of rows, packs of images.

A row is one example. `rows.arrow` is an uncompressed Arrow IPC file: it is memory-mapped, so that five million rows
cost no memory before they are looked at. Pictures stay the files they were, one after the other in a pack.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc

BATCH_ROWS = 20_000
FEATURE = "feature:"  # before the name of a user's column, so that it cannot be one of ours
_TEXT = pa.large_string()
_DATE, _CLOCK = pa.timestamp("s"), pa.time32("s")
# `given` is the split that the source itself names ("train", "validation", "test" or ""), `source` the line, row,
# file or page number in the source, from 1.
_COMMON = [("given", pa.string()), ("source", pa.int64())]

TEXT_ROWS = pa.schema([("text", _TEXT), ("label", _TEXT), *_COMMON])
DOCUMENT_ROWS = pa.schema([("text", _TEXT), ("name", _TEXT), *_COMMON])
IMAGE_ROWS = pa.schema(
    [
        ("name", _TEXT),  # as in the source: "train/cats/IMG_1.jpg"
        ("label", _TEXT),
        ("pack", pa.string()),  # the pack's file name, within the data set's folder `packs/`
        ("offset", pa.int64()),
        ("size_bytes", pa.int64()),
        ("width", pa.int32()),  # after the EXIF orientation
        ("height", pa.int32()),
        ("channels", pa.int8()),  # 1 where the picture is grey, else 3
        ("pixels", pa.binary(16)),  # hash of the decoded pixels
        ("looks", pa.uint64()),  # perceptual hash; null for pictures too small to have one
        *_COMMON,
    ]
)


KIND, ORDER = b"kind", b"order"  # of a column's metadata: "text" for free text; "dmy" or "mdy" of its dates
ANSWERS = ("target", "label")  # columns of a table, one of which is to be predicted: a number, or a kind
UNUSED = "unused"  # int64: a hash of the cells that no model reads, so that differing rows are never called the same


def table_rows(
    numbers: Iterable[str],
    categories: Iterable[str],
    dates: Mapping[str, str] | None = None,
    clocks: Iterable[str] = (),
    texts: Iterable[str] = (),
    *,
    is_labelled: bool = False,
) -> pa.Schema:
    """Return a regression table's schema; missing numbers are NaN, all others null.

    Args:
        numbers: The user's columns that hold numbers.
        categories: The user's columns that hold words.
        dates: The user's columns that hold dates -> the order of day, month and year as they were written.
        clocks: The user's columns that hold times of the day.
        texts: The user's columns that hold free texts.
        is_labelled: Whether a label is to be predicted, not a number.
    """
    features = [
        *(pa.field(FEATURE + name, pa.float64()) for name in numbers),
        *(pa.field(FEATURE + name, _DATE, metadata={ORDER: order}) for name, order in (dates or {}).items()),
        *(pa.field(FEATURE + name, _CLOCK) for name in clocks),
        *(pa.field(FEATURE + name, _TEXT) for name in categories),
        *(pa.field(FEATURE + name, _TEXT, metadata={KIND: "text"}) for name in texts),
    ]
    answer = pa.field("label", _TEXT) if is_labelled else pa.field("target", pa.float64())
    return pa.schema([answer, *features, *[pa.field(*field) for field in _COMMON]])


def without_given(rows: pa.Table) -> pa.Table:
    """Return the rows without what the source says of training, validation and test."""
    field = rows.schema.field("given")
    return rows.set_column(rows.column_names.index("given"), field, pa.array([""] * rows.num_rows, field.type))


class RowsWriter:
    """Writes rows as they come; a few thousand at a time are in memory.

    Args:
        file: Where to; it is whole only after `close`.
        schema: Of the rows.
    """

    def __init__(self, file: Path, schema: pa.Schema) -> None:
        self.schema, self.count = schema, 0
        self._sink = pa.OSFile(str(file), "wb")
        self._writer = pa.ipc.new_file(self._sink, schema)
        self._waiting: dict[str, list[Any]] = {name: [] for name in schema.names}

    def add(self, **row: Any) -> None:
        """Write one row, by column."""
        for name, values in self._waiting.items():
            values.append(row[name])
        self.count += 1
        if len(values) >= BATCH_ROWS:
            self.flush()

    def add_columns(self, columns: Mapping[str, Any]) -> None:
        """Write many rows at once, by column: lists or arrays of one length."""
        self.flush()
        batch = pa.record_batch([pa.array(columns[f.name], f.type) for f in self.schema], schema=self.schema)
        self.count += len(batch)
        self._writer.write_batch(batch)

    def flush(self) -> None:
        """Write what waits."""
        if any(self._waiting.values()):
            arrays = [pa.array(self._waiting[f.name], f.type) for f in self.schema]
            self._writer.write_batch(pa.record_batch(arrays, schema=self.schema))
            self._waiting = {name: [] for name in self.schema.names}

    def close(self) -> None:
        """Write the rest and the file's end; more than once does no harm."""
        if self._sink.closed:
            return
        self.flush()
        self._writer.close()
        self._sink.close()

    def abandon(self) -> None:
        """Let go of the file, whole or not."""
        if not self._sink.closed:
            self._sink.close()


def read_rows(file: Path) -> pa.Table:
    """Return the rows of a file, memory-mapped: nothing is read before it is used."""
    with pa.memory_map(str(file)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def write_rows(file: Path, rows: pa.Table) -> None:
    """Write a whole table of rows."""
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows, max_chunksize=BATCH_ROWS)


def batches(rows: pa.Table, *columns: str) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """Yield each batch's first row position and column values, a few thousand rows each."""
    position = 0
    for batch in rows.select(columns).to_batches(max_chunksize=BATCH_ROWS):
        yield position, batch.to_pydict()
        position += len(batch)


class PackWriter:
    """Writes picture files one after the other into one file."""

    def __init__(self, file: Path) -> None:
        self._file, self._offset = file.open("wb"), 0

    def add(self, content: bytes) -> int:
        """Write one file's bytes; return where they begin."""
        begin = self._offset
        self._file.write(content)
        self._offset += len(content)
        return begin

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    abandon = close


def read_packed(packs: Path, pack: str, offset: int, size_bytes: int) -> bytes:
    """Return the bytes of one packed file."""
    with (packs / pack).open("rb") as file:
        file.seek(offset)
        return file.read(size_bytes)
