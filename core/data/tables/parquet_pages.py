"""Unpacked sizes of Parquet pages, from their own headers.

A library trusts these headers when it allocates memory.

The headers are structures of Thrift's compact protocol:
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (PageHeader) and
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

_HEADER_BYTES = 1 << 16  # read at once; a header holds a page's smallest and largest value
_LONGEST_HEADER = 16 << 20
_UNPACKED, _PACKED = 2, 3  # of PageHeader: the size of the page when it is unpacked, and as it lies there
_TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BINARY, _STRUCT = 1, 2, 3, (4, 5, 6), 7, 8, 12
_MOST_DEPTH = 16


class BrokenPage(Exception):
    """A page header that is none."""


def page_sizes(path: Path, metadata: Any) -> Iterator[int]:
    """Yield the unpacked size in bytes of each compressed page, from its header.

    Raises:
        BrokenPage: A header cannot be read.
    """
    with path.open("rb") as file:
        for group in range(metadata.num_row_groups):
            for number in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(number)
                if chunk.compression != "UNCOMPRESSED" and chunk.num_values:
                    yield from _sizes(file, _begin(chunk), chunk.total_compressed_size)


def _begin(chunk: Any) -> int:
    first = chunk.dictionary_page_offset
    return int(chunk.data_page_offset if not first else min(first, chunk.data_page_offset))


def _sizes(file: BinaryIO, at: int, length: int) -> Iterator[int]:
    end = at + length
    while at < end:
        unpacked, packed, header = _header(file, at)
        if packed < 0 or unpacked < 0:
            raise BrokenPage
        yield unpacked
        at += header + packed


def _header(file: BinaryIO, at: int) -> tuple[int, int, int]:
    """Return a page's sizes, unpacked and packed, and that of its header, in bytes."""
    wanted = _HEADER_BYTES
    while True:
        file.seek(max(0, at))
        content = file.read(wanted)
        try:
            fields, length = _struct(content, 0, 0)
            return fields.get(_UNPACKED, -1), fields.get(_PACKED, -1), length
        except IndexError as error:
            if len(content) < wanted or wanted > _LONGEST_HEADER:
                raise BrokenPage from error
            wanted *= 16


def _struct(content: bytes, at: int, depth: int) -> tuple[dict[int, int], int]:
    """Return the whole numbers of a structure by field, and where it ends."""
    if depth > _MOST_DEPTH:
        raise BrokenPage
    fields: dict[int, int] = {}
    number = 0
    while byte := content[at]:
        at += 1
        kind, step = byte & 15, byte >> 4
        if step:
            number += step
        else:
            written, at = _varint(content, at)
            number = (written >> 1) ^ -(written & 1)
        if kind in _INTEGERS:
            written, at = _varint(content, at)
            fields[number] = (written >> 1) ^ -(written & 1)
        else:
            at = _over(content, at, kind, depth)
    return fields, at + 1


def _over(content: bytes, at: int, kind: int, depth: int) -> int:
    """Return where a value ends that is not looked at."""
    if kind in (_TRUE, _FALSE):
        return at
    if kind == _BYTE:
        return at + 1
    if kind == _DOUBLE:
        return at + 8
    if kind == _BINARY:
        length, at = _varint(content, at)
        if at + length > len(content):
            raise IndexError  # it is not all there
        return at + length
    if kind == _STRUCT:
        return _struct(content, at, depth + 1)[1]
    raise BrokenPage  # no page header holds lists or maps


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise BrokenPage
