"""The stored record of a hub dataset: enough to open its files offline.

The hub is not asked again.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class FetchedSet(BaseModel):
    """A set of the hub as it lies, or will lie, on this machine.

    Args:
        id: Of the set.
        config: Its configuration; empty for the only one.
        revision: The commit.
        licence: As its card states it.
        format: What reads its files: "parquet", "csv", "imagefolder" ...
        format_options: For that.
        features: The columns as its card describes them; None where it does not.
        files: The files of each part that is used, named from the set's top folder.
        splits: The split that each of these parts is.
        left_out: Parts that are not used.
        rows: Of each part, where the card says.
        size_bytes: Of all files.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    config: str
    revision: str
    licence: str
    format: str
    format_options: dict[str, Any] = Field(default_factory=dict)
    features: dict[str, Any] | None = None
    files: dict[str, list[str]]
    splits: dict[str, str]
    left_out: tuple[str, ...] = ()
    rows: dict[str, int] = Field(default_factory=dict)
    size_bytes: int = 0

    def folder(self, cache: Path) -> Path:
        """Return where its files are."""
        return cache / "files" / f"datasets--{self.id.replace('/', '--')}" / "snapshots" / self.revision

    def is_here(self, cache: Path) -> bool:
        """Return whether every file is."""
        return all((self.folder(cache) / name).is_file() for names in self.files.values() for name in names)

    def remember(self, cache: Path) -> None:
        """Write it down beside the files."""
        file = _note(cache, self.id, self.config)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.model_dump_json())

    @classmethod
    def recall(cls, cache: Path, hub_id: str, config: str) -> Self | None:
        """Return what was fetched before, if it is whole."""
        with suppress(OSError, ValidationError, ValueError):
            found = cls.model_validate_json(_note(cache, hub_id, config).read_text())
            return found if found.is_here(cache) else None
        return None


def fetched_sets(cache: Path) -> list[str]:
    """Return the ids of the sets that were fetched before, in order."""
    notes = sorted((cache / "sets").glob("*/*.json"))
    ids = []
    for note in notes:
        with suppress(OSError, ValidationError, ValueError):
            ids.append(FetchedSet.model_validate_json(note.read_text()).id)
    return sorted(set(ids))


def as_features(described: Mapping[str, Any] | None) -> Any:
    """Return columns as `datasets` describes them, from what was remembered."""
    from datasets import Features

    return Features.from_dict(dict(described)) if described else None


def _note(cache: Path, hub_id: str, config: str) -> Path:
    return cache / "sets" / hub_id.lower().replace("/", "--") / f"{config.replace('/', '-') or 'default'}.json"
