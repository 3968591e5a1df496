"""What a folder and a ZIP share: files to list and read, and bounds."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from types import TracebackType
from typing import IO, Self

from core.errors import DataError
from core.formatting import limit_size
from core.specs.dataset_types import Finding

MOST_ENTRIES = 1_000_000  # files in one archive; Python's list of a ZIP's contents takes about 700 bytes for each
CHUNK = 64 * 1024  # bytes read at once
# Unpacking takes about 5 ms a packed megabyte; what takes hundreds of times longer is made to.
SURE_S, S_PER_MB, S_PER_ENTRY = 30.0, 3.0, 0.001
# Everything that reading a file or a ZIP raises on bytes that are not what they should be.
LARGEST_RATIO = 200  # of what is unpacked to what is packed, where it is larger than RATIO_FROM
RATIO_FROM = 10 * 1024**2  # bytes
LARGEST_TOTAL = 20 * 1024**3  # bytes of all members unpacked
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, RuntimeError)


def grows_too_far(unpacked: int, packed: int, most: int, small: int = RATIO_FROM) -> bool:
    """Return whether something unpacks to more than honest files do, as bombs do.

    Args:
        unpacked: Bytes that come out of it, so far or as it states.
        packed: Bytes that it has.
        most: Bytes that may come out, from however many.
        small: Bytes that always may.
    """
    return unpacked > most or (unpacked > small and unpacked > LARGEST_RATIO * packed)


class UnreadableEntry(DataError):
    """An archive's file that is unreadable or too large; the other files are readable."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in an archive.

    Args:
        name: With folders, separated by "/", safe to show. Two entries may have the same name.
        size_bytes: Unpacked, as the archive states it: true for a folder, a hint for a ZIP.
        number: Its own, from 0, in the order of names.
    """

    name: str
    size_bytes: int
    number: int


@dataclass(eq=False)
class Archive:
    """A folder or ZIP open for reading.

    `open_archive` makes it; `close` or `with` closes it.

    Args:
        name: Of the source, as the user knows it.
        folders: Every folder's name (also the empty ones), without "/" at the end, sorted.
        system_files: How many hidden and system files are left out of the entries.
        nested: The names of archives within it, which are left out.
        links: The names of links in a folder, which are left out.
        closed_folders: The names of folders that may not be read.
    """

    name: str
    folders: tuple[str, ...]
    system_files: int
    nested: tuple[str, ...]
    links: tuple[str, ...]
    closed_folders: tuple[str, ...]
    _entries: list[Entry]
    _open: "Callable[[int], IO[bytes]]" = field(repr=False)
    _close: Callable[[], None] = field(repr=False)
    size_bytes: int = 0  # packed
    _spent_s: float = 0.0  # of processor time, on unpacking

    def entries(self) -> list[Entry]:
        """Return the files, sorted by name."""
        return self._entries

    def open(self, entry: Entry) -> io.BufferedReader:
        """Open one file to be read in pieces; close it.

        Raises:
            UnreadableEntry: Here or while reading: it is broken, or longer or shorter than the archive states.
        """
        try:
            with self.timed():
                inner = self._open(entry.number)
            return io.BufferedReader(_Member(inner, entry, self), CHUNK)
        except BROKEN as error:
            raise _broken(entry, self.name) from error

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the processor time of a piece of unpacking.

        Raises:
            DataError: All pieces together have taken far longer than such an archive needs.
        """
        if self._spent_s > self.most_s:
            raise DataError(
                f"Unpacking {self.name} was stopped: it took more than {self.most_s:,.0f} seconds of computing, many "
                "times what an archive of its size needs. Nothing else was disturbed. Pack the files again as an "
                "ordinary ZIP, or import the folder itself."
            )
        began = time.thread_time()
        yield
        self._spent_s += time.thread_time() - began

    @property
    def most_s(self) -> float:
        """Seconds of processor time that unpacking all of it may take."""
        stated = self.size_bytes or sum(entry.size_bytes for entry in self._entries)
        return SURE_S + S_PER_MB * stated / 1e6 + S_PER_ENTRY * len(self._entries)

    def read(self, entry: Entry, limit_bytes: int) -> bytes:
        """Return the bytes of one file.

        Raises:
            UnreadableEntry: It is broken, or longer than the limit.
        """
        if entry.size_bytes > limit_bytes:
            raise UnreadableEntry(f"{entry.name} is larger than {limit_size(limit_bytes)}. Make it smaller.")
        with self.open(entry) as file:
            return file.read()  # an entry that goes on after its stated size is broken

    def findings(self) -> list[Finding]:
        """Return what was left out while listing, in words."""
        return [*_skipped(self)]

    def close(self) -> None:
        """Let go of the source."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


class _Member(io.RawIOBase):
    """One file's bytes, counted, with errors in words."""

    def __init__(self, inner: IO[bytes], entry: Entry, archive: Archive) -> None:
        self._inner, self._entry, self._archive, self._count = inner, entry, archive, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            with self._archive.timed():
                chunk = self._inner.read(min(len(buffer), CHUNK))
        except BROKEN as error:
            raise _broken(self._entry, self._archive.name) from error
        self._count += len(chunk)
        if self._count > self._entry.size_bytes or (not chunk and self._count < self._entry.size_bytes):
            raise _broken(self._entry, self._archive.name)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def check_count(name: str, count: int) -> None:
    """Refuse more files than can be listed in memory."""
    if count > MOST_ENTRIES:
        raise DataError(
            f"{name} holds more than {MOST_ENTRIES:,} files, more than Touchstone takes in at once. Divide it."
        )


def check_nested(name: str, files: int, nested: list[str]) -> None:
    """Refuse what holds only archives."""
    if nested and not files:
        raise DataError(
            f"{name} holds nothing but other archives (such as '{nested[0]}'), which are not opened. Unpack them, and "
            "pack the files themselves as one ZIP."
        )


def _broken(entry: Entry, archive: str) -> UnreadableEntry:
    return UnreadableEntry(f"{entry.name} in {archive} is damaged or cut off. Pack it again, or leave it out.")


def _skipped(archive: Archive) -> Iterator[Finding]:
    def finding(code: str, names: tuple[str, ...], what: str, why: str, note: bool = False) -> Finding:
        return Finding(code, "note" if note else "warning", len(names), names[:5], what, why)

    def counted(count: int, one: str, many: str = "") -> tuple[str, str]:
        return (f"1 {one}", "was") if count == 1 else (f"{count:,} {many or one + 's'}", "were")

    if names := archive.nested:
        what, verb = counted(len(names), "archive")
        what = f"{what} within {archive.name} {verb} not opened."
        yield finding("nested-archives", names, what, "What is in them is missing; unpack them first if you want it.")
    if names := archive.links:
        what, verb = counted(len(names), "link")
        what = f"{what} in {archive.name} {verb} not followed."
        yield finding("links", names, what, "Links can point anywhere on this computer; put the files there instead.")
    if names := archive.closed_folders:
        what, _ = counted(len(names), "folder")
        what = f"{what} in {archive.name} may not be read by Touchstone."
        yield finding("closed-folders", names, what, "What is in them is missing; allow Touchstone to read them.")
    if names := _repeated(archive.entries()):
        what, verb = counted(len(names), "name in {} stands", "names in {} stand")
        what = f"{what.format(archive.name)} for several files; all of them were taken in."
        why = "A ZIP that was added to can hold a file in an old and a new state; pack it anew to have only one."
        yield finding("repeated-names", names, what, why, note=True)
    if count := archive.system_files:
        what, verb = counted(count, "hidden or system file")
        what = f"{what} (such as .DS_Store) {verb} left out."
        yield Finding("system-files", "note", count, (), what, "They belong to the computer, not to your data.")


def _repeated(entries: list[Entry]) -> tuple[str, ...]:
    """Return the names that several files have; entries are sorted by name."""
    return tuple(dict.fromkeys(one.name for one, other in pairwise(entries) if one.name == other.name))
