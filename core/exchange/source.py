"""An import source: a folder, ZIP or file, read in pieces and not trusted."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from core.data.archives import Archive, Entry, UnreadableEntry, is_archive, open_archive
from core.errors import DataError

LARGEST_FILE = 4 * 1024**3  # bytes of one file
_BYTES = 1024**2

__all__ = ["LARGEST_FILE", "Entry", "Source", "UnreadableEntry", "opened"]


@dataclass(frozen=True)
class Source:
    """The files of what is imported, by name, with "/" between folders."""

    name: str  # as the user knows it, without ".zip"
    archive: Archive

    def entries(self) -> list[Entry]:
        """Return the files, sorted by name; hidden ones and links are left out."""
        return self.archive.entries()

    def open(self, entry: Entry) -> BinaryIO:
        """Open a file to be read in pieces; close it.

        Raises:
            UnreadableEntry: It is too large; or here or while reading: it is damaged.
        """
        if entry.size_bytes > LARGEST_FILE:
            raise UnreadableEntry(
                f"{entry.name} is larger than {LARGEST_FILE // 1024**3} GB, more than Touchstone reads of one file."
            )
        return self.archive.open(entry)

    def read(self, entry: Entry, limit_bytes: int) -> bytes:
        """Return the bytes of a small file.

        Raises:
            UnreadableEntry: It is damaged, or larger than the limit.
        """
        return self.archive.read(entry, limit_bytes)

    def start(self, entry: Entry, size: int) -> bytes:
        """Return the first bytes of a file; empty where it cannot be read."""
        try:
            with self.open(entry) as file:
                return file.read(size)
        except UnreadableEntry:
            return b""

    def copy(self, entry: Entry, target: Path) -> None:
        """Copy a file to the disk: for what can only be read from there.

        Raises:
            UnreadableEntry: It is too large or damaged.
        """
        with self.open(entry) as file, target.open("wb") as written:
            shutil.copyfileobj(file, written, _BYTES)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open what a user names.

    Raises:
        DataError: It is not there, or not safe to read.
    """
    plain = path.is_file() and not path.is_symlink() and not is_archive(path)
    with _one_file(path) if plain else open_archive(path) as archive:
        name = path.resolve().name
        yield Source(name[: -len(".zip")] if name.lower().endswith(".zip") else name, archive)


def _one_file(path: Path) -> Archive:
    def open_it(_: int) -> IO[bytes]:
        return path.open("rb")

    try:
        size = path.stat().st_size
        if not os.access(path, os.R_OK):
            raise PermissionError
    except OSError as error:
        raise DataError(f"{path.name} may not be read by Touchstone. Allow it, or copy it elsewhere.") from error
    return Archive(path.name, (), 0, (), (), (), [Entry(path.name, size, 0)], open_it, lambda: None)
