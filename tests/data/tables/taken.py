"""What a reader makes of a file: the rows, the findings and the facts, before they become a version."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from core.data.imports.run_import import preview_source
from core.data.readers.registry import find_reader
from core.data.rows import read_rows
from core.data.staging import StagedDataset
from core.specs.dataset_types import Finding, ImportOptions, SourcePreview
from tests.data.silent import Silent


@dataclass(frozen=True)
class Taken:
    """What came in."""

    rows: list[dict[str, Any]]
    findings: dict[str, Finding]
    facts: dict[str, Any]
    options: ImportOptions

    @property
    def texts(self) -> list[str]:
        """The texts, in the order of the file."""
        return [row["text"] for row in self.rows]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The texts with their labels."""
        return [(row["text"], row["label"]) for row in self.rows]

    def column(self, name: str) -> list[Any]:
        """A column of a table for regression; without a name the target."""
        return [row[f"feature:{name}" if name else "target"] for row in self.rows]


def preview(path: Path, **options: Any) -> SourcePreview:
    """Look at a file."""
    return preview_source(path, ImportOptions(**options))


def take(path: Path, **options: Any) -> Taken:
    """Read a file with the options that a look at it has completed."""
    chosen = preview(path, **options).options
    folder = path.parent / f"draft of {path.name}"
    folder.mkdir()
    staged = StagedDataset(folder, chosen.task)
    try:
        find_reader(path, task=chosen.task).read(path, chosen, staged, Silent())
    finally:
        staged.close()
    return Taken(read_rows(staged.rows_file).to_pylist(), {f.code: f for f in staged.findings}, staged.facts, chosen)


def write_csv(path: Path, *rows: Sequence[Any], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write a table as Python's own csv module does."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path
