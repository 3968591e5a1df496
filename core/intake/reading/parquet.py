"""Parquet files, streamed by row groups."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.errors import DataError
from core.imports import ImportOptions, Look
from core.intake.draft import Draft, Progress, ReaderSpec
from core.intake.tables.disguise import PARQUET, check_there, head, refuse_disguised
from core.intake.tables.json_values import json_text
from core.intake.tables.left_out import LeftOut
from core.intake.tables.roles import may_be_several
from core.intake.tables.table import (
    BATCH_BYTES,
    BATCH_ROWS,
    LOOK_BYTES,
    Batch,
    Table,
    check_width,
    column_names,
    listed,
    without_long_cells,
)
from core.intake.tables.taking_in import look_at, take_in

SUFFIXES = (".parquet", ".pq")


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
        raise DataError(f"{path.name} is not a Parquet file, whatever its name says. Bring it under its true name.")
    source = _ParquetRows(path)
    names, notes, findings = column_names(source.keys, path.name)
    if source.unusable:
        notes = (*notes, f"Not used: {listed(source.unusable)} (lists, pictures or other data that is no text).")
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
        look_bytes=min(LOOK_BYTES, max(1, LOOK_BYTES * size // max(1, source.unpacked))),
        label_names=source.label_names(names),
    )


class _ParquetRows:
    """The rows of a Parquet file, as texts.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size
        with self._open() as file:
            self.schema = file.schema_arrow
            self.rows = file.metadata.num_rows
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
            self.unpacked = sum(max(0, group.total_byte_size) for group in groups)
        check_width(len(self.schema.names), path.name)
        usable = [field for field in self.schema if _is_usable(field)]
        self.keys = [field.name for field in usable]
        self.unusable = [field.name for field in self.schema if not _is_usable(field)]
        if len(set(self.schema.names)) != len(self.schema.names):
            raise DataError(f"{path.name} has several columns of one name. Save it again with a name for each.")
        if not usable:
            raise DataError(
                f"{path.name} has no column of texts or numbers, only {listed(self.unusable) or 'none at all'}. "
                "If it holds pictures, bring them as a ZIP with one folder per class."
            )

    def _open(self) -> Any:
        """Return the file, opened by the library."""
        from pyarrow import parquet

        try:
            return parquet.ParquetFile(self.path)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged() from error

    def _damaged(self) -> DataError:
        return DataError(f"{self.path.name} is damaged or was cut off. Copy or download it again, then retry.")

    def batches(self, wanted: Sequence[int], left_out: LeftOut) -> Iterator[Batch]:
        """Yield the wanted columns of all rows."""
        at_a_time = min(BATCH_ROWS, max(16, BATCH_BYTES * 2 * max(1, self.rows) // max(1, self.unpacked)))
        names = [self.keys[index] for index in wanted]
        number = 0
        with self._open() as file:
            batches = file.iter_batches(at_a_time, columns=list(dict.fromkeys(names)))
            while True:
                try:
                    batch = next(batches, None)
                    columns = None if batch is None else tuple(_texts(batch.column(name)) for name in names)
                except (pa.ArrowException, OSError, ValueError) as error:
                    raise self._damaged() from error
                if batch is None or columns is None:
                    return
                lines = range(number + 1, number + 1 + len(batch))
                number += len(batch)
                if len(batch):
                    done = self.size * min(number, self.rows) // max(1, self.rows)
                    yield without_long_cells(Batch(lines, columns, done), left_out)

    def label_names(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the names of classes by number, by column, as Hugging Face notes them in a file.

        Args:
            names: Of the columns, as the table calls them.
        """
        try:
            noted = json.loads((self.schema.metadata or {}).get(b"huggingface", b"{}"))
            features = noted["info"]["features"]
            found = {key: tuple(map(str, features[key]["names"])) for key in features if "names" in features[key]}
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return {name: found[key] for key, name in zip(self.keys, names, strict=True) if key in found}


def _is_plain(kind: pa.DataType) -> bool:
    """Return whether values of a type can be shown as a text."""
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return not (pa.types.is_nested(kind) or pa.types.is_null(kind) or _is_bytes(kind)) or pa.types.is_null(kind)


def _is_usable(field: pa.Field) -> bool:
    """Return whether a column can be read: plain values; lists and objects of texts (as JSON); lists of labels.

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


def _texts(column: pa.Array) -> list[str]:
    """Return values as texts; "" for none."""
    import pyarrow.compute as pc

    if pa.types.is_nested(column.type):
        return [json_text(value) for value in column.to_pylist()]
    if pa.types.is_dictionary(column.type):
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


def look(path: Path, options: ImportOptions) -> Look:
    """Return what a Parquet file seems to be."""
    return look_at(open_table(path, options), options)


def read(path: Path, options: ImportOptions, draft: Draft, progress: Progress) -> None:
    """Read a Parquet file into a draft."""
    take_in(open_table(path, options), options, draft, progress)


READER = ReaderSpec("parquet", "Parquet", accepts, look, read)
