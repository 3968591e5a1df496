"""A whole curve in a few bytes a point, exactly: every bit of every step, value and time comes back.

Neighbours in a curve resemble each other. Steps and times are written as differences (of the times' bit patterns, so
that nothing is rounded), and the bytes of all numbers are put in order of their rank before they are compressed: Alted,
"Why modern CPUs are starving and what can be done about it", 2010, calls that shuffling.
"""

import struct
import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import DatabaseUnavailable
from core.store.curve import Curve

_HEAD = struct.Struct("<4s?3xqdd")  # magic, thinned, and the last point, which is asked for most
HEAD_BYTES = _HEAD.size
_MAGIC = b"TSC1"
LEVEL = 3  # of zlib: a higher one takes twice as long for a fiftieth less


class Head(NamedTuple):
    """What is known of a packed curve without unpacking it: its last point."""

    step: int
    value: float
    time: float


def pack(curve: Curve) -> bytes:
    """Return a curve of at least one point as bytes."""
    head = _HEAD.pack(_MAGIC, curve.is_thinned, int(curve.steps[-1]), float(curve.values[-1]), float(curve.times[-1]))
    columns = (
        _differences(curve.steps.astype("<i8").view("<u8")),
        curve.values.astype("<f8").view("<u8"),
        _differences(curve.times.astype("<f8").view("<u8")),
    )
    return head + zlib.compress(b"".join(_shuffled(column) for column in columns), LEVEL)


def unpack(data: bytes) -> Curve:
    """Undo `pack`.

    Raises:
        DatabaseUnavailable: These bytes are no curve.
    """
    thinned = _HEAD.unpack(_checked(data))[1]
    try:
        plain = zlib.decompress(memoryview(data)[HEAD_BYTES:])
    except zlib.error as error:
        raise _broken() from error
    if len(plain) % 24:
        raise _broken()
    steps, values, times = (
        np.ascontiguousarray(column.T).reshape(-1).view("<u8")
        for column in np.frombuffer(plain, np.uint8).reshape(3, 8, -1)
    )
    return Curve(
        np.cumsum(steps, dtype="<u8").view("<i8").astype(np.int64, copy=False),
        values.view("<f8").astype(np.float64, copy=False),
        np.cumsum(times, dtype="<u8").view("<f8").astype(np.float64, copy=False),
        thinned,
    )


def head_of(data: bytes) -> Head:
    """Return the last point of a packed curve; its first HEAD_BYTES bytes are enough.

    Raises:
        DatabaseUnavailable: These bytes are no curve.
    """
    return Head(*_HEAD.unpack(_checked(data))[2:])


def _checked(data: bytes) -> bytes:
    if len(data) < HEAD_BYTES or data[: len(_MAGIC)] != _MAGIC:
        raise _broken()
    return data[:HEAD_BYTES]


def _broken() -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "A stored curve cannot be read: the database file was damaged, or a newer Touchstone wrote it. Update "
        "Touchstone, or put a backup copy of the database in its place."
    )


def _differences(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the first number and what each adds to the one before; unsigned numbers come back from overflow."""
    return np.diff(numbers, prepend=np.zeros(1, numbers.dtype))


def _shuffled(numbers: NDArray[np.uint64]) -> bytes:
    return np.ascontiguousarray(numbers, "<u8").view(np.uint8).reshape(-1, 8).T.tobytes()
