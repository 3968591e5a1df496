"""Parquet files, streamed by row groups."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.data.file_signatures import PARQUET, check_there, head, refuse_disguised
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.gathered import Gathered
from core.data.tables.ingest import preview_source, take_in
from core.data.tables.json_values import json_text
from core.data.tables.parquet_pages import BrokenPage, page_sizes
from core.data.tables.roles import may_be_several
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import (
    BATCH_BYTES,
    BATCH_ROWS,
    PREVIEW_BYTES,
    PREVIEW_ROWS,
    Batch,
    Table,
    check_width,
    column_names,
    in_bounds,
)
from core.data.task_kinds import IN_TABLES
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import ImportOptions, SourcePreview

SUFFIXES = (".parquet", ".pq")
LARGEST_PAGE, SURE_PAGE = 512 << 20, 64 << 20  # bytes, unpacked; writers make them of 1 to 8 MB
MOST_DECODED = 64 << 20  # bytes of text that are decoded at once
_NESTED_ROWS = 64  # that become texts at once where cells hold lists or objects
# A file may hold so many rows and characters whatever its size; beyond it must have bytes for them.
MOST_SURE_ROWS, ROWS_PER_BYTE = 10_000_000, 100
MOST_SURE_CHARACTERS, CHARACTERS_PER_BYTE = 1_000_000_000, 200


def accepts(path: Path) -> float:
    """Return how sure it is that a file is Parquet."""
    if not path.is_file():
        return 0.0
    start = head(path, 4096)
    if start.startswith(PARQUET):
        return 0.95
    if path.suffix.lower() in SUFFIXES:
        return 0.5  # refused here, in words, unless it is another kind of table
    return 0.0


def open_table(path: Path, options: ImportOptions) -> Table:
    """Open a Parquet file as a table.

    Raises:
        DataError: It is none, damaged, or has no column of texts or numbers.
    """
    check_there(path)
    start = head(path, 4096)
    if not start.startswith(PARQUET):
        refuse_disguised(path, start)
        raise DataError(f"{path.name} is not a Parquet file, whatever its name says. Import it under its true name.")
    source = _ParquetRows(path)
    names, notes, findings = column_names(source.keys, path.name)
    if source.unusable:
        notes = (*notes, f"Not used: {listed(source.unusable)} (lists, images or other data that is no text).")
    if path.suffix.lower() not in SUFFIXES:
        notes = (f"{path.name} is in truth a Parquet file; it is read as one.", *notes)
    size = path.stat().st_size
    return Table(
        path=path,
        format="Parquet",
        names=names,
        size_bytes=size,
        unit="row",
        batches=source.batches,
        settings={"delimiter": "", "encoding": "", "has_header": True, "sheet": ""},
        notes=notes,
        findings=findings,
        preview_bytes=max(
            1,
            min(
                PREVIEW_BYTES * size // max(1, source.unpacked),
                PREVIEW_ROWS * size // max(1, source.rows),
                PREVIEW_BYTES,
            ),
        ),
        label_names=source.label_names(names),
    )


class _ParquetRows:
    """The rows of a Parquet file, as texts."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size
        with self._open() as file:
            self.schema = file.schema_arrow
            self.rows = int(file.metadata.num_rows)
            self._check_sizes(file.metadata)
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
            self.unpacked = int(sum(max(0, group.total_byte_size) for group in groups))
            self.rows_at_once = self._decoded_at_once(groups)
            leaves = [file.metadata.schema.column(number) for number in range(len(file.metadata.schema))]
            self.texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and _says_text(leaf)]
        check_width(len(self.schema.names), path.name)
        usable = [field for field in self.schema if _is_usable(field)]
        self.keys = [field.name for field in usable]
        self.unusable = [field.name for field in self.schema if not _is_usable(field)]
        if len(set(self.schema.names)) != len(self.schema.names):
            raise DataError(f"{path.name} has several columns of one name. Save it again with a name for each.")
        if not usable:
            raise DataError(
                f"{path.name} has no column of texts or numbers, only {listed(self.unusable) or 'none at all'}. "
                "If it holds images, import them as a ZIP with one folder per class."
            )

    def _open(self, as_dictionaries: Sequence[str] = ()) -> Any:
        """Return the file, opened by the library.

        Args:
            as_dictionaries: Columns whose equal texts shall be one text in memory.
        """
        from pyarrow import parquet

        try:
            return parquet.ParquetFile(self.path, read_dictionary=list(as_dictionaries))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged() from error

    def _check_sizes(self, metadata: Any) -> None:
        """Refuse files whose decompressed size is too large.

        The library decompresses a page at once, as large as its header says.
        """
        if self.rows > MOST_SURE_ROWS and self.rows > ROWS_PER_BYTE * self.size:
            raise DataError(
                f"{self.path.name} says that it holds {self.rows:,} rows in {max(1, self.size // 1000):,} kB, which "
                "only the same row over and over could be: nothing can be learnt from it. Export it again."
            )
        try:
            largest = max(page_sizes(self.path, metadata), default=0)
        except BrokenPage as error:
            raise self._damaged() from error
        if largest > LARGEST_PAGE or largest > max(SURE_PAGE, CHARACTERS_PER_BYTE * self.size):
            raise DataError(
                f"{self.path.name} holds a piece that unpacks to {largest / 1e6:,.0f} MB at once, from a file of "
                f"{max(1, self.size // 1000):,} kB, more than is read. Save it again with smaller pages, or as CSV."
            )

    def _damaged(self) -> DataError:
        return DataError(f"{self.path.name} is damaged or was cut off. Copy or download it again, then retry.")

    def batches(self, wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        """Yield the wanted columns of all rows.

        Raises:
            DataError: It is damaged, or grows beyond all bounds.
        """
        names = [self.keys[index] for index in wanted]
        slice_rows = _NESTED_ROWS if any(pa.types.is_nested(self.schema.field(name).type) for name in names) else None
        held = Gathered(len(names), self.rows_at_once)
        number = characters = 0
        with self._open(self.texts) as file:
            batches = file.iter_batches(self.rows_at_once, columns=list(dict.fromkeys(names)))
            while True:
                try:
                    batch = next(batches, None)
                except (pa.ArrowException, OSError, ValueError) as error:
                    raise self._damaged() from error
                if batch is not None and slice_rows:
                    self._check_growth(characters + sum(map(_decoded_bytes, batch.columns)))
                for part in [] if batch is None else _slices(batch, slice_rows):
                    if held.is_full:
                        yield from in_bounds(held.taken(number, self._done(number)), skipped)
                    try:
                        characters += held.add([_texts(part.column(name)) for name in names], len(part))
                    except (pa.ArrowException, ValueError) as error:
                        raise self._damaged() from error
                    number += len(part)
                    self._check_growth(characters)
                if held.rows and (batch is None or held.is_full):
                    yield from in_bounds(held.taken(number, self._done(number)), skipped)
                if batch is None:
                    return

    def _done(self, number: int) -> int:
        """Return how many of the file's bytes so many rows are."""
        return self.size * min(number, self.rows) // max(1, self.rows)

    def _check_growth(self, characters: int) -> None:
        """Refuse texts that are far more than the file."""
        if characters > MOST_SURE_CHARACTERS and characters > CHARACTERS_PER_BYTE * self.size:
            raise DataError(
                f"{self.path.name} grows to more than {characters / 1e9:,.0f} GB of text from "
                f"{max(1, self.size // 1000):,} kB: long texts stand in it over and over, from which nothing can be "
                "learnt. Remove the columns of long repeated texts and export it again."
            )

    def _decoded_at_once(self, groups: Sequence[Any]) -> int:
        usual = min(BATCH_ROWS, max(16, BATCH_BYTES * 2 * max(1, self.rows) // max(1, self.unpacked)))
        chunks = (group.column(number) for group in groups for number in range(group.num_columns))
        # A text that is written as a change of the one before may have as many bytes as all the changes.
        deltas = [int(chunk.total_uncompressed_size) for chunk in chunks if "DELTA_BYTE_ARRAY" in chunk.encodings]
        longest = max(deltas, default=0)
        return min(usual, max(1, MOST_DECODED // longest)) if longest else usual

    def label_names(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the class names by number, by column, from a Hugging Face file's metadata."""
        try:
            noted = json.loads((self.schema.metadata or {}).get(b"huggingface", b"{}"))
            features = noted["info"]["features"]
            found = {key: tuple(map(str, features[key]["names"])) for key in features if "names" in features[key]}
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return {name: found[key] for key, name in zip(self.keys, names, strict=True) if key in found}


def _says_text(leaf: Any) -> bool:
    return str(leaf.logical_type) == "String" or leaf.converted_type == "UTF8"


def _slices(batch: Any, rows: int | None) -> Iterator[Any]:
    """Yield a batch in slices of `rows`, fewer for long texts; None: whole."""
    if rows is None:
        yield batch
        return
    for begin in range(0, len(batch), rows):
        yield from _decodable(batch.slice(begin, rows))


def _decodable(part: Any) -> Iterator[Any]:
    """Yield row ranges small enough to decode at once.

    Even within lists a long text may be repeated over and over.
    """
    if len(part) < 2 or sum(map(_decoded_bytes, part.columns)) <= MOST_DECODED:
        yield part
        return
    middle = len(part) // 2
    yield from _decodable(part.slice(0, middle))
    yield from _decodable(part.slice(middle))


def _decoded_bytes(column: pa.Array) -> int:
    """Return how many bytes of text values have when each has its own."""
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_map(kind):
        begin, end = column.offsets[0].as_py(), column.offsets[-1].as_py()
        return sum(_decoded_bytes(part.slice(begin, end - begin)) for part in (column.keys, column.items))
    if _is_list(kind):
        return _decoded_bytes(column.flatten())
    if pa.types.is_struct(kind):
        return sum(map(_decoded_bytes, column.flatten()))
    if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
        return int(pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0)
    return int(pc.sum(pc.binary_length(column)).as_py() or 0) if _is_text(kind) else 0


def _is_plain(kind: pa.DataType) -> bool:
    """Return whether values of a type can be shown as a text."""
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return not (pa.types.is_nested(kind) or pa.types.is_null(kind) or _is_bytes(kind)) or pa.types.is_null(kind)


def _is_usable(field: pa.Field) -> bool:
    """Return whether a column is readable: plain values, text lists or objects, label lists.

    Lists and objects of texts are read as JSON.

    Pictures hold bytes, and long lists of numbers are what a model made of a text: neither can be read.
    """
    kind = field.type
    if _is_plain(kind):
        return True
    leaves = [*_leaves(kind)]
    texts = [leaf for leaf in leaves if pa.types.is_string(leaf) or pa.types.is_large_string(leaf)]
    if texts and all(map(_is_plain, leaves)):
        return True
    return _is_list(kind) and pa.types.is_integer(kind.value_type) and may_be_several(field.name)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _leaves(kind: pa.DataType) -> Iterator[pa.DataType]:
    """Yield the types of the values within lists, objects and maps."""
    if _is_list(kind):
        yield from _leaves(kind.value_type)
    elif pa.types.is_struct(kind) or pa.types.is_map(kind):
        for inner in [kind.field(i).type for i in range(kind.num_fields)]:
            yield from _leaves(inner)
    else:
        yield kind


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _texts(column: pa.Array) -> list[str]:
    """Return values as texts; "" for none."""
    import pyarrow.compute as pc

    if pa.types.is_nested(column.type):
        return [json_text(value) for value in column.to_pylist()]
    if pa.types.is_dictionary(column.type):
        if _decoded_bytes(column) > MOST_DECODED:
            words = _texts(column.dictionary)
            return ["" if index is None else words[index] for index in column.indices.to_pylist()]
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if pa.types.is_null(column.type):
        return [""] * len(column)
    texts = column.cast(pa.large_string()).fill_null("")
    try:
        return list(texts.to_pylist())
    except UnicodeDecodeError:  # a writer that did not keep its promise of UTF-8
        return [value.decode("utf-8", errors="replace") for value in texts.cast(pa.large_binary()).to_pylist()]


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return what a Parquet file seems to be."""
    return preview_source(open_table(path, options), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read a Parquet file into a draft."""
    take_in(open_table(path, options), options, staged, progress)


READER = ReaderSpec("parquet", "Parquet", accepts, preview, read, tasks=IN_TABLES)
