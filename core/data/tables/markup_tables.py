"""HTML and Excel 2003 XML tables, often exported as .xls: streamed, never rendered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from core.data.tables.encoding import JSON_ENDS, TextStream, find_encoding
from core.data.tables.skip_report import SkipReport
from core.errors import DataError

MOST_BYTES = 256 << 20
MOST_CELLS = 10_000_000
MOST_SPAN = 1_000  # columns or rows that one cell may cover
_LONGEST_CELL = 1_000_000
_EXCEL_2003 = "urn:schemas-microsoft-com:office:spreadsheet"
_LINES = ("br", "p", "div", "li")
_BEGINNINGS = (
    b"<!doctype html", b"<html", b"<head", b"<meta", b"<body", b"<style", b"<table", b"<?xml", b"<!--", b"<div",
    b"<center", b"<workbook",
)  # fmt: skip


@dataclass
class Sheet:
    """A table within a file of several.

    Args:
        name: As the file has it, or made up.
        rows: Its cells; below a cell of several rows the same stands again.
        is_hidden: Whether its program would not show it.
    """

    name: str
    rows: list[list[str]] = field(default_factory=list)
    is_hidden: bool = False
    spans: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, column; last row, column; from 0
    _covered: dict[int, dict[int, str]] = field(default_factory=dict)  # row -> column -> text, from rows above

    def add_row(self, cells: list["Cell"]) -> int:
        """Add a row; return how many cells it has in all."""
        number = len(self.rows)
        row: dict[int, str] = self._covered.pop(number, {})
        at = 0
        for cell in cells:
            at = cell.at if cell.at >= 0 else at
            while at in row:
                at += 1
            if cell.across > 1 and len(self.spans) < MOST_SPAN:
                self.spans.append((number, at, number + cell.down - 1, at + cell.across - 1))
            for further in range(cell.across):
                row[at + further] = "" if further else cell.text
                for down in range(1, cell.down):
                    self._covered.setdefault(number + down, {})[at + further] = "" if further else cell.text
            at += cell.across
        width = max(row, default=-1) + 1
        self.rows.append([row.get(i, "") for i in range(width)])
        return width


@dataclass
class Cell:
    """A cell: its text, its explicit position if any, and its span."""

    text: str = ""
    at: int = -1
    across: int = 1
    down: int = 1


def markup_kind(start: bytes) -> str:
    """Return "HTML" or "Excel 2003 XML" by the first bytes; "" without a table."""
    text = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not text.startswith(_BEGINNINGS):
        return ""
    if b"<workbook" in text and _EXCEL_2003.encode() in text:
        return "Excel 2003 XML"
    return "HTML" if b"<table" in text or b"<tr" in text else ""


def read_sheets(path: Path, kind: str) -> list[Sheet]:
    """Return the tables of a file that hold anything.

    Raises:
        DataError: It is too large, or damaged.
    """
    if path.stat().st_size > MOST_BYTES:
        raise DataError(f"{path.name} is {kind} of more than {MOST_BYTES >> 20} MB. Save it as .csv or .xlsx instead.")
    encoding = find_encoding(path, MOST_BYTES, JSON_ENDS).name
    pieces = iter(TextStream(path, encoding, SkipReport(), (b"\n", b">")))
    sheets = _excel_2003(pieces, path) if kind == "Excel 2003 XML" else _html(pieces, path)
    return [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]


def _html(pieces: Iterator[str], path: Path) -> list[Sheet]:
    from lxml import etree

    tags = ("table", "tr", "td", "th", "caption")
    parser = etree.HTMLPullParser(events=("start", "end"), tag=tags, no_network=True, recover=True)
    pages = _HtmlTables(path)
    try:
        for piece in pieces:
            parser.feed(piece)
            for event, element in parser.read_events():
                pages.take(event, element)
        parser.close()
        for event, element in parser.read_events():
            pages.take(event, element)
    except etree.LxmlError as error:
        raise DataError(f"{path.name} is no HTML that can be read: {error.msg}. Save it as .csv or .xlsx.") from error
    return pages.sheets


class _HtmlTables:
    """Makes a sheet of each table on a page, including nested ones."""

    def __init__(self, path: Path) -> None:
        self.path, self.sheets, self._count = path, list[Sheet](), 0
        self._open: list[tuple[Sheet, list[Cell]]] = []

    def take(self, event: str, element: Any) -> None:
        """Take the beginning or end of a part of a table."""
        tag = element.tag
        if tag == "table":
            self._table(event)
        elif event == "end" and self._open:
            sheet, cells = self._open[-1]
            if tag == "caption":
                sheet.name = " ".join("".join(element.itertext()).split())[:80] or sheet.name
            elif tag in ("td", "th"):
                text = _text(element)
                spans = (_span(element.get("colspan")), _span(element.get("rowspan"))) if element.attrib else (1, 1)
                cells.append(Cell(text, -1, *spans))
                if len(element):
                    element.clear(keep_tail=True)
            elif tag == "tr":
                self._count += sheet.add_row(cells)
                cells.clear()
                element.clear(keep_tail=True)
                while element.getprevious() is not None:  # rows that were taken need no memory
                    del element.getparent()[0]
                _check_size(self._count, self.path)

    def _table(self, event: str) -> None:
        if event == "start":
            self._open.append((Sheet(f"table {len(self.sheets) + 1}"), []))
            self.sheets.append(self._open[-1][0])
        elif self._open:
            self._open.pop()


def _text(element: Any) -> str:
    """Return a cell's displayed text: blanks collapsed, a line for each <br> or <p>."""
    if not len(element):
        return " ".join((element.text or "")[:_LONGEST_CELL].split())
    from lxml import etree

    parts = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            parts += ["\n" if part.tag in _LINES else "", part.text or "" if isinstance(part.tag, str) else ""]
        elif part is not element:
            parts.append(part.tail or "")
    lines = "".join(parts)[:_LONGEST_CELL].split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _span(text: str | None) -> int:
    return min(max(int(text), 1), MOST_SPAN) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1


def _check_size(cells: int, path: Path) -> None:
    if cells > MOST_CELLS:
        raise DataError(f"{path.name} holds more than {MOST_CELLS:,} cells. Save it as .csv instead.")


def _excel_2003(pieces: Iterator[str], path: Path) -> list[Sheet]:
    reader = _Excel2003(path)
    try:
        for piece in pieces:
            reader.parser.Parse(piece, False)
        reader.parser.Parse("", True)
    except expat.ExpatError as error:
        raise DataError(f"{path.name} is damaged or was cut off: its XML is not whole. Export it again.") from error
    return reader.sheets


class _Excel2003:
    """Makes sheets of a workbook in XML; entities are never unfolded."""

    def __init__(self, path: Path) -> None:
        self.path, self.sheets, self._count = path, list[Sheet](), 0
        self._cells: list[Cell] = []
        self._next, self._text, self._in_data = 0, list[str](), False
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity

    def _entity(self, *_: Any) -> None:
        raise DataError(f"{self.path.name} declares entities, which no spreadsheet program does. Save it as .xlsx.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        said = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if tag == "Worksheet":
            self.sheets.append(Sheet(said.get("Name", f"sheet {len(self.sheets) + 1}")))
        elif tag == "Row" and self.sheets:
            self._cells = []
            index = _number(said.get("Index"))
            while index and len(self.sheets[-1].rows) < min(index - 1, 1 << 20):
                self._count += 1 + self.sheets[-1].add_row([])
                _check_size(self._count, self.path)
        elif tag == "Cell":
            at = _number(said.get("Index")) - 1
            across, down = _number(said.get("MergeAcross")) + 1, _number(said.get("MergeDown")) + 1
            self._cells.append(Cell("", min(at, 16_384), min(across, MOST_SPAN), min(down, MOST_SPAN)))
        elif tag == "Data":
            self._in_data, self._text = True, []

    def _characters(self, text: str) -> None:
        if self._in_data and sum(map(len, self._text)) < _LONGEST_CELL:
            self._text.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "Data" and self._cells:
            self._cells[-1].text, self._in_data = "".join(self._text).removesuffix("T00:00:00.000"), False
        elif tag == "Row" and self.sheets:
            self._count += self.sheets[-1].add_row(self._cells)
            _check_size(self._count, self.path)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0
