"""An imported dataset's opened files: its card, a version, its manifest and findings."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from core.data.rows import read_rows
from core.data.store.manifest import FINDINGS, DatasetCard, Manifest, read_json
from core.specs import Examples
from core.specs.dataset_types import Finding

CARD, ROWS, MANIFEST, FINDINGS_FILE = "dataset.json", "rows.arrow", "manifest.json", "findings.json"


@dataclass(frozen=True, eq=False)
class Version:
    """One version, opened: its rows are mapped, not read."""

    folder: Path
    manifest: Manifest

    @property
    def packs(self) -> Path:
        """Where its pictures are."""
        return self.folder.parent.parent / "packs"

    @property
    def rows(self) -> pa.Table:
        """Its rows, with their split."""
        return read_rows(self.folder / ROWS)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the data doctor found."""
        return FINDINGS.validate_json((self.folder / FINDINGS_FILE).read_bytes())


def card_of(file: Path) -> DatasetCard:
    """Return what a data set says of itself, as the file says now."""
    return _card(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _card(file: Path, modified_ns: int) -> DatasetCard:
    del modified_ns  # part of the key: a changed file is read again
    return read_json(file, DatasetCard)


@lru_cache(maxsize=1024)
def manifest_of(file: Path) -> Manifest:
    """Return what is known of a version; it never changes."""
    return read_json(file, Manifest)


def load_everything(version: Version) -> Examples:
    """Refuse to load a brought version in one piece: its splits are fixed.

    Raises:
        RuntimeError: Always; `DatasetSpec.open` is the way.
    """
    raise RuntimeError(f"{version.folder} is divided already: open it instead")
