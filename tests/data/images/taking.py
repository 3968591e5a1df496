"""Readers of pictures at work: look, read what was looked at, and give back rows and draft."""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from core.data.rows import read_packed, read_rows
from core.data.staging import ReaderSpec, StagedDataset
from core.specs.dataset_types import ImportOptions


class Watched:
    """Progress that only remembers; it fails the test if it ever goes backwards or beyond the total."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, str]] = []
        self.done = 0

    def stage(self, name: str, total: int, unit: str) -> None:
        """Begin a part of the work."""
        self.stages.append((name, total, unit))
        self.done = 0

    def advance(self, done: int) -> None:
        """Go on."""
        assert self.done <= done <= self.stages[-1][1]
        self.done = done


class Taken:
    """What a reader made of a source."""

    def __init__(self, reader: ReaderSpec, path: Path, options: ImportOptions, folder: Path) -> None:
        self.progress = Watched()
        self.preview = reader.preview(path, options)
        self.staged = StagedDataset(Path(mkdtemp(dir=folder)), self.preview.options.task)
        reader.read(path, self.preview.options, self.staged, self.progress)
        self.staged.close()
        self.rows: list[dict[str, Any]] = read_rows(self.staged.rows_file).to_pylist()
        self.findings = {finding.code: finding for finding in self.staged.findings}

    @property
    def seen(self) -> list[tuple[str, str, str]]:
        """Name, label and split of every row."""
        return [(row["name"], row["label"], row["given"]) for row in self.rows]

    def content(self, position: int) -> bytes:
        """The file that was kept."""
        row = self.rows[position]
        return read_packed(self.staged.folder, "pictures.pack", row["offset"], row["size_bytes"])


def take(reader: ReaderSpec, path: Path, folder: Path, **options: Any) -> Taken:
    """Look at a source and read it; drafts go into the folder."""
    return Taken(reader, path, ImportOptions(**options), folder)
