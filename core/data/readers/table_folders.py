"""Several tables in a ZIP or folder as one, with a class each.

The class is a folder's or a file's name.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from core.data.archives import Archive, Entry, is_archive, open_archive, peek
from core.data.documents.archived_documents import OFFICE_CONTENTS, copy_out, is_table
from core.data.documents.text_places import class_of, is_surely_classes
from core.data.images.class_folders import Place, arrange
from core.data.readers import delimited, json_rows, parquet, spreadsheet
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.ingest import preview_source, take_in
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import Batch, Table
from core.data.task_kinds import IN_TABLES
from core.formatting import listed
from core.specs.dataset_types import ImportOptions, SourcePreview

_MOST_TABLES = 200
_READERS = (delimited, spreadsheet, json_rows, parquet)


def accepts(path: Path) -> float:
    """Return how sure it is, by the names of folders and files."""
    if not is_archive(path):
        return 0.0
    names = peek(path)
    tables = [name for name in names if is_table(name)]
    if OFFICE_CONTENTS in names or not 2 <= len(tables) <= _MOST_TABLES or len(tables) < 0.6 * len(names):
        return 0.0
    return 0.95 if _places(tables) else 0.0


def _places(tables: Sequence[str]) -> dict[str, Place]:
    """Return each table's class and part; none if their names do not tell."""
    folders = {name: PurePosixPath(name).parts[:-1] for name in tables}
    found = arrange({folder for folder in folders.values() if folder})
    if len({place.label for place in found.values()}) > 1 and all(folder in found for folder in folders.values()):
        return {name: found[folder] for name, folder in folders.items()}
    parts = {name: class_of(name) for name in tables}
    labels = {label for label, _ in parts.values()}
    if is_surely_classes(labels) and len(labels) > 1:
        return {name: Place(*part) for name, part in parts.items()}
    return {}


def _table(archive: Archive, path: Path, folder: Path, options: ImportOptions) -> Table:
    """Return the tables of an archive as one.

    Raises:
        DataError: One of them cannot be read, or their columns have nothing in common.
    """
    entries = [entry for entry in archive.entries() if is_table(entry.name)]
    places = _places([entry.name for entry in entries])
    opened = [_opened(archive, entry, folder / str(number), options) for number, entry in enumerate(entries)]
    names = list(dict.fromkeys(name for table in opened for name in table.names))
    added = {"label": [places[e.name].label for e in entries], "split": [places[e.name].split for e in entries]}
    added = {name: values for name, values in added.items() if any(values) and name not in names}

    def batches(wanted: Sequence[int], skipped: SkipReport) -> Iterator[Batch]:
        columns = [[*names, *added][index] for index in wanted]
        done = [0] * len(opened)
        waiting = {number: _rows(table, columns, skipped) for number, table in enumerate(opened)}
        while waiting:  # in turn, so that a beginning shows all of them
            for number in list(waiting):
                batch = next(waiting[number], None)
                if batch is None:
                    del waiting[number]
                    continue
                done[number] = batch.done
                cells = [
                    [added[name][number]] * len(batch) if name in added else column
                    for name, column in zip(columns, batch.columns, strict=True)
                ]
                yield Batch(batch.lines, tuple(cells), sum(done))

    container = "Folder" if path.is_dir() else "ZIP"
    first = opened[0]
    notes = [f"{len(opened):,} tables are read as one: {listed([e.name for e in entries])}."]
    notes += [f"The {name} of each row is what the name or folder of its table says." for name in added]
    return Table(
        path=path,
        format=f"{container} of {len(opened):,} tables, the first: {first.format}",
        names=(*names, *added),
        size_bytes=sum(table.size_bytes for table in opened),
        unit="row",
        batches=batches,
        settings={"delimiter": "", "encoding": options.encoding, "has_header": True, "sheet": ""},
        notes=(*notes, *first.notes),
        decimal_hint=first.decimal_hint,
        origins=dict.fromkeys(added, "the name of the folder or file that a row lies in"),
    )


def _opened(archive: Archive, entry: Entry, folder: Path, options: ImportOptions) -> Table:
    folder.mkdir()
    copied = folder / PurePosixPath(entry.name).name
    copy_out(archive, entry, copied, lambda done: None)
    reader = max(_READERS, key=lambda one: one.accepts(copied))
    table: Table = reader.open_table(copied, ImportOptions(encoding=options.encoding, has_header=options.has_header))
    return table


def _rows(table: Table, columns: Sequence[str], skipped: SkipReport) -> Iterator[Batch]:
    """Yield one table's columns in this order; missing ones are empty."""
    own = [name for name in columns if name in table.names]
    for batch in table.batches([table.index(name) for name in own], skipped):
        held = dict(zip(own, batch.columns, strict=True))
        empty = [""] * len(batch)
        yield Batch(batch.lines, tuple(held.get(name, empty) for name in columns), batch.done)


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return what the tables together seem to be."""
    with open_archive(path) as archive, TemporaryDirectory(prefix="touchstone-") as folder:
        return preview_source(_table(archive, path, Path(folder), options), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read the tables into a draft, one after the other."""
    with open_archive(path) as archive, TemporaryDirectory(prefix="touchstone-") as folder:
        take_in(_table(archive, path, Path(folder), options), options, staged, progress)
        staged.findings += archive.findings()


READER = ReaderSpec(
    "table-folders", "Tables in a folder or file for each class", accepts, preview, read, tasks=IN_TABLES
)
