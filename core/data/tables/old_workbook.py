"""Checks of an old workbook (.xls, BIFF in an OLE file) before opening.

The library that opens it reads all its sheets at once.

The records: https://learn.microsoft.com/openspecs/office_file_formats/ms-xls
"""

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

from core.data.tables.grid import Grid

MOST_ROWS, MOST_COLUMNS = 65_536, 256  # of a sheet of such a file
_SHEET_BEGINS, _CONTINUES, _SIZE, _STRINGS, _SHARED = 0x0809, 0x003C, 0x0200, 0x00FC, 0x00FD
_CELLS = {0x0006, 0x00BD, 0x00BE, 0x00D6, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, _SHARED}
_STREAMS = ("Workbook", "WORKBOOK", "Book", "BOOK")
_LONGEST_STREAM = 1 << 30  # bytes


class BrokenWorkbook(Exception):
    """An old workbook whose records say what cannot be."""


def check_old_workbook(path: Path) -> None:
    """Check that an old workbook's sheets and their texts fit into memory.

    Raises:
        DataError: They do not.
        BrokenWorkbook: It is damaged.
    """
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as file:
            name = next((name for name in _STREAMS if file.exists(name)), "")
            if not name or file.get_size(name) > min(path.stat().st_size, _LONGEST_STREAM):
                raise BrokenWorkbook
            content = file.openstream(name).read()
    except (OSError, ValueError, IndexError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise BrokenWorkbook from error
    try:
        _check_records(content, path)
    except (struct.error, IndexError) as error:
        raise BrokenWorkbook from error


def _check_records(content: bytes, path: Path) -> None:
    lengths: array[int] = array("I")
    sheet, before = Grid(path), 0  # cells of the sheets before, which stay in memory
    for kind, record in _records(content):
        if kind == _SHEET_BEGINS:
            before += sheet.rows * sheet.columns
            sheet = Grid(path, before, sheet.characters)
        elif kind == _SIZE and len(record) >= 12:
            _check_size(*struct.unpack_from("<IIHH", record))
        elif kind == _STRINGS:
            lengths = _lengths(record)
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", record)
            if kind in (0x00BD, 0x00BE):  # several cells beside each other, up to the last two bytes' column
                column = max(column, struct.unpack_from("<H", record, len(record) - 2)[0])
            sheet.widen(row + 1, column + 1)
            if kind == _SHARED and (number := struct.unpack_from("<I", record, 6)[0]) < len(lengths):
                sheet.add_text(lengths[number])


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each record's kind and bytes, with the shared texts' continuation records joined.

    The joined bytes state the number and the length of the parts first.
    """
    at, held = 0, None
    parts: list[bytes] = []
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, at)
        record = content[at + 4 : at + 4 + length]
        at += 4 + length
        if held is not None and kind == _CONTINUES:
            parts.append(record)
            continue
        if held is not None:
            yield held, _joined(parts)
            held = None
        if kind == _STRINGS:
            held, parts = kind, [record]
        else:
            yield kind, record
    if held is not None:
        yield held, _joined(parts)


def _joined(parts: list[bytes]) -> bytes:
    """Return the shared texts as one record that keeps the part boundaries.

    Where a text continues in the next part, its flag is repeated there.
    """
    return b"".join([struct.pack("<I", len(parts)), *(struct.pack("<I", len(part)) for part in parts), *parts])


def _check_size(first_row: int, last_row: int, first_column: int, last_column: int) -> None:
    if last_row > MOST_ROWS or last_column > MOST_COLUMNS or first_row > last_row or first_column > last_column:
        raise BrokenWorkbook


def _lengths(record: bytes) -> "array[int]":
    """Return the length of every shared text, in characters."""
    (count,) = struct.unpack_from("<I", record)
    sizes = struct.unpack_from(f"<{count}I", record, 4)
    content, ends, end = record[4 + 4 * count :], [], 0
    for size in sizes:
        end += size
        ends.append(end)
    said = struct.unpack_from("<II", content)[1]
    if said > len(content) // 3:
        raise BrokenWorkbook
    found: array[int] = array("I")
    at, part = 8, 0
    while len(found) < said and at + 3 <= len(content):
        characters, flags = struct.unpack_from("<HB", content, at)
        found.append(characters)
        at, more = at + 3, 0
        if flags & 8:
            more += 4 * struct.unpack_from("<H", content, at)[0]
            at += 2
        if flags & 4:
            more += struct.unpack_from("<I", content, at)[0]
            at += 4
        while characters:
            while part < len(ends) and ends[part] <= at:
                part += 1
            room = (ends[part] if part < len(ends) else len(content)) - at
            width = 2 if flags & 1 else 1
            taken = min(characters, room // width)
            characters -= taken
            at += taken * width
            if characters:  # it goes on in the next part, behind a flag of its own
                at = ends[part] if part < len(ends) else len(content)
                if at >= len(content):
                    return found
                flags = content[at]
                at += 1
        at += more
    return found
