"""A TAR as an archive, plain or compressed (gzip, bzip2, xz).

Members are read in place and never extracted.
"""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any, BinaryIO, cast

from core.data.archives.archive import (
    CHUNK,
    LARGEST_RATIO,
    LARGEST_TOTAL,
    RATIO_FROM,
    Archive,
    Entry,
    check_count,
    check_nested,
    grows_too_far,
)
from core.data.archives.file_names import NESTED, PACKED_TARS, clean_name, folders_above, is_system, safe_name
from core.data.disk_space import require_space
from core.errors import DataError

STARTS = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
LOOKED_AT = 64 * 1024**2  # bytes after which the room on the disk is looked at again
XZ_MEMORY = 128 * 1024**2  # bytes that its dictionary may take
BROKEN = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError)


def is_tar(path: Path) -> bool:
    """Return whether a file is a TAR by its beginning and, compressed, its name."""
    with path.open("rb") as file:
        begin = file.read(512)
    packed = path.name.lower().endswith(PACKED_TARS) and begin.startswith(tuple(STARTS))
    return packed or begin[257:262] == b"ustar"


def open_tar(path: Path) -> Archive:
    """List a TAR.

    Raises:
        DataError: It is none, broken, or made to do harm.
    """
    return list_tar(path.name, plain_tar(path))


def list_tar(name: str, source: BinaryIO) -> Archive:
    """List a TAR that is open and not packed.

    Args:
        name: What it is called.
        source: Its bytes, which a file of the system holds; closed with the archive.

    Raises:
        DataError: It is broken, or made to do harm.
    """
    try:
        return _listed(name, source)
    except BROKEN as error:
        source.close()
        raise _broken(name) from error
    except BaseException:
        source.close()
        raise


def names_in_tar(source: BinaryIO) -> Iterator[str]:
    """Yield the file names of an open, unpacked TAR, and close it."""
    try:
        with source, tarfile.open(fileobj=source, mode="r:") as opened:
            while (member := opened.next()) is not None:
                cast(Any, opened).members.clear()
                if member.isfile():
                    yield member.name.replace("\\", "/")
    except BROKEN as error:
        raise OSError(str(error)) from error


def _listed(called: str, source: BinaryIO) -> Archive:
    files: list[tuple[str, int, int]] = []  # name, bytes, where it begins
    folders: set[str] = set()
    nested: list[str] = []
    links: list[str] = []
    hidden = 0
    with tarfile.open(fileobj=source, mode="r:") as opened:
        while (member := opened.next()) is not None:
            name = clean_name(safe_name(member.name + ("/" if member.isdir() else ""), called))
            if is_system(name):
                hidden += not member.isdir()
                continue
            folders.update(folders_above(name))
            if member.issym() or member.islnk():
                links.append(name)
            elif member.isreg() and not member.issparse() and name:
                if name.lower().endswith(NESTED):
                    nested.append(name)
                else:
                    files.append((name, member.size, member.offset_data))
            check_count(called, len(files))
            cast(Any, opened).members.clear()  # it keeps all that it has seen, and here they are kept already
    check_nested(called, len(files), nested)
    files.sort(key=lambda file: (file[0], file[2]))
    return Archive(
        name=called,
        folders=tuple(sorted(folders)),
        system_files=hidden,
        nested=tuple(sorted(nested)),
        links=tuple(sorted(links)),
        closed_folders=(),
        _entries=[Entry(name, size, number) for number, (name, size, _) in enumerate(files)],
        _open=lambda number: cast(IO[bytes], _Part(source, files[number][2], files[number][1])),
        _close=source.close,
    )


class _Part:
    """A file part with its own read position, independent of the shared file's position."""

    def __init__(self, source: BinaryIO, begin: int, size: int) -> None:
        self._source, self._at, self._end = source, begin, begin + size

    def read(self, count: int = -1) -> bytes:
        left = self._end - self._at
        content = os.pread(self._source.fileno(), left if count < 0 else min(count, left), self._at)
        self._at += len(content)
        return content

    def close(self) -> None:
        """Leave the file open: others read it."""


def plain_tar(path: Path) -> BinaryIO:
    """Open a TAR; a packed one is unpacked into a file without a name.

    Raises:
        DataError: It is broken, or would grow to more than a set of files does.
    """
    source = path.open("rb")
    if not _packing(source):
        return source
    source.close()
    known = path.stat()
    return shared(_unpacked(path, known.st_mtime_ns, known.st_size))


def shared(file: IO[bytes]) -> BinaryIO:
    """Open a file that is open once more, at a place of its own."""
    return io.BufferedReader(_Shared(file.fileno()))


@lru_cache(maxsize=1)  # several readers look at it, one after the other
def _unpacked(path: Path, modified_ns: int, size_bytes: int) -> IO[bytes]:
    del modified_ns  # part of the key: a changed file is unpacked again
    with path.open("rb") as source:
        return unpacked_tar(path.name, source, size_bytes)


def unpacked_tar(name: str, source: io.BufferedReader, size_bytes: int) -> IO[bytes]:
    """Unpack a TAR into a nameless file, counting, so that no disk fills up.

    Args:
        name: What it is called.
        source: Its bytes, packed or not, from the beginning.
        size_bytes: How many these are.

    Raises:
        DataError: It is broken, or would grow to more than a set of files does.
    """
    target = TemporaryFile(prefix="touchstone-")  # noqa: SIM115  it lives as long as it is remembered
    try:
        _unpack(name, _opened(source, _packing(source)), size_bytes, target)
    except BROKEN as error:
        target.close()
        raise _broken(name) from error
    except BaseException:
        target.close()
        raise
    return target


def _unpack(name: str, packed: IO[bytes], size_bytes: int, target: IO[bytes]) -> None:
    done = 0
    while chunk := packed.read(16 * CHUNK):
        done += len(chunk)
        if grows_too_far(done, size_bytes, LARGEST_TOTAL, RATIO_FROM):
            raise DataError(
                f"{name} would grow to more than {LARGEST_RATIO} times its size, or more than "
                f"{LARGEST_TOTAL // 1024**3} GB, when unpacked. That is how a bomb is made, so nothing was "
                "read. Unpack it yourself, and import the folder."
            )
        target.write(chunk)
        if done % LOOKED_AT < len(chunk):
            require_space(Path(gettempdir()), LOOKED_AT)
    target.flush()


def _packing(source: io.BufferedReader) -> str:
    """Return how a TAR is packed, "" if plain, without moving its position."""
    begin = source.peek(6)
    return next((kind for start, kind in STARTS.items() if begin.startswith(start)), "")


def _opened(source: io.BufferedReader, kind: str) -> IO[bytes]:
    if kind == "gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=source))
    if kind == "bzip2":
        return cast(IO[bytes], bz2.BZ2File(source))
    return cast(IO[bytes], _XzFile(source)) if kind else source


class _Shared(io.RawIOBase):
    """A file that others read too, at a place of its own."""

    def __init__(self, number: int) -> None:
        self._number, self._at = os.dup(number), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._number).st_size}[whence]
        self._at = begin + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        content = os.pread(self._number, len(buffer), self._at)
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        if not self.closed:
            os.close(self._number)
        super().close()


class _XzFile:
    """An xz reader with a memory bound, which the library's own file object lacks."""

    def __init__(self, source: IO[bytes]) -> None:
        self._file = source
        self._unpack = lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def read(self, count: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        while not self._unpack.eof:
            packed = self._file.read(CHUNK) if self._unpack.needs_input else b""
            if self._unpack.needs_input and not packed:
                raise EOFError
            if content := self._unpack.decompress(packed, count):
                return content
        return b""


def _broken(name: str) -> DataError:
    return DataError(f"{name} is a TAR that is damaged or was cut off on its way. Download, copy or pack it again.")
