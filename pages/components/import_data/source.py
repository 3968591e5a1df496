"""What is about to be imported, however it came."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A file or folder to import."""

    path: Path
    title: str  # as its owner knows it
    query: Mapping[str, str]  # of the page that brings it: its address
    files: tuple[str, ...] = ()  # that were chosen together, where there are several
