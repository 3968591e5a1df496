"""Event files of TensorBoard as bytes: records with check sums, each a message.

The format: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details; the messages:
https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto and `plugins/hparams/plugin_data.proto`.
"""

import struct
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

from core.exchange.messages import classes
from core.exchange.source import UnreadableEntry

LARGEST_RECORD = 64 * 1024**2  # bytes; pictures and graphs are large, and passed over
CHUNK = 1024**2
VERSION = "brain.Event:2"
START, SUCCESS, FAILURE = 1, 1, 2  # of SessionLog.status; of SessionEnd.status
FLOAT, DOUBLE, INT32, STRING, INT64 = 1, 2, 3, 7, 9  # of Tensor.dtype
_MESSAGES = {
    "Event": {"wall_time": (1, "number"), "step": (2, "whole"), "file_version": (3, "text"),
              "summary": (5, "Summary"), "session_log": (7, "SessionLog")},
    "SessionLog": {"status": (1, "whole")},
    "Summary": {"value": (1, "Value+")},
    "Value": {"tag": (1, "text"), "simple_value": (2, "short number"), "image": (4, "bytes"), "histo": (5, "bytes"),
              "audio": (6, "bytes"), "tensor": (8, "Tensor"), "metadata": (9, "Metadata")},
    "Metadata": {"plugin_data": (1, "Plugin"), "data_class": (4, "whole")},
    "Plugin": {"plugin_name": (1, "text"), "content": (2, "bytes")},
    "Tensor": {"dtype": (1, "whole"), "tensor_shape": (2, "Shape"), "tensor_content": (4, "bytes"),
               "float_val": (5, "short number+"), "double_val": (6, "number+"), "int_val": (7, "whole+"),
               "string_val": (8, "bytes+"), "int64_val": (10, "whole+")},
    "Shape": {"dim": (2, "Dim+")},
    "Dim": {"size": (1, "whole")},
    "HParams": {"version": (1, "whole"), "session_start_info": (3, "SessionStart"),
                "session_end_info": (4, "SessionEnd")},
    "SessionStart": {"hparams": (1, "HParam+"), "group_name": (4, "text"), "start_time_secs": (5, "number")},
    "SessionEnd": {"status": (1, "whole"), "end_time_secs": (2, "number")},
    "HParam": {"key": (1, "text"), "value": (2, "Setting")},
    "Setting": {"number_value": (2, "number"), "string_value": (3, "text"), "bool_value": (4, "yes")},
}  # fmt: skip
_HEADER, _CHECK = struct.Struct("<QI"), struct.Struct("<I")


@cache
def messages() -> dict[str, Any]:
    """Return the classes of the messages by their names above."""
    return classes("touchstone_tensorboard", _MESSAGES)


def masked(data: bytes) -> int:
    """Return the check sum of a record: CRC-32C, turned and shifted."""
    import google_crc32c

    crc = int(google_crc32c.value(data))
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    """Return a record as it stands in a file."""
    length = struct.pack("<Q", len(data))
    return b"".join((length, _CHECK.pack(masked(length)), data, _CHECK.pack(masked(data))))


def records(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the records of a file, without an incomplete last one.

    It is still being written.

    Raises:
        UnreadableEntry: Its check sums say that it is damaged.
    """
    damaged = UnreadableEntry(f"{name} is damaged: what stands before the damage was read, the rest was not.")
    held, at = b"", 0
    while True:
        need = _HEADER.size
        if len(held) - at >= need:
            length, check = _HEADER.unpack_from(held, at)
            if masked(held[at : at + 8]) != check or length > LARGEST_RECORD:
                raise damaged
            need += length + _CHECK.size
        if len(held) - at < need:
            if not (more := file.read(max(CHUNK, need))):
                return
            held, at = held[at:] + more, 0
            continue
        record = held[at + _HEADER.size : at + need - _CHECK.size]
        if masked(record) != _CHECK.unpack_from(held, at + need - _CHECK.size)[0]:
            raise damaged
        at += need
        yield record
