"""JSON files beside a version's rows and in its dataset's folder, written atomically."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from core.files import write_text
from core.specs.dataset_types import Finding, VersionInfo
from core.specs.target import Target

FINDINGS = TypeAdapter(tuple[Finding, ...])
_ENDINGS = "csv|tsv|txt|xlsx?|ods|parquet|jsonl?|ndjson|zip|pdf|docx?|epub|x?html?|md|gz"
LONGEST_NAME = 40  # characters of a data set's name, which is also a folder's
B = TypeVar("B", bound=BaseModel)


class DatasetCard(BaseModel):
    """A brought data set: what is the same for all of its versions."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    task: str
    licence: str
    source: str
    head: str  # fingerprint of the version in use
    created_at: datetime
    deleted_at: datetime | None = None
    target: Target | None = None  # how good a model on it must be to be useful
    salt: str = ""  # of the splits, for good; empty of a data set that has had no version since there were salts


class Manifest(BaseModel):
    """One version of a brought data set."""

    model_config = ConfigDict(frozen=True)

    info: VersionInfo
    duplicate_count: int
    picture_size: int = 0  # pixels a side that models are shown; 0 where there are no pictures
    channels: int = 0
    facts: Mapping[str, Any] = Field(default_factory=dict)  # what the reader found out


def write_json(file: Path, value: BaseModel) -> None:
    """Write a value so that the file is always a whole one."""
    write_text(file, value.model_dump_json(indent=1))


def write_findings(file: Path, findings: tuple[Finding, ...]) -> None:
    """Write what the data doctor found."""
    write_text(file, FINDINGS.dump_json(findings, indent=1).decode())


def read_json(file: Path, kind: type[B]) -> B:
    """Return what `write_json` wrote."""
    return kind.model_validate_json(file.read_text(encoding="utf-8"))


def name_from(text: str) -> str:
    """Return a data set's name made from any text: lower case, digits and hyphens.

    >>> name_from("Airline Tweets (2015).csv")
    'airline-tweets-2015'
    """
    stem = re.sub(
        r"\.(csv|tsv|txt|xlsx?|ods|parquet|jsonl?|ndjson|zip|pdf|docx?|epub|x?html?|md|gz)$",
        "",
        text.strip(),
        flags=re.I,
    )
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-") or "my-data"
