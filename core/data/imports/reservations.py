"""Disk space reserved for files that are still arriving, without double promises."""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import DiskFull
from core.formatting import limit_size

KEPT_FREE = 500 * 2**20  # bytes of the disk, for the rest of the machine
BLOCK = 4096  # bytes: what a file takes on the disk is a multiple of it
_NO_SPACE = (
    "There is not enough space on the disk: {needed} more are to come, and {free} are free, of which 500 MB are kept "
    "for the rest of the machine{promised}. Nothing of this was kept. Free some space, then try again."
)


class Reservations:
    """Space reserved for arriving files, by disk.

    One process receives all files, so it alone keeps count.
    """

    def __init__(self) -> None:
        self._promised: Counter[int] = Counter()  # bytes that are still to come, by disk
        self._lock = threading.Lock()

    def check(self, folder: Path, size_bytes: int) -> None:
        """Return if there would be room for so many bytes now.

        Raises:
            DiskFull: There would not.
        """
        with self._lock:
            self._check(folder, size_bytes, self._promised[_disk(folder)])

    @contextmanager
    def hold(self, folder: Path, size_bytes: int) -> "Iterator[Reservation]":
        """Promise room to one file for the time of the block.

        Raises:
            DiskFull: There is none beside what is promised already.
        """
        disk, size = _disk(folder), -(-size_bytes // BLOCK) * BLOCK
        with self._lock:
            self._check(folder, size, self._promised[disk])
            self._promised[disk] += size
        held = Reservation(self, folder, size)
        try:
            yield held
        finally:
            with self._lock:
                self._promised[disk] -= held.left

    def _check(self, folder: Path, size: int, promised: int) -> None:
        free = shutil.disk_usage(folder).free
        if size + promised + KEPT_FREE > free:
            others = f", and {limit_size(promised)} are promised to files that are still arriving" if promised else ""
            raise DiskFull(_NO_SPACE.format(needed=limit_size(size), free=limit_size(free), promised=others))

    def _written(self, held: "Reservation", count: int) -> None:
        with self._lock:
            taken = min(count, held.left)
            held.left -= taken
            self._promised[_disk(held.folder)] -= taken

    def _check_again(self, held: "Reservation") -> None:
        with self._lock:
            self._check(held.folder, held.left, self._promised[_disk(held.folder)] - held.left)


class Reservation:
    """Room that is promised to one file."""

    def __init__(self, of: Reservations, folder: Path, left: int) -> None:
        self._of, self.folder, self.left = of, folder, left

    def written(self, count: int) -> None:
        """Take so many bytes off the promise: they are on the disk now."""
        self._of._written(self, count)

    def check(self) -> None:
        """Return if the rest still fits; other programs write to the disk too.

        Raises:
            DiskFull: There is not.
        """
        self._of._check_again(self)


def _disk(folder: Path) -> int:
    return os.stat(folder).st_dev
