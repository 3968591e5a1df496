"""What a reader writes into during an import, and how it reports progress."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa

from core.data.rows import PackWriter, RowsWriter
from core.data.task_kinds import ANY, TaskKind
from core.specs.dataset_types import Finding, ImportOptions, SourcePreview, Thumbnail

Unit = Literal["bytes", "rows", "images", "documents", "checks"]


class ImportCancelled(Exception):
    """The user does not want this import any more."""


class Progress(Protocol):
    """Where an import says how far it is."""

    def stage(self, name: str, total: int, unit: Unit) -> None:
        """Begin a part of the work: "Reading" so many bytes."""

    def advance(self, done: int) -> None:
        """Report the stage's progress; call it at least a few times a second.

        Raises:
            ImportCancelled: The user cancelled; clean up what you hold open and let it pass.
        """


@dataclass
class StagedDataset:
    """An import becoming a version, invisible until it is complete.

    Args:
        folder: Its own, empty at first; `rows.arrow` and `images.pack` grow in it.
        task: What it is for.
    """

    folder: Path
    task: str
    facts: dict[str, Any] = field(default_factory=dict)  # JSON for the manifest: "format", "columns", "label_map"
    findings: list[Finding] = field(default_factory=list)  # what had to be left out or changed while reading
    labels: tuple[str, ...] = ()  # where the source fixes names and order (idx, hub); else sorted from the rows
    writer: RowsWriter | None = None
    packs: PackWriter | None = None

    @property
    def rows_file(self) -> Path:
        """Where its rows are."""
        return self.folder / "rows.arrow"

    @property
    def pack_file(self) -> Path:
        """Where its pictures are."""
        return self.folder / "pictures.pack"

    def rows(self, schema: pa.Schema) -> RowsWriter:
        """Return the one writer of its rows; the importer closes it."""
        if self.writer is None:
            self.writer = RowsWriter(self.rows_file, schema)
        return self.writer

    def pack(self) -> PackWriter:
        """Return the only writer of its images, named "" until the importer names it."""
        if self.packs is None:
            self.packs = PackWriter(self.pack_file)
        return self.packs

    def close(self) -> None:
        """Close its files."""
        for open_file in (self.writer, self.packs):
            if open_file is not None:
                open_file.close()


@dataclass(frozen=True)
class ReaderSpec:
    """A kind of source that can be taken in; one file in `core/data/readers/` each."""

    name: str
    title: str  # "Table in a text file (CSV, TSV)"
    # How sure it is that a file or folder is its kind, 0 to 1, from the name and the first 64 kB: never the whole.
    accepts: Callable[[Path], float]
    # What it is, from its beginning; quick (about a second), bounded in memory whatever the file.
    preview: Callable[[Path, ImportOptions], SourcePreview]
    # Streams it into the draft, with `options` complete (task and columns are set). All errors are `DataError`s.
    read: Callable[[Path, ImportOptions, StagedDataset, Progress], None]
    # Names of `ImportOptions.layout` that ask for it, whatever the others say.
    layouts: Callable[[], Collection[str]] = tuple
    tasks: TaskKind = ANY  # that its sources are for
    # Of pictures: a few of each class, small, with `options` complete.
    thumbnails: Callable[[Path, ImportOptions], tuple[Thumbnail, ...]] | None = None
