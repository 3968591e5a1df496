"""Texts with classes by location: class folders, or class files with examples as lines."""

from pathlib import Path
from tempfile import TemporaryDirectory

from core.data.archives import Archive, is_archive, open_archive, peek
from core.data.documents.archived_documents import OFFICE_CONTENTS
from core.data.documents.text_members import member_table
from core.data.documents.text_places import (
    TextPlaces,
    are_single_lines,
    in_files,
    in_folders,
    is_surely_classes,
    may_be_classes,
)
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.ingest import preview_source, take_in
from core.data.task_kinds import LABELLED_TEXTS
from core.errors import DataError
from core.specs.dataset_types import ImportOptions, SourcePreview

_BEGINNING = 8_192  # bytes of each file that tell whether its lines are examples


def accepts(path: Path) -> float:
    """Return the confidence, by file and folder names and the files' first lines."""
    if not is_archive(path):
        return 0.0
    names = peek(path)
    if not names or OFFICE_CONTENTS in names:
        return 0.0
    if (found := in_folders(names)) is not None:
        return 0.85 if len(found.places) + sum(found.unlabelled.values()) >= 0.6 * len(names) else 0.0
    if (found := in_files(names)) is None or len(found.places) < 0.6 * len(names):
        return 0.0
    if is_surely_classes(found.labels):
        return 0.85
    if not may_be_classes(found.labels) or len({Path(name).suffix for name in found.places}) > 1:
        return 0.0
    try:
        with open_archive(path) as archive:
            return 0.85 if are_single_lines(_beginnings(archive, found)) else 0.0
    except DataError:
        return 0.0


def _beginnings(archive: Archive, found: TextPlaces) -> list[str]:
    entries = [entry for entry in archive.entries() if entry.name in found.places]
    texts = []
    for entry in entries:
        with archive.open(entry) as file:
            texts.append(file.read(min(_BEGINNING, entry.size_bytes)).decode("utf-8", "replace"))
    return texts


def _found(archive: Archive) -> TextPlaces:
    names = [entry.name for entry in archive.entries()]
    found = in_folders(names) or in_files(names)
    if found is None:
        raise DataError(
            f"{archive.name} has no folders of texts for at least two classes. Put the texts of each class into a "
            "folder of its name, or into a file of its name with one text a line."
        )
    return found


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return the classes, and some texts of each."""
    with open_archive(path) as archive, TemporaryDirectory(prefix="touchstone-") as folder:
        return preview_source(member_table(archive, path, _found(archive), Path(folder), options.encoding), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Write each text with the name of its place."""
    with open_archive(path) as archive, TemporaryDirectory(prefix="touchstone-") as folder:
        table = member_table(archive, path, _found(archive), Path(folder), options.encoding)
        take_in(table, options, staged, progress)
        staged.findings += archive.findings()


READER = ReaderSpec(
    "text-folders", "Texts in a folder or file for each class", accepts, preview, read, tasks=LABELLED_TEXTS
)
