"""Checks of a workbook before a library opens it.

Libraries trust the sizes that a file states.

A workbook of a few kilobytes can unpack to gigabytes, or name one far-off cell and so make a grid of billions.
"""

import copy
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple

from core.data.archives.archive import grows_too_far
from core.data.file_signatures import OLD_OFFICE, ZIP, head, refuse_disguised
from core.data.tables.grid import Grid
from core.data.tables.old_workbook import BrokenWorkbook, check_old_workbook
from core.data.tables.sheet_xml import OpenDocumentSheet, OpenXmlSheet, SharedTexts, Targets
from core.data.xml_stream import BrokenXml, XmlReader
from core.errors import DataError
from core.formatting import byte_size

MOST_UNPACKED = 1 << 30  # bytes
_CHUNK = 1 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Open it in the program it came from and save it as .xlsx or .csv."
_LINKS, _TEXTS = "workbook.xml.rels", "sharedstrings.xml"
# Parts that a library reads; others, such as drawings, are often careless and harm nobody.
_READ = ("content.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedstrings.xml", "xl/_rels/workbook.xml.rels")


class Checked(NamedTuple):
    """A workbook that is surely safe to open."""

    kind: str  # in words
    bare_formulas: int = 0  # cells whose formula was saved without its value, in all sheets


def check_workbook(path: Path) -> Checked:
    """Return the kind of a workbook, after checking that it is safe to open.

    Raises:
        DataError: It is none, protected, damaged, or would unpack to more than memory should hold.
    """
    start = head(path)
    if start.startswith(OLD_OFFICE):
        if _ENCRYPTED in path.read_bytes()[: 32 << 20]:
            raise DataError(
                f"{path.name} is protected by a password. Open it, remove the password, save it, and import it again."
            )
        try:
            check_old_workbook(path)
        except BrokenWorkbook as error:
            raise DataError(
                f"{path.name} cannot be opened as a spreadsheet: it is damaged. Open it in its program and save it "
                "anew."
            ) from error
        return Checked("Excel (xls)")
    if not start.startswith(ZIP):
        refuse_disguised(path, start)
        raise DataError(f"{path.name} is not a spreadsheet, whatever its name says. {_SAVE_AS}")
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_archive(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError) as error:
        raise DataError(f"{path.name} is damaged or was cut off. Copy or download it again, then retry.") from error


def is_workbook(path: Path) -> bool:
    """Return whether a file is a workbook by its content, whatever its name says."""
    start = head(path, 4096)
    if start.startswith(OLD_OFFICE):
        return True
    if not start.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _kind(archive) in ("Excel (xlsx)", "OpenDocument (ods)")
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return b"xl/" in start or b"opendocument.spreadsheet" in start  # a cut-off one


def _kind(archive: zipfile.ZipFile) -> str:
    """Return the kind of an archive from its file names; `""` if unknown."""
    names = set(archive.namelist())
    for name, kind in (
        ("xl/workbook.xml", "Excel (xlsx)"),
        ("xl/workbook.bin", "a binary Excel workbook (xlsb)"),
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a presentation"),
    ):
        if name in names:
            return kind
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        mimetype = archive.read("mimetype")
        if b"opendocument.spreadsheet" in mimetype:
            return "OpenDocument (ods)"
        if b"opendocument" in mimetype:
            return "an OpenDocument text or drawing"
    return ""


def _check_archive(path: Path, archive: zipfile.ZipFile) -> Checked:
    kind = _kind(archive)
    if kind not in ("Excel (xlsx)", "OpenDocument (ods)"):
        raise DataError(f"{path.name} is not a spreadsheet: it is {kind or 'a ZIP archive'}. {_SAVE_AS}")
    packed = max(1, path.stat().st_size)
    _check_size(path, sum(info.file_size for info in archive.infolist()), packed)
    _check_names(path, archive)
    unpacked, targets, texts = 0, Targets(), SharedTexts()
    bare_formulas = 0
    for info in sorted(archive.infolist(), key=_order):
        name = info.filename.replace("\\", "/").lower()
        chunks = _unpack(archive, info)
        first = next(chunks, b"")
        sheet = OpenDocumentSheet(Grid(path)) if name == "content.xml" else OpenXmlSheet(Grid(path), texts)
        reader = targets if name.endswith(_LINKS) else texts if name.endswith(_TEXTS) else sheet
        counted = _Counted(path, packed, unpacked, chain([first], chunks))
        if name.endswith((".xml", ".rels")) or _is_xml(first):
            try:
                XmlReader(reader.start, reader.end, reader.text).feed_all(counted)
            except BrokenXml as error:
                if name in _READ or name.startswith("xl/worksheets/") or name.rpartition("/")[2] in targets.names:
                    raise _broken_part(path, info.filename) from error
        for _ in counted:  # what is not read as XML, or not any more, counts too
            pass
        unpacked, bare_formulas = counted.unpacked, bare_formulas + sheet.bare_formulas
    return Checked(kind, bare_formulas)


def _order(info: zipfile.ZipInfo) -> int:
    """Return when a part is read: what others point to comes before them."""
    name = info.filename.lower()
    return 0 if name.endswith(_LINKS) else 1 if name.endswith(_TEXTS) else 2


def _is_xml(first: bytes) -> bool:
    """Return whether a part begins as XML does, in whatever encoding."""
    return first.startswith((b"\xff\xfe", b"\xfe\xff")) or first.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"<")


def _check_names(path: Path, archive: zipfile.ZipFile) -> None:
    """Reject encrypted and duplicate parts: one might be checked and the other read."""
    seen: set[str] = set()
    for info in archive.infolist():
        if info.flag_bits & 1:
            raise DataError(
                f"{path.name} is protected by a password. Remove the password, save it, and import it again."
            )
        name = info.filename.replace("\\", "/").lower()
        if name in seen:
            raise _broken_part(path, info.filename)
        seen.add(name)


def _broken_part(path: Path, part: str) -> DataError:
    return DataError(
        f"{path.name} is damaged: its part '{part[:100]}' is not such as spreadsheet programs write. Open it in Excel "
        "or LibreOffice, save it anew, and import that."
    )


class _Counted:
    """What a part unpacks to, counted.

    Args:
        path: The file, for its name.
        packed: Its bytes.
        unpacked: Bytes that came out of it before.
        chunks: The part's.
    """

    def __init__(self, path: Path, packed: int, unpacked: int, chunks: Iterator[bytes]) -> None:
        self.path, self.packed, self.unpacked, self._chunks = path, packed, unpacked, chunks

    def __iter__(self) -> Iterator[bytes]:
        """Yield what is left.

        Raises:
            DataError: It is too much.
        """
        for chunk in self._chunks:
            self.unpacked += len(chunk)
            _check_size(self.path, self.unpacked, self.packed)
            yield chunk


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member really unpacks to, however little it claims."""
    honest = copy.copy(info)
    honest.file_size = 1 << 62
    honest.CRC = None  # type: ignore[assignment]  # the library that reads it afterwards checks it
    member: IO[bytes]
    with archive.open(honest) as member:
        while chunk := member.read(_CHUNK):
            yield chunk


def _check_size(path: Path, unpacked: int, packed: int) -> None:
    if grows_too_far(unpacked, packed, MOST_UNPACKED):
        raise DataError(
            f"{path.name} would unpack to more than {min(unpacked, MOST_UNPACKED) / 1e6:,.0f} MB, from "
            f"{byte_size(packed)}: no honest spreadsheet does. If it is yours, save it as .csv."
        )
