"""What a hostile file is: small, made to take memory, time or more; and how it enters."""

import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

Enters = Literal["data", "runs", "model"]
CANARY = "canary"  # a file beside the hostile one that only a program within it would make
SECRET = "the-secret-of-this-machine"  # in a file beside it that no reader may follow a link to


@dataclass(frozen=True)
class HostileFile:
    """A file or folder made to do harm.

    Args:
        name: What it does, as a test's name says it; its family comes first: "zip-overlapping-members".
        make: Writes it into an existing empty folder, and returns where it is.
        enters: "data" (look and import), "runs" (import of runs) or "model" (the folder of a pretrained model).
        must: "refused" where nothing of it may be taken in, "read" where it is honest but for its size, else "".
    """

    name: str
    make: Callable[[Path], Path]
    enters: Enters = "data"
    must: Literal["", "refused", "read"] = ""


def wrote(name: str, content: Callable[[Path], bytes]) -> Callable[[Path], Path]:
    """Return what writes one file; its bytes are made only then, and may name files of its folder."""

    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content(folder))
        return folder / name

    return make


def data(
    name: str, file: str, content: Callable[[Path], bytes], must: Literal["", "refused", "read"] = ""
) -> HostileFile:
    """Return a single file that is brought as data."""
    return HostileFile(name, wrote(file, content), "data", must)


class Member(NamedTuple):
    """A member of a ZIP as its bytes say it, true or not."""

    name: bytes
    packed: bytes
    size: int
    crc: int = 0
    method: int = 8
    flags: int = 0
    mode: int = 0  # external attributes
    at: int = -1  # where its header is said to be; -1 for where it is
    packed_size: int = -1  # as stated; -1 for the true one
    extra: bytes = b""


def stored(name: str, content: bytes, **said: Any) -> Member:
    """Return an honest member, but for what is said otherwise."""
    return Member(name.encode(), content, len(content), zlib.crc32(content), 0)._replace(**said)


def deflated(content: bytes) -> bytes:
    """Return bytes as a ZIP member's."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def packed(name: str, content: bytes, **said: Any) -> Member:
    """Return an honest compressed member, but for what is said otherwise."""
    return Member(name.encode(), deflated(content), len(content), zlib.crc32(content))._replace(**said)


def raw_zip(members: Iterable[Member], count: int = -1, comment: bytes = b"", before: bytes = b"") -> bytes:
    """Return a ZIP with exactly these members, however wrong what they say is."""
    body, directory, number = bytearray(before), bytearray(), 0
    for one in members:
        at = len(body) if one.at < 0 else one.at
        size = len(one.packed) if one.packed_size < 0 else one.packed_size
        common = struct.pack("<HHHHHIIIHH", 20, one.flags, one.method, 0, 33, one.crc, size, one.size, len(one.name), 0)
        if one.at < 0:
            body += b"PK\x03\x04" + common + one.name + one.packed
        common = common[:-2] + struct.pack("<H", len(one.extra))
        rest = struct.pack("<HHHII", 0, 0, 0, one.mode, at)
        directory += b"PK\x01\x02" + struct.pack("<H", 0x0314) + common + rest + one.name + one.extra
        number += 1
    said = number if count < 0 else count
    end = struct.pack("<HHHHIIH", 0, 0, said & 0xFFFF, said & 0xFFFF, len(directory), len(body), len(comment))
    return bytes(body) + bytes(directory) + b"PK\x05\x06" + end + comment
