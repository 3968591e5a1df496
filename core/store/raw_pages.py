"""Pages of a SQLite file as on disk, if SQLite cannot open it.

The file may be damaged, or unopenable only for now.

The format: https://www.sqlite.org/fileformat2.html. What the write-ahead log holds of committed pages lies over those
of the file, as for SQLite. Nothing is written, and whatever is read may be damaged.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MAGIC = b"SQLite format 3\x00"
Value = int | float | str | bytes | None
_USUAL_PAGE = 4096  # bytes; what every database of ours has
_SIZES = tuple(2**n for n in range(9, 17))
_WAL_MAGIC = (0x377F0682, 0x377F0683)
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial type to bytes
BROKEN = (ValueError, IndexError, struct.error)  # what reading a damaged page raises


@dataclass(frozen=True)
class Record:
    """One row of a table, or one entry of an index."""

    rowid: int | None  # None in an index, and in a table without rowids
    values: tuple[Value, ...]


class RawDatabase:
    """A SQLite file and its write-ahead log, read once into memory."""

    def __init__(self, file: Path) -> None:
        """Read the file and its write-ahead log; a missing one counts as empty.

        Raises:
            OSError: It cannot be read.
        """
        self._content = file.read_bytes() if file.exists() else b""
        log = file.with_name(file.name + "-wal")
        self._newer, self._count = _committed(log.read_bytes() if log.exists() else b"")
        self.page_size = self._found_page_size()
        self._newer = {n: page for n, page in self._newer.items() if len(page) == self.page_size}
        self._count = self._count or max(-(-len(self._content) // self.page_size), self._said_count())
        self.continued: set[int] = set()  # pages that rows which were read go on in
        self.broken: set[int] = set()  # pages to which a tree leads, and that are gone or something else
        self._total = len(self._content) + sum(map(len, self._newer.values()))

    @property
    def page_numbers(self) -> range:
        """Every page that may be there, from 1."""
        return range(1, self._count + 1)

    def page(self, number: int) -> bytes:
        """Return one page; empty where the file has been cut off before its end."""
        begin = (number - 1) * self.page_size
        page = self._newer.get(number) or self._content[begin : begin + self.page_size]
        return page if len(page) == self.page_size and number > 0 else b""

    def image(self) -> bytes:
        """Return the whole database as one file that needs no log."""
        image = bytearray(b"".join(self.page(n) or bytes(self.page_size) for n in self.page_numbers))
        image[18:20] = b"\x01\x01"  # no write-ahead log
        return bytes(image)

    def kind(self, number: int) -> int:
        """Return the type byte of a page: of a table, an index or neither.

        13 and 5 are a table's, 10 and 2 an index's, all others neither's.
        """
        page = self.page(number)
        return page[self._begin(number)] if page else 0

    def is_leaf(self, number: int) -> bool:
        """Return whether a page says that it holds rows of a table."""
        return self.kind(number) == _LEAF_TABLE

    def is_index(self, number: int) -> bool:
        """Return whether a page holds index entries or rows of a table without rowids."""
        return self.kind(number) in (_LEAF_INDEX, _INTERIOR_INDEX)

    @cached_property
    def free_pages(self) -> frozenset[int]:
        """Pages of deleted rows with outdated content, as far as the list is readable."""
        free: set[int] = set()
        head = self.page(1)
        trunk = int.from_bytes(head[32:36]) if head[:16] == MAGIC else 0
        while trunk and trunk not in free and (page := self.page(trunk)):
            free.add(trunk)
            count = min(int.from_bytes(page[4:8]), self.page_size // 4 - 2)
            free.update(int.from_bytes(page[8 + 4 * i : 12 + 4 * i]) for i in range(count))
            trunk = int.from_bytes(page[:4])
        return frozenset(free)

    def tree(self, root: int) -> Iterator[int]:
        """Yield the pages of a table or index that are reachable from its root."""
        waiting, seen = [root], set()
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            if (kind := self.kind(number)) not in (_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE):
                self.broken.add(number)
                continue
            if kind in (_INTERIOR_INDEX, _INTERIOR_TABLE):
                waiting += self._children(number)
            yield number

    def records(self, number: int) -> Iterator[Record | None]:
        """Yield the rows of a page; None for each that cannot be read."""
        page, kind = self.page(number), self.kind(number)
        if kind not in (_LEAF_TABLE, _LEAF_INDEX, _INTERIOR_INDEX):
            return
        for at in self._cells(number):
            try:
                yield self._record(page, at + (4 if kind == _INTERIOR_INDEX else 0), is_table=kind == _LEAF_TABLE)
            except BROKEN:
                yield None

    # --- below ---

    def _found_page_size(self) -> int:
        size = int.from_bytes(self._content[16:18])
        size = 65536 if size == 1 else size
        if self._content[:16] == MAGIC and size in _SIZES:
            return size
        return len(next(iter(self._newer.values()))) if self._newer else _USUAL_PAGE

    def _said_count(self) -> int:
        """Return the page count in the file's header; a truncated file has fewer."""
        said = int.from_bytes(self._content[28:32]) if self._content[:16] == MAGIC else 0
        return said if said * self.page_size < 16 * len(self._content) else 0

    @staticmethod
    def _begin(number: int) -> int:
        return 100 if number == 1 else 0  # the file's own header comes first

    def _cells(self, number: int) -> Iterator[int]:
        page, begin = self.page(number), self._begin(number)
        first = begin + (12 if page[begin] in (_INTERIOR_INDEX, _INTERIOR_TABLE) else 8)
        count = int.from_bytes(page[begin + 3 : begin + 5])
        for place in range(first, min(first + 2 * count, self.page_size - 1), 2):
            yield int.from_bytes(page[place : place + 2])

    def _children(self, number: int) -> list[int]:
        page, begin = self.page(number), self._begin(number)
        found = [int.from_bytes(page[at : at + 4]) for at in (*self._cells(number), begin + 8)]
        return [child for child in found if child in self.page_numbers]

    def _record(self, page: bytes, at: int, *, is_table: bool) -> Record:
        size, at = _varint(page, at)
        rowid: int | None = None
        if is_table:
            rowid, at = _varint(page, at)
            rowid -= 2**64 if rowid >= 2**63 else 0
        return Record(rowid, _values(self._payload(page, at, size, is_table=is_table)))

    def _payload(self, page: bytes, at: int, size: int, *, is_table: bool) -> bytes:
        """Return the bytes of a record, including its overflow pages."""
        usable = self.page_size - self._content[20] if self._content[:16] == MAGIC else self.page_size
        if size > self._total:
            raise ValueError("longer than the file")
        most, least = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23, (usable - 12) * 32 // 255 - 23
        here = size
        if size > most:
            here = least + (size - least) % (usable - 4)
            here = here if here <= most else least
        parts, missing = [page[at : at + here]], size - here
        following = int.from_bytes(page[at + here : at + here + 4]) if missing else 0
        while missing > 0:
            if not (more := self.page(following)):
                raise ValueError("the rest is gone")
            self.continued.add(following)
            parts.append(more[4 : 4 + min(missing, usable - 4)])
            missing -= len(parts[-1])
            following = int.from_bytes(more[:4])
        payload = b"".join(parts)
        if len(payload) != size:
            raise ValueError("cut off")
        return payload


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a whole number of one to nine bytes, and the offset after it."""
    number = 0
    for i in range(8):
        byte = data[at + i]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, at + i + 1
    return number << 8 | data[at + 8], at + 9


def _values(payload: bytes) -> tuple[Value, ...]:
    head, at = _varint(payload, 0)
    if not 0 < head <= len(payload):
        raise ValueError("no record")
    kinds, place = [], head
    while at < head:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[Value] = []
    for kind in kinds:
        value, size = _value(payload, place, kind)
        values.append(value)
        place += size
    if place != len(payload):
        raise ValueError("no record")
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, 0
    if kind in (8, 9):
        return kind - 8, 0
    if kind == 7:
        return struct.unpack_from(">d", payload, at)[0], 8
    if size := _INTEGERS.get(kind):
        return int.from_bytes(payload[at : at + size], signed=True), size
    if kind < 12:
        raise ValueError("no serial type")
    size = (kind - 12) // 2
    content = payload[at : at + size]
    if len(content) != size:
        raise ValueError("cut off")
    return (content.decode("utf-8") if kind % 2 else content), size


def _committed(log: bytes) -> tuple[dict[int, bytes], int]:
    """Return a write-ahead log's committed pages and the page count, 0 for unknown."""
    found: dict[int, bytes] = {}
    count = 0
    if len(log) < 32 or int.from_bytes(log[:4]) not in _WAL_MAGIC:
        return found, count
    size, salts, pending = int.from_bytes(log[8:12]), log[16:24], dict[int, bytes]()
    for at in range(32, len(log) - size - 23, size + 24) if size in _SIZES else ():
        if log[at + 8 : at + 16] != salts:  # left over from before the log began anew
            break
        pending[int.from_bytes(log[at : at + 4])] = log[at + 24 : at + 24 + size]
        if committed := int.from_bytes(log[at + 4 : at + 8]):
            found |= pending
            count, pending = committed, {}
    return found, count
