"""The idx format of MNIST and its relatives: a short header, then only numbers."""

import gzip
import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError

GZIP = b"\x1f\x8b"
UBYTE = 0x08
LARGEST_SIDE = 4096  # pixels
MOST_IMAGES = 10_000_000
BATCH_BYTES = 4 * 1024**2
_KIND = re.compile(
    r"[-_. ]{0,3}(images?|labels?)[-_. ]{0,3}(idx[0-9])?[-_. ]{0,3}(ubyte)?[-_. ]{0,3}(gz)?$", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class IdxFile:
    """One idx file, by its header.

    Args:
        name: As in the source.
        open: Opens its bytes, compressed or not.
        shape: (N,) of labels, (N, H, W) or (N, H, W, 3) of pictures.
    """

    name: str
    open: Callable[[], IO[bytes]]
    shape: tuple[int, ...]

    @property
    def has_labels(self) -> bool:
        """Whether it holds labels, not pictures."""
        return len(self.shape) == 1

    @property
    def key(self) -> str:
        """What the files of a pair have in common: "train" of "train-images-idx3-ubyte.gz"."""
        return _KIND.sub("", self.name.rsplit("/", 1)[-1]).lower()

    @property
    def partner(self) -> str:
        """The name that the other file of the pair has as a rule."""
        before, after = ("label", "image") if self.has_labels else ("image", "label")
        name = self.name.replace(before, after).replace(before.title(), after.title())
        return name.replace("idx1", "idx3") if self.has_labels else name.replace("idx3", "idx1")

    def batches(self) -> Iterator[NDArray[np.uint8]]:
        """Yield its numbers, a few megabytes at a time, along the first dimension.

        Raises:
            DataError: It holds fewer or more than its header says, or is damaged.
        """
        each = int(np.prod(self.shape[1:], dtype=np.int64))
        at_once, done = max(1, BATCH_BYTES // each), 0
        with _unpacked(self) as file:
            file.read(4 + 4 * len(self.shape))
            while done < self.shape[0]:
                count = min(at_once, self.shape[0] - done)
                content = file.read(count * each)
                if len(content) < count * each:
                    raise DataError(
                        f"{self.name} says that it holds {self.shape[0]:,} {self._what}, but ends after "
                        f"{done + len(content) // each:,}: it was cut off. Download or copy it again."
                    )
                yield np.frombuffer(content, np.uint8).reshape(count, *self.shape[1:])
                done += count
            if file.read(1):
                raise DataError(
                    f"{self.name} holds more than the {self.shape[0]:,} {self._what} that it says. "
                    "It is damaged, or something was added to it. Download or copy it again."
                )

    @property
    def _what(self) -> str:
        if self.has_labels:
            return "labels"
        return f"images of {self.shape[2]} x {self.shape[1]} pixels"


def recognise(name: str, opens: Callable[[], IO[bytes]]) -> IdxFile | None:
    """Return an idx file of images or labels by its header; None for others.

    Args:
        name: For messages.
        opens: Opens its bytes.
    """
    found = IdxFile(name, opens, ())
    try:
        with _unpacked(found) as file:
            start = file.read(4)
            if len(start) < 4 or start[:3] != bytes((0, 0, UBYTE)) or start[3] not in (1, 3, 4):
                return None
            sizes = file.read(4 * start[3])
    except DataError:
        return None
    if len(sizes) < 4 * start[3]:
        return None
    shape = struct.unpack(f">{start[3]}I", sizes)
    is_image = len(shape) > 1 and all(0 < side <= LARGEST_SIDE for side in shape[1:3])
    right = len(shape) == 1 or (is_image and (len(shape) == 3 or shape[3] == 3))
    return IdxFile(name, opens, shape) if right and 0 < shape[0] <= MOST_IMAGES else None


@contextmanager
def _unpacked(source: IdxFile) -> Iterator[IO[bytes]]:
    try:
        with source.open() as raw:
            start = raw.read(2)
            rest = cast(IO[bytes], io.BufferedReader(_Again(start, raw)))
            yield cast(IO[bytes], gzip.GzipFile(fileobj=rest)) if start == GZIP else rest
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{source.name} is damaged or was cut off on its way. Download or copy it again.") from error


class _Again(io.RawIOBase):
    """A stream with bytes that were already taken from it put back."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start, self._rest = start, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self._start[: len(buffer)] or self._rest.read(len(buffer))
        self._start = self._start[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)
