"""The binary log of an offline W&B run: protobuf records in LevelDB framing.

The package's own reader (`wandb.sdk.internal.datastore`) is gone since it writes from a program in Go and Rust, so this
is ours. The frames: https://github.com/google/leveldb/blob/main/doc/log_format.md, with the plain CRC-32; the messages:
https://github.com/wandb/wandb/blob/main/wandb/proto/wandb_internal.proto. Of its messages only the fields below are
described; protobuf passes over the others.
"""

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

from core.exchange.messages import classes
from core.exchange.source import UnreadableEntry

MAGIC = b":W&B\xe1\xbe"
BLOCK = 32 * 1024
LARGEST_RECORD = 64 * 1024**2  # bytes
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4
_MESSAGES = {
    "Record": {"history": (2, "History"), "summary": (3, "Summary"), "output": (4, "bytes"), "config": (5, "Items"),
               "stats": (7, "bytes"), "metric": (12, "Metric"), "output_raw": (13, "bytes"), "run": (17, "Run"),
               "exit": (18, "Exit")},
    "History": {"item": (1, "Item+"), "step": (2, "Step")},
    "Items": {"update": (1, "Item+")},
    "Summary": {"update": (1, "Item+"), "remove": (2, "Item+")},
    "Item": {"key": (1, "text"), "nested_key": (2, "text+"), "value_json": (16, "text")},
    "Step": {"num": (1, "whole")},
    "Metric": {"name": (1, "text"), "glob_name": (2, "text"), "step_metric": (4, "text"),
               "step_metric_index": (5, "whole")},
    "Run": {"run_id": (1, "text"), "project": (3, "text"), "config": (4, "Items"), "summary": (5, "Summary"),
            "run_group": (6, "text"), "job_type": (7, "text"), "display_name": (8, "text"), "notes": (9, "text"),
            "tags": (10, "text+"), "sweep_id": (12, "text"), "start_time": (17, "Time"), "git": (21, "Git")},
    "Time": {"seconds": (1, "whole"), "nanos": (2, "whole")},
    "Git": {"remote_url": (1, "text"), "commit": (2, "text")},
    "Exit": {"exit_code": (1, "whole"), "runtime": (2, "whole")},
}  # fmt: skip


@cache
def record_class() -> Any:
    """Return the class of a record."""
    return classes("touchstone_wandb", _MESSAGES)["Record"]


def damaged(name: str) -> UnreadableEntry:
    """Return what to say of a log whose check sums do not fit."""
    return UnreadableEntry(f"{name} is damaged: what stands before the damage was read, the rest was not.")


def records(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the records of a log, without an incomplete last one.

    It is still being written.

    Raises:
        UnreadableEntry: Its check sums say that it is damaged, or it is no such log.
    """
    header = file.read(7)
    if not header.startswith(MAGIC):
        raise UnreadableEntry(f"{name} is no log of W&B, whatever its name says.")
    at, parts = 7, bytearray()
    while True:
        if (left := BLOCK - at % BLOCK) < 7:  # too little for a header: zeros up to the next block
            at += len(file.read(left))
        head = file.read(7)
        if len(head) < 7:
            return
        checksum, length, kind = struct.unpack("<IHB", head)
        body = file.read(length)
        if len(body) < length:
            return
        at += 7 + length
        if zlib.crc32(body, zlib.crc32(head[6:7])) != checksum or kind not in (FULL, FIRST, MIDDLE, LAST):
            raise damaged(name)
        if kind in (FULL, FIRST):
            parts = bytearray()
        parts += body
        if len(parts) > LARGEST_RECORD:
            raise damaged(name)
        if kind in (FULL, LAST):
            yield bytes(parts)
