"""Folders and ZIP files walked safely: the same few questions to both, and nothing in them is believed.

Nothing is ever unpacked to disk, no link is followed, and what a ZIP states about its sizes is only a hint: what comes
out of it is counted while it is read.
"""

import io
import os
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Self

from core.errors import DataError
from core.imports import Finding

MOST_ENTRIES = 1_000_000  # files in one archive; Python's directory of a ZIP takes about 700 bytes of memory for each
LARGEST_TOTAL = 20 * 1024**3  # bytes of all members unpacked
LARGEST_RATIO = 200  # of a member's size unpacked to packed, where it is larger than RATIO_FROM
RATIO_FROM = 10 * 1024**2  # bytes
DIRECTORY_PER_ENTRY = 400  # bytes of a ZIP's list of contents, generously
CHUNK = 64 * 1024  # bytes read at once
PEEKED = 2_000  # names that are enough to guess what an archive is

SYSTEM_FILES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}
SYSTEM_FOLDERS = {"__macosx", "$recycle.bin", "system volume information"}
NESTED = (".zip", ".rar", ".7z", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")
OTHER_ARCHIVES = {
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\xfd7zXZ\x00": "XZ",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x1f\x8b": "gzip",
}
# Everything that `zipfile` raises on bytes that are not what it expects.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class UnreadableEntry(DataError):
    """One file of an archive cannot be read, or is larger than it may be; the others can."""


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
    """A folder or a ZIP that is being read; made by `open_archive`, closed by `close` or `with`.

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

    def entries(self) -> list[Entry]:
        """Return the files, sorted by name."""
        return self._entries

    def open(self, entry: Entry) -> BinaryIO:
        """Open one file to be read in pieces; close it.

        Raises:
            UnreadableEntry: Here or while reading: it is broken, or longer or shorter than the archive states.
        """
        try:
            return io.BufferedReader(_Member(self._open(entry.number), entry, self.name), CHUNK)
        except BROKEN as error:
            raise _broken(entry, self.name) from error

    def read(self, entry: Entry, limit_bytes: int) -> bytes:
        """Return the bytes of one file.

        Raises:
            UnreadableEntry: It is broken, or longer than the limit.
        """
        with self.open(entry) as file:
            content = file.read(limit_bytes + 1) if entry.size_bytes <= limit_bytes else None
        if content is None or len(content) > limit_bytes:
            raise UnreadableEntry(f"{entry.name} is larger than {limit_bytes // 1024**2} MB. Make it smaller.")
        return content

    def findings(self) -> list[Finding]:
        """Return what was left out while listing, in words."""
        return [*_left_out(self)]

    def close(self) -> None:
        """Let go of the source."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


class _Member(io.RawIOBase):
    """One file's bytes, counted, with errors in words."""

    def __init__(self, inner: IO[bytes], entry: Entry, archive: str) -> None:
        self._inner, self._entry, self._archive, self._count = inner, entry, archive, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._inner.read(min(len(buffer), CHUNK))
        except BROKEN as error:
            raise _broken(self._entry, self._archive) from error
        self._count += len(chunk)
        if self._count > self._entry.size_bytes or (not chunk and self._count < self._entry.size_bytes):
            raise _broken(self._entry, self._archive)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def open_archive(path: Path) -> Archive:
    """List a folder or a ZIP file.

    Raises:
        DataError: It is neither, or not one that is safe to read; the message says what to do.
    """
    try:
        return _open_folder(path) if path.is_dir() else _open_zip(path)
    except FileNotFoundError as error:
        raise DataError(f"There is no file or folder {path}. Check its name.") from error
    except PermissionError as error:
        raise DataError(f"{path.name} may not be read by Touchstone. Allow it, or copy it elsewhere.") from error


def is_archive(path: Path) -> bool:
    """Tell whether this is a folder, or a file that begins or ends as a ZIP."""
    try:
        if path.is_dir():
            return True
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06") or _directory_place(file) is not None
    except OSError:
        return False


def peek(path: Path, most: int = PEEKED) -> list[str]:
    """Return the names of the first files of a folder or ZIP, as written and unsorted, without listing it all.

    For guessing what a source is; returns what it can of a broken one.
    """
    names: list[str] = []
    try:
        for name in _names_in_folder(path, path) if path.is_dir() else _names_in_zip(path):
            if not name.endswith("/") and not _is_system(name):
                names.append(name)
            if len(names) >= most:
                break
    except (OSError, struct.error):
        pass  # what was seen until here has to do; reading it will say what is wrong
    return names


def clean_name(name: str) -> str:
    """Return a name that is safe to show: one line, and no characters that hide or turn others around."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in name)


# --- folders ---


def _open_folder(path: Path) -> Archive:
    files: list[tuple[str, int, Path]] = []
    folders, nested, links, closed = [], [], [], []
    hidden, waiting = 0, [path]
    while waiting:
        here = waiting.pop()
        try:
            listed = list(os.scandir(here))
        except PermissionError:
            if here == path:
                raise
            closed.append(_shown(here, path))
            continue
        for found in listed:
            name = _shown(Path(found.path), path)
            if _is_system(name):
                hidden += 1
            elif found.is_symlink():
                links.append(name)
            elif found.is_dir(follow_symlinks=False):
                folders.append(name)
                waiting.append(Path(found.path))
            elif name.lower().endswith(NESTED):
                nested.append(name)
            elif found.is_file(follow_symlinks=False):
                files.append((name, found.stat(follow_symlinks=False).st_size, Path(found.path)))
        _check_count(path.name, len(files))
    _check_nested(path.name, len(files), nested)
    files.sort()
    entries = [Entry(name, size, number) for number, (name, size, _) in enumerate(files)]
    lists = (tuple(sorted(names)) for names in (nested, links, closed))
    return Archive(
        path.name, tuple(sorted(folders)), hidden, *lists, entries, lambda number: _open_file(files[number][2]), _nothing
    )


def _open_file(file: Path) -> IO[bytes]:
    # It may have become a link since it was listed.
    return os.fdopen(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")


def _nothing() -> None:
    """A folder needs no closing."""


def _shown(file: Path, top: Path) -> str:
    """Return a file's name within the folder; bytes that are no UTF-8 are marked."""
    return clean_name(os.fsencode(file.relative_to(top).as_posix()).decode("utf-8", "replace"))


def _names_in_folder(folder: Path, top: Path) -> Iterator[str]:
    """Yield files breadth first, so that every class folder is seen before one of them is read to its end."""
    waiting = [folder]
    for here in waiting:
        below = 0
        for found in os.scandir(here):
            if found.is_dir(follow_symlinks=False):
                waiting.append(Path(found.path))
            elif not found.is_symlink() and (below := below + 1) <= PEEKED // 10:
                yield _shown(Path(found.path), top)
        if len(waiting) > PEEKED:
            return


# --- ZIP files ---


def _open_zip(path: Path) -> Archive:
    source = path.open("rb")
    try:
        _check_kind(source, path.name)
        _check_count(path.name, _stated_count(source))
        try:
            opened = zipfile.ZipFile(source)
            infos = opened.infolist()
        except BROKEN as error:
            raise _broken_zip(path.name) from error
        return _listed_zip(path, source, opened, infos)
    except BaseException:
        source.close()
        raise


def _listed_zip(path: Path, source: BinaryIO, opened: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Archive:
    names = _decoded_names(infos)
    files: list[tuple[str, zipfile.ZipInfo]] = []
    folders: set[str] = set()
    nested, hidden = [], 0
    for written, info in zip(names, infos, strict=True):
        name = clean_name(_safe_name(written, path.name))
        if _is_system(name):
            hidden += not info.is_dir()
            continue
        folders.update(_above(name))
        _check_member(info, name, path.name)
        if name.endswith("/"):
            continue
        if name.lower().endswith(NESTED):
            nested.append(name)
        else:
            files.append((name, info))
    _check_count(path.name, len(files))
    _check_sizes(path, infos, opened.start_dir)
    _check_nested(path.name, len(files), nested)
    files.sort(key=lambda pair: pair[0])
    members = [info for _, info in files]
    entries = [Entry(name, info.file_size, number) for number, (name, info) in enumerate(files)]

    def close() -> None:
        opened.close()
        source.close()

    return Archive(
        path.name,
        tuple(sorted(folders)),
        hidden,
        tuple(sorted(nested)),
        (),
        (),
        entries,
        lambda number: opened.open(members[number]),
        close,
    )


def _above(name: str) -> Iterator[str]:
    """Yield every folder above a name; the name itself is one if it ends with "/"."""
    end = name.rfind("/")
    while end > 0:
        yield name[:end]
        end = name.rfind("/", 0, end)


def _safe_name(written: str, archive: str) -> str:
    """Return a member's name with "/" between folders; refuse names that point out of the archive."""
    name = written.replace("\\", "/")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":" and name[0].isalpha()):
        raise DataError(
            f"{archive} holds a file whose name points out of the archive ('{clean_name(written)[:100]}'). Such names "
            "can overwrite files of this computer, so nothing was read. Pack the folder again as an ordinary ZIP."
        )
    folder = "/" if name.endswith("/") else ""
    return "/".join(part for part in parts if part not in ("", ".")) + folder


def _decoded_names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Return the members' names; those that are not marked as UTF-8 are read as what they most likely are."""
    raw = {i: info.filename.encode("cp437") for i, info in enumerate(infos) if not info.flag_bits & 0x800}
    foreign = {i: name for i, name in raw.items() if not name.isascii()}
    names = [info.filename for info in infos]
    if not foreign:
        return names
    encoding = _encoding_of(foreign.values())
    for i, name in foreign.items():
        names[i] = name.decode(encoding, "replace")
    return names


def _encoding_of(names: Iterable[bytes]) -> str:
    """Return the encoding of names that do not say: UTF-8 (macOS), the DOS code page, or what a library finds."""
    together = b"\n".join(names)
    try:
        together.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    # In the DOS code page the letters of western languages come first; drawing characters mean that it is another.
    if all(byte < 0xA8 or byte == 0xE1 for byte in together):
        return "cp437"
    from charset_normalizer import from_bytes

    best = from_bytes(together[:CHUNK]).best()
    return best.encoding if best else "cp437"


def _check_member(info: zipfile.ZipInfo, name: str, archive: str) -> None:
    if info.flag_bits & 0x41:
        raise DataError(
            f"{archive} is locked with a password, so its files cannot be read. Pack it again without a password."
        )
    if (info.external_attr >> 28) == 0xA:  # the Unix file type, in the highest four bits
        raise DataError(
            f"{archive} holds a link ('{name}') instead of a file. Links can point anywhere on this computer, so "
            "nothing was read. Pack it again with the files themselves."
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not info.is_dir():
        raise DataError(
            f"{archive} is packed in a way that few programs read. Pack it again as an ordinary ZIP (Deflate)."
        )
    if info.file_size > RATIO_FROM and info.file_size > LARGEST_RATIO * max(info.compress_size, 1):
        raise DataError(
            f"{archive} holds '{name}', which would grow to more than {LARGEST_RATIO} times its size when unpacked. "
            "That is how a ZIP bomb is made, so nothing was read. Leave this file out and pack the ZIP again."
        )


def _check_sizes(path: Path, infos: list[zipfile.ZipInfo], directory: int) -> None:
    total = sum(info.file_size for info in infos)
    if total > LARGEST_TOTAL:
        raise DataError(
            f"{path.name} says that it unpacks to {total / 1024**3:,.0f} GB, more than the "
            f"{LARGEST_TOTAL // 1024**3} GB that Touchstone takes in at once. Divide it into smaller ZIPs."
        )
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise DataError(
                f"{path.name} holds files that lie over each other. That is how a ZIP bomb is made, so nothing was "
                "read. Pack the files again as an ordinary ZIP."
            )
        end = info.header_offset + 30 + len(info.orig_filename) + info.compress_size  # 30: the member's own header
    if end > directory:
        raise _broken_zip(path.name)


def _check_kind(source: BinaryIO, name: str) -> None:
    begin = source.read(512)
    if not begin:
        raise DataError(f"{name} is empty (0 bytes). Check that it was copied whole.")
    other = next((title for magic, title in OTHER_ARCHIVES.items() if begin.startswith(magic)), "")
    if begin[257:262] == b"ustar":
        other = "TAR"
    if other:
        raise DataError(f"{name} is a {other} archive, which Touchstone does not read. Unpack it and pack it as ZIP.")
    if _directory_place(source) is None:
        if begin.startswith(b"PK"):
            raise _broken_zip(name)
        raise DataError(f"{name} is not a ZIP file. Pack the files as ZIP, or give the folder itself.")


def _stated_count(source: BinaryIO) -> int:
    place = _directory_place(source)
    # A wrong count is no protection, but the size of the list is: it is what would be read into memory.
    return max(place[2], place[1] // DIRECTORY_PER_ENTRY) if place else 0


def _directory_place(source: BinaryIO) -> tuple[int, int, int] | None:
    """Return where the list of a ZIP's contents begins, its size in bytes and its stated count of members."""
    length = source.seek(0, os.SEEK_END)
    tail_at = max(0, length - 22 - 65_535 - 20)
    source.seek(tail_at)
    tail = source.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return None
    count, size, offset = struct.unpack("<HLL", tail[at + 10 : at + 20])
    end = tail_at + at
    if tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        (record_at,) = struct.unpack("<Q", tail[at - 12 : at - 4])
        source.seek(min(record_at, length))
        record = source.read(56)
        if len(record) == 56 and record.startswith(b"PK\x06\x06"):
            count, size, offset = struct.unpack("<QQQ", record[32:56])
            end = record_at
    return max(end - size, 0), size, count


def _names_in_zip(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        place = _directory_place(file)
        if place is None:
            return
        file.seek(place[0])
        for _ in range(min(place[2], 10 * PEEKED)):
            header = file.read(46)
            if len(header) < 46 or not header.startswith(b"PK\x01\x02"):
                return
            lengths = struct.unpack("<HHH", header[28:34])
            name = file.read(lengths[0])
            file.seek(lengths[1] + lengths[2], os.SEEK_CUR)
            yield name.decode("utf-8", "replace").replace("\\", "/")


# --- both ---


def _is_system(name: str) -> bool:
    """Tell whether a file belongs to the system or is hidden, itself or by a folder above it."""
    *above, last = name.rstrip("/").split("/")
    if last.lower() in SYSTEM_FILES:
        return True
    return any(part.startswith(".") or part.lower() in SYSTEM_FOLDERS for part in (*above, last))


def _check_count(name: str, count: int) -> None:
    if count > MOST_ENTRIES:
        raise DataError(
            f"{name} holds more than {MOST_ENTRIES:,} files, more than Touchstone takes in at once. Divide it."
        )


def _check_nested(name: str, files: int, nested: list[str]) -> None:
    if nested and not files:
        raise DataError(
            f"{name} holds nothing but other archives (such as '{nested[0]}'), which are not opened. "
            "Unpack them, and pack the files themselves as one ZIP."
        )


def _broken(entry: Entry, archive: str) -> UnreadableEntry:
    return UnreadableEntry(f"{entry.name} in {archive} is damaged or cut off. Pack it again, or leave it out.")


def _broken_zip(name: str) -> DataError:
    return DataError(f"{name} is a ZIP that is damaged or was cut off on its way. Download, copy or pack it again.")


def _left_out(archive: Archive) -> Iterator[Finding]:
    def finding(code: str, names: tuple[str, ...], what: str, why: str, note: bool = False) -> Finding:
        return Finding(code, "note" if note else "warning", len(names), names[:5], what, why)

    if names := archive.nested:
        what = f"{len(names):,} archive{'s' * (len(names) > 1)} within {archive.name} were not opened."
        yield finding("nested-archives", names, what, "What is in them is missing; unpack them first if you want it.")
    if names := archive.links:
        what = f"{len(names):,} link{'s' * (len(names) > 1)} in {archive.name} were not followed."
        yield finding("links", names, what, "Links can point anywhere on this computer; put the files there instead.")
    if names := archive.closed_folders:
        what = f"{len(names):,} folder{'s' * (len(names) > 1)} in {archive.name} may not be read by Touchstone."
        yield finding("closed-folders", names, what, "What is in them is missing; allow Touchstone to read them.")
    if count := archive.system_files:
        what = f"{count:,} hidden or system file{'s' * (count > 1)} (such as .DS_Store) were left out."
        yield Finding("system-files", "note", count, (), what, "They belong to the computer, not to your data.")
