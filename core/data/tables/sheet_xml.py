"""XML parts of a workbook: addresses, repetitions, shared texts and formulas.

As the library does that reads them afterwards: a cell without an address stands beside the one before.
"""

from array import array

from core.data.tables.grid import Grid
from core.data.xml_stream import BrokenXml

_LONGEST_NUMBER = 12  # digits of a row, a column's repetition or a shared text's place
_LONGEST_COLUMN = 6  # letters
_MOST_TEXTS = 20_000_000  # shared ones


class Targets:
    """The parts to which a workbook points."""

    def __init__(self) -> None:
        self.names: set[str] = set()  # without their folders, in small letters

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element."""
        target = attributes.get("Target", "").replace("\\", "/").lower()
        if target:
            self.names.add(target.rpartition("/")[2])

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take characters."""


class SharedTexts:
    """How long the texts are that several cells share."""

    def __init__(self) -> None:
        self.lengths: array[int] = array("I")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element.

        Raises:
            BrokenXml: There are said to be more than any file holds.
        """
        local = _local(name)
        if local == "si":
            self.lengths.append(0)
        elif local == "sst":  # a library makes room for as many as are said
            said = (_whole(attributes[key]) for key in ("count", "uniqueCount") if key in attributes)
            if max(said, default=0) > _MOST_TEXTS:
                raise BrokenXml

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take characters."""
        if self.lengths:
            self.lengths[-1] += len(text)


class OpenXmlSheet:
    """A sheet of an XLSX file.

    Args:
        grid: Learns how far it reaches.
        texts: Those that its cells share.
    """

    def __init__(self, grid: Grid, texts: SharedTexts) -> None:
        self.grid, self.texts, self.bare_formulas = grid, texts, 0
        self._row = self._column = 0
        self._shares = self._has_formula = False
        self._within, self._value = "", ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element.

        Raises:
            BrokenXml: An address is none.
            DataError: The cells span too much.
        """
        self._within = local = _local(name)
        if local == "c":
            address = attributes.get("r")
            self._row, self._column = (max(1, self._row), self._column + 1) if address is None else _place(address)
            self.grid.widen(self._row, self._column)
            self._shares, self._has_formula, self._value = attributes.get("t") == "s", False, ""
        elif local == "row":
            said = attributes.get("r")
            self._row, self._column = self._row + 1 if said is None else _whole(said), 0
        elif local == "f":
            self._has_formula = True

    def end(self, name: str) -> None:
        """Take the end of an element.

        Raises:
            DataError: The texts are too long together.
        """
        self._within = ""
        if _local(name) == "c":
            if self._shares and self._value.isdecimal() and int(self._value) < len(self.texts.lengths):
                self.grid.add_text(self.texts.lengths[int(self._value)])
            self.bare_formulas += self._has_formula and not self._value
            self._shares = self._has_formula = False

    def text(self, text: str) -> None:
        """Take characters."""
        if self._within == "v":
            self._value = (self._value + text.strip())[:_LONGEST_NUMBER]


class OpenDocumentSheet:
    """The sheets of an OpenDocument file, with their "repeat this row a million times"."""

    bare_formulas = 0

    def __init__(self, grid: Grid) -> None:
        self.grid, self._row, self._column = grid, 0, 0
        self._row_repeats = self._cell_repeats = 1
        self._in_cell = 0  # characters
        self._in_row = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element.

        Raises:
            DataError: The cells span too much.
        """
        if name == "table:table":
            self._row = 0
        elif name == "table:table-row":
            self._row_repeats, self._column = _repeats(attributes, "table:number-rows-repeated"), 0
            self._in_row = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell_repeats = _repeats(attributes, "table:number-columns-repeated")
            self._column += self._cell_repeats
            self._in_cell = len(attributes.get("office:string-value", ""))
            if any(key.endswith(("value-type", "formula")) for key in attributes):
                self.grid.widen(self._row + self._row_repeats, self._column)
        elif name == "text:p":
            self.grid.widen(self._row + self._row_repeats, self._column)
        elif name == "text:s":
            self._in_cell += _repeats(attributes, "text:c")

    def end(self, name: str) -> None:
        """Take the end of an element.

        Raises:
            DataError: The texts are too long together.
        """
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._in_row += self._in_cell * self._cell_repeats
            self._in_cell = 0
        elif name == "table:table-row":
            self.grid.add_text(self._in_row * self._row_repeats)
            self._row += self._row_repeats

    def text(self, text: str) -> None:
        """Take characters."""
        self._in_cell += len(text)


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _place(address: str) -> tuple[int, int]:
    """Return row and column of an address: (7, 28) of "AB7" or "ab7"."""
    letters = address.rstrip("0123456789")
    if not letters or len(letters) > _LONGEST_COLUMN or not (letters.isascii() and letters.isalpha()):
        raise BrokenXml
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return _whole(address[len(letters) :]), column


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise BrokenXml
    return int(text)


def _repeats(attributes: dict[str, str], key: str) -> int:
    """Return the repetition count of an element; 1 where missing or not a number."""
    said = attributes.get(key, "1").removeprefix("+")
    return int(said[:_LONGEST_NUMBER]) if said.isascii() and said.isdigit() else 1
