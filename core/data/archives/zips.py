"""A ZIP as an archive: listed once, checked for known attacks, read in pieces."""

import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from core.data.archives.archive import (
    BROKEN,
    CHUNK,
    LARGEST_RATIO,
    LARGEST_TOTAL,
    Archive,
    Entry,
    check_count,
    check_nested,
    grows_too_far,
)
from core.data.archives.file_names import NESTED, TARS, clean_name, folders_above, is_system, safe_name
from core.data.file_signatures import ARCHIVES, real_kind, web_page_instead
from core.errors import DataError

DIRECTORY_PER_ENTRY = 400  # bytes in a ZIP's list of contents, generously


def is_zip(path: Path) -> bool:
    """Return whether a file begins or ends as a ZIP; it may be broken."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06") or _directory_place(file) is not None


def open_zip(path: Path, tars: bool = False) -> Archive:
    """List a ZIP file.

    Args:
        path: Where it is.
        tars: Whether the TARs in it are files like others, not archives that are left out.

    Raises:
        DataError: It is none, broken, locked, or made to do harm.
    """
    source = path.open("rb")
    try:
        _check_kind(source, path.name)
        check_count(path.name, _stated_count(source))
        try:
            opened = zipfile.ZipFile(source)
            infos = opened.infolist()
        except BROKEN as error:
            raise _broken_zip(path.name) from error
        return _listed_zip(path, source, opened, infos, tars)
    except BaseException:
        source.close()
        raise


def _listed_zip(
    path: Path, source: BinaryIO, opened: zipfile.ZipFile, infos: list[zipfile.ZipInfo], tars: bool
) -> Archive:
    names = _decoded_names(infos)
    files: list[tuple[str, zipfile.ZipInfo]] = []
    folders: set[str] = set()
    nested, hidden = [], 0
    for written, info in zip(names, infos, strict=True):
        name = clean_name(safe_name(written, path.name))
        if is_system(name):
            hidden += not info.is_dir()
            continue
        folders.update(folders_above(name))
        _check_member(info, name, path.name)
        if not name or name.endswith("/"):
            continue
        if name.lower().endswith(NESTED) and not (tars and name.lower().endswith(TARS)):
            nested.append(name)
        else:
            files.append((name, info))
    check_count(path.name, len(files))
    _check_sizes(path, infos, opened.start_dir)
    check_nested(path.name, len(files), nested)
    files.sort(key=lambda pair: pair[0])
    members = [info for _, info in files]

    def close() -> None:
        opened.close()
        source.close()

    return Archive(
        name=path.name,
        folders=tuple(sorted(folders)),
        system_files=hidden,
        nested=tuple(sorted(nested)),
        links=(),
        closed_folders=(),
        _entries=[Entry(name, info.file_size, number) for number, (name, info) in enumerate(files)],
        _open=lambda number: opened.open(members[number]),
        _close=close,
        size_bytes=path.stat().st_size,
    )


def _decoded_names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Return the members' names; names not marked UTF-8 use their likeliest encoding."""
    names = [info.filename for info in infos]
    # Where Python has found the name's Unicode form elsewhere (or cut it at a zero byte), the two differ.
    another = {
        i: info.filename.encode("cp437")
        for i, info in enumerate(infos)
        if not info.flag_bits & 0x800 and not info.filename.isascii() and info.filename == info.orig_filename
    }
    if another:
        encoding = _encoding_of(another.values())
        for i, name in another.items():
            names[i] = name.decode(encoding, "replace")
    return names


def _encoding_of(names: Iterable[bytes]) -> str:
    """Return the encoding of names that state none: UTF-8, DOS code page, or detected."""
    together = b"\n".join(names)
    if _decodes(together, "utf-8"):
        return "utf-8"
    # In the DOS code page the letters of western languages come first; drawing characters mean that it is another.
    if all(byte < 0xA8 or byte == 0xE1 for byte in together):
        return "cp437"
    if _decodes(together, "gb2312"):  # two high bytes a character: names are too short for statistics to find it
        return "gb18030"
    from charset_normalizer import from_bytes

    best = from_bytes(together[:CHUNK]).best()
    return best.encoding if best else "cp437"


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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
    if grows_too_far(info.file_size, max(info.compress_size, 1), info.file_size):
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
    if grows_too_far(total, path.stat().st_size, LARGEST_TOTAL):
        raise DataError(
            f"{path.name} would grow to more than {LARGEST_RATIO} times its size when unpacked ({total / 1024**2:,.0f} "
            "MB). That is how a ZIP bomb is made, so nothing was read. If the files are honest, import "
            "the folder itself."
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
    other = next((title for magic, title in ARCHIVES.items() if begin.startswith(magic)), "")
    if other:
        raise DataError(
            f"{name} is a {other} archive, which Touchstone does not read. Unpack it, and import what was in it: one "
            "file as it is, many in a folder or packed as ZIP."
        )
    if _directory_place(source) is None:
        if begin.startswith(b"PK"):
            raise _broken_zip(name)
        kind = real_kind(begin)
        if kind == "a web page":
            raise web_page_instead(name, "a ZIP file")
        what = f"It is {kind}, whatever its name says. " if kind else ""
        raise DataError(f"{name} is not a ZIP file. {what}Pack the files as ZIP, or import the folder itself.")


def _stated_count(source: BinaryIO) -> int:
    place = _directory_place(source)
    # A wrong count is no protection, but the size of the list is: it is what would be read into memory.
    return max(place[2], place[1] // DIRECTORY_PER_ENTRY) if place else 0


def _directory_place(source: BinaryIO) -> tuple[int, int, int] | None:
    """Return the ZIP directory's start, its size in bytes and its stated member count."""
    length = source.seek(0, os.SEEK_END)
    tail_at = max(0, length - 22 - 65_535 - 20)
    source.seek(tail_at)
    tail = source.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return None
    count, size = struct.unpack("<HL", tail[at + 10 : at + 16])
    end = tail_at + at
    if tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        (record_at,) = struct.unpack("<Q", tail[at - 12 : at - 4])
        source.seek(min(record_at, length))
        record = source.read(56)
        if len(record) == 56 and record.startswith(b"PK\x06\x06"):
            count, size = struct.unpack("<QQ", record[32:48])
            end = record_at
    return max(end - size, 0), size, count


def names_in_zip(path: Path) -> Iterator[str]:
    """Yield the names of a ZIP's members without loading its list of contents."""
    with path.open("rb") as file:
        place = _directory_place(file)
        if place is None:
            return
        file.seek(place[0])
        for _ in range(place[2]):
            header = file.read(46)
            if len(header) < 46 or not header.startswith(b"PK\x01\x02"):
                return
            lengths = struct.unpack("<HHH", header[28:34])
            name = file.read(lengths[0])
            file.seek(lengths[1] + lengths[2], os.SEEK_CUR)
            yield name.decode("utf-8", "replace").replace("\\", "/")


def _broken_zip(name: str) -> DataError:
    return DataError(f"{name} is a ZIP that is damaged or was cut off on its way. Download, copy or pack it again.")
