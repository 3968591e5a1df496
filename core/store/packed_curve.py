"""A whole curve in a few bytes per point, lossless to the bit.

Every bit of each step, value and time is restored.

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
_HEAD_2 = struct.Struct("<4sB3xddd")  # the same with flags, and a step that need not be whole
HEAD_BYTES = _HEAD.size
_MAGIC, _MAGIC_2 = b"TSC1", b"TSC2"  # the second where the first cannot hold what there is
_THINNED, _ELSEWHERE = 1, 2  # flags: points are left out; there is a column of global steps
LEVEL = 3  # of zlib: a higher one takes twice as long for a fiftieth less


class Head(NamedTuple):
    """What is known of a packed curve without unpacking it: its last point."""

    step: float
    value: float
    time: float


def pack(curve: Curve) -> bytes:
    """Return a curve of at least one point as bytes."""
    last = float(curve.values[-1]), float(curve.times[-1])
    whole = bool((curve.steps == np.floor(curve.steps)).all()) and curve.global_steps is None
    if whole:
        head = _HEAD.pack(_MAGIC, curve.is_thinned, int(curve.steps[-1]), *last)
        steps = curve.steps.astype("<i8")
    else:
        flags = _THINNED * curve.is_thinned + _ELSEWHERE * (curve.global_steps is not None)
        head = _HEAD_2.pack(_MAGIC_2, flags, float(curve.steps[-1]), *last)
        steps = curve.steps.astype("<f8")
    columns = [_differences(steps.view("<u8")), curve.values.astype("<f8").view("<u8")]
    columns.append(_differences(curve.times.astype("<f8").view("<u8")))
    if curve.global_steps is not None:
        columns.append(_differences(curve.global_steps.astype("<f8").view("<u8")))
    return head + zlib.compress(b"".join(_shuffled(column) for column in columns), LEVEL)


def unpack(data: bytes) -> Curve:
    """Undo `pack`.

    Raises:
        DatabaseUnavailable: These bytes are no curve.
    """
    checked = _checked(data)
    is_second = checked[:4] == _MAGIC_2
    flags = (_HEAD_2 if is_second else _HEAD).unpack(checked)[1]
    count = 4 if is_second and flags & _ELSEWHERE else 3
    try:
        plain = zlib.decompress(memoryview(data)[HEAD_BYTES:])
    except zlib.error as error:
        raise _broken() from error
    if len(plain) % (8 * count):
        raise _broken()
    columns = [
        np.ascontiguousarray(column.T).reshape(-1).view("<u8")
        for column in np.frombuffer(plain, np.uint8).reshape(count, 8, -1)
    ]
    steps = np.cumsum(columns[0], dtype="<u8")
    return Curve(
        steps.view("<f8" if is_second else "<i8").astype(np.float64),
        columns[1].view("<f8").astype(np.float64, copy=False),
        _summed(columns[2]),
        bool(flags & _THINNED),
        _summed(columns[3]) if count > 3 else None,
    )


def head_of(data: bytes) -> Head:
    """Return the last point of a packed curve; its first HEAD_BYTES bytes are enough.

    Raises:
        DatabaseUnavailable: These bytes are no curve.
    """
    checked = _checked(data)
    return Head(*(_HEAD_2 if checked[:4] == _MAGIC_2 else _HEAD).unpack(checked)[2:])


def _checked(data: bytes) -> bytes:
    if len(data) < HEAD_BYTES or data[:4] not in (_MAGIC, _MAGIC_2):
        raise _broken()
    return data[:HEAD_BYTES]


def _broken() -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "A stored curve cannot be read: the database file was damaged, or a newer Touchstone wrote it. Update "
        "Touchstone, or put a backup copy of the database in its place."
    )


def _differences(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the first number and successive differences; unsigned ones survive overflow."""
    return np.diff(numbers, prepend=np.zeros(1, numbers.dtype))


def _summed(differences: NDArray[np.uint64]) -> NDArray[np.float64]:
    return np.cumsum(differences, dtype="<u8").view("<f8").astype(np.float64, copy=False)


def _shuffled(numbers: NDArray[np.uint64]) -> bytes:
    return np.ascontiguousarray(numbers, "<u8").view(np.uint8).reshape(-1, 8).T.tobytes()
