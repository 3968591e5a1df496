"""What is checked of a workbook before a library opens it, as libraries trust the sizes that a file states.

A workbook of a few kilobytes can unpack to gigabytes, or name one far-off cell and so make a grid of billions.
"""

import copy
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

from core.errors import DataError
from core.intake.tables.disguise import OLD_OFFICE, ZIP, head, refuse_disguised

MOST_UNPACKED = 1 << 30  # bytes
MOST_RATIO = 200  # unpacked to packed
_SMALL = 10 << 20  # bytes unpacked, below which the ratio does not matter
MOST_CELLS = 10_000_000  # in the grid of one sheet: about 100 bytes each
_CHUNK = 1 << 20
_CELL = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_BARE_FORMULA = re.compile(rb"<f\b[^<>]*(?:/>|>[^<>]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_CARRIED = 512  # bytes of a piece of XML, for what the next one goes on with
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Open it in the program it came from and save it as .xlsx or .csv."


class Checked(NamedTuple):
    """A workbook that is surely safe to open."""

    kind: str  # in words
    bare_formulas: int = 0  # cells whose formula was saved without its value, in all sheets


def check_workbook(path: Path) -> Checked:
    """Return what kind of workbook a file is, once it is surely safe to open.

    Raises:
        DataError: It is none, protected, damaged, or would unpack to more than memory should hold.
    """
    start = head(path)
    if start.startswith(OLD_OFFICE):
        if _ENCRYPTED in path.read_bytes()[: 32 << 20]:
            raise DataError(
                f"{path.name} is protected by a password. Open it, remove the password, save it, and bring it again."
            )
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
    """Return what an archive is by the names in it, "" for just an archive."""
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
    unpacked = bare_formulas = 0
    for info in archive.infolist():
        if info.flag_bits & 1:
            raise DataError(
                f"{path.name} is protected by a password. Remove the password, save it, and bring it again."
            )
        grid = _Grid(path)
        rows = _OpenDocumentRows(grid) if info.filename == "content.xml" else None
        for chunk in _unpack(archive, info):
            unpacked += len(chunk)
            _check_size(path, unpacked, packed)
            if rows is not None:
                rows.feed(chunk)
            elif info.filename.endswith(".xml"):
                grid.scan(chunk)
        bare_formulas += grid.bare_formulas
    return Checked(kind, bare_formulas)


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
    if unpacked > MOST_UNPACKED or (unpacked > _SMALL and unpacked > MOST_RATIO * packed):
        raise DataError(
            f"{path.name} would unpack to more than {min(unpacked, MOST_UNPACKED) / 1e6:,.0f} MB, from "
            f"{_size(packed)}: no honest spreadsheet does. If it is yours, save it as .csv."
        )


def _size(count: int) -> str:
    """Return a number of bytes as people write it."""
    return f"{count / 1e6:,.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000):,} kB"


class _Grid:
    """The rectangle that a sheet's cells span: a library keeps all of it in memory."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows, self.columns, self._rest = path, 0, 0, b""
        self.bare_formulas = 0

    def scan(self, chunk: bytes) -> None:
        """Take the cells' addresses from a piece of a sheet's XML.

        Raises:
            DataError: They span too much.
        """
        text = self._rest + chunk
        self.bare_formulas += sum(match.end() > len(self._rest) for match in _BARE_FORMULA.finditer(text))
        self._rest = text[-_CARRIED:]
        found = _CELL.findall(text)
        if found:
            self.widen(max(int(row) for _, row in found), max(_column(letters) for letters in {c for c, _ in found}))

    def widen(self, rows: int, columns: int) -> None:
        """Make room for a cell that far down and right."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        if self.rows * self.columns > MOST_CELLS:
            raise DataError(
                f"A sheet of {self.path.name} reaches to row {self.rows:,} and column {self.columns:,}: "
                f"{self.rows * self.columns:,} cells, more than the {MOST_CELLS:,} that can be held. Often a single "
                "stray entry far off is the cause: delete it, or save the sheet as .csv."
            )


def _column(letters: bytes) -> int:
    """Return the number of a column from its letters: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class _OpenDocumentRows:
    """Counts how far the cells of an OpenDocument sheet reach, with its "repeat this row a million times"."""

    def __init__(self, grid: _Grid) -> None:
        self.grid, self._row, self._column = grid, 0, 0
        self._row_repeats = self._cell_repeats = 1
        self._parser: expat.XMLParserType | None = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, chunk: bytes) -> None:
        """Parse a piece."""
        if self._parser is None:
            return
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError:
            self._parser = None  # broken XML is for the library to refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._row = 0
        elif name == "table:table-row":
            self._row_repeats, self._column = _number(attributes.get("table:number-rows-repeated")), 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell_repeats = _number(attributes.get("table:number-columns-repeated"))
            self._column += self._cell_repeats
            if any(key.endswith("value-type") or key.endswith("formula") for key in attributes):
                self.grid.widen(self._row + self._row_repeats, min(self._column, 16_384))
        elif name == "text:p":
            self.grid.widen(self._row + self._row_repeats, min(self._column, 16_384))

    def _end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._row_repeats


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 10 else 1
