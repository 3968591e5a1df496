"""NumPy's file format, read without NumPy's object reader: a header, then only numbers."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError

MAGIC, LONGEST_HEADER = 8, 10_000  # bytes
BATCH_BYTES = 4 * 1024**2
MOST_EXAMPLES = 10_000_000
LARGEST_TURNED = 256 * 1024**2  # bytes of an array that lies the other way round, and is read as a whole


@dataclass(frozen=True, eq=False)
class NpyFile:
    """One array, by its header.

    Args:
        name: As in the source.
        open: Opens its bytes.
        shape: Of the array.
        kind: Of its numbers.
        turned: Whether it lies column by column (Fortran's order).
        begin: Where its numbers begin, in bytes.
    """

    name: str
    open: Callable[[], IO[bytes]]
    shape: tuple[int, ...]
    kind: np.dtype[Any]
    turned: bool
    begin: int

    def batches(self) -> Iterator[NDArray[Any]]:
        """Yield the array, a few megabytes at a time, along its first dimension.

        Raises:
            DataError: It is shorter than its header says.
        """
        each = int(np.prod(self.shape[1:], dtype=np.int64))
        with self.open() as file:
            file.read(self.begin)
            if self.turned and len(self.shape) > 1:
                yield self._numbers(file, self.shape[0] * each).reshape(self.shape, order="F")
                return
            at_once = max(1, BATCH_BYTES // max(1, each * self.kind.itemsize))
            for start in range(0, self.shape[0], at_once):
                count = min(at_once, self.shape[0] - start)
                yield self._numbers(file, count * each).reshape(count, *self.shape[1:])

    def _numbers(self, file: IO[bytes], count: int) -> NDArray[Any]:
        content = file.read(count * self.kind.itemsize)
        if len(content) < count * self.kind.itemsize:
            raise DataError(f"{self.name} ends before its header says: it was cut off. Download or copy it again.")
        return np.frombuffer(content, self.kind)


def recognise(name: str, opens: Callable[[], IO[bytes]]) -> NpyFile | None:
    """Return an array by its header; None for other files and unusable arrays.

    Args:
        name: For messages.
        opens: Opens its bytes.

    Raises:
        DataError: It holds Python's objects, which can run a program when they are read.
    """
    from numpy.lib import format as npy

    try:
        with opens() as file:
            start = file.read(MAGIC)
            version = npy.read_magic(io.BytesIO(start))
            width, read = (2, npy.read_array_header_1_0) if version == (1, 0) else (4, npy.read_array_header_2_0)
            said = file.read(width)
            length = int.from_bytes(said, "little")
            header = file.read(min(length, LONGEST_HEADER))
            shape, turned, kind = read(io.BytesIO(said + header), max_header_size=LONGEST_HEADER)
            begin = MAGIC + width + length
    except (ValueError, OSError, EOFError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    if kind.hasobject:
        raise DataError(
            f"{name} holds Python objects (a pickle), which can run any program when they are read, so it was not "
            "read. Save plain numbers: numpy.savez(file, images=..., labels=...) with arrays of integers."
        )
    size = int(np.prod([min(side, MOST_EXAMPLES) for side in shape], dtype=object)) * kind.itemsize if shape else 0
    too_much = turned and len(shape) > 1 and size > LARGEST_TURNED
    return (
        None
        if not size > 0 or shape[0] > MOST_EXAMPLES or too_much
        else NpyFile(name, opens, shape, kind, turned, begin)
    )
