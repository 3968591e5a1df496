"""Arrays that grow on disk part by part.

Every finished part stays there, whichever process made it.
"""

import json
import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.array_cache import LISTING, Arrays, read_arrays, replace_folder
from core.specs import SPLITS, SplitName

Targets = Mapping[SplitName, NDArray[Any]]
_log = logging.getLogger(__name__)


class ArrayParts:
    """Rows of float32 for each example of each split, of which some are there.

    They lie in a hidden folder beside the one where whole arrays are, mapped into memory, so that two processes see
    each other's rows. Where the disk does not take them they are kept in memory alone.
    """

    def __init__(self, folder: Path, targets: Targets, width: int) -> None:
        self.folder, self._staged = folder, folder.with_name(f".{folder.name}.parts")
        self.splits = tuple(name for name in SPLITS if name in targets)
        self._targets, self._width = targets, width
        self.arrays: Arrays = {}
        self._done: dict[SplitName, NDArray[np.uint8]] = {}  # (N,) 1 where a row is there
        self._whole: set[SplitName] = set()
        self.on_disk = self._is_kept() or self._open()
        self.total = sum(len(each) for each in targets.values())

    @property
    def done(self) -> int:
        """How many rows are there."""
        return sum(int(self._done[name].sum()) for name in self.splits)

    def missing(self, name: SplitName, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which of the given rows of a split are missing."""
        return np.flatnonzero(self._done[name][rows] == 0)

    def is_whole(self, name: SplitName) -> bool:
        """Return whether a split is wholly there."""
        if name not in self._whole and bool(self._done[name].all()):
            self._whole.add(name)
        return name in self._whole

    def put(self, name: SplitName, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Take some rows of a split, (M, width)."""
        array = self.arrays[f"{name}-inputs"]
        array[rows] = values
        if isinstance(array, np.memmap):
            array.flush()  # before they count as there: a power cut may come in between
        self._done[name][rows] = 1

    def keep(self) -> None:
        """Put whole arrays where later runs look for them, unless that was done."""
        if not self.on_disk or read_arrays(self.folder) is not None:
            return
        try:
            files = [f"{name}-{kind}" for name in self.splits for kind in ("inputs", "targets")]
            sizes = {file: (self._staged / f"{file}.npy").stat().st_size for file in files}
            (self._staged / LISTING).write_text(json.dumps(sizes), encoding="utf-8")
            replace_folder(self._staged, self.folder)
            shutil.rmtree(self._staged, ignore_errors=True)
        except OSError:
            _log.warning("The disk did not keep the arrays.", exc_info=True)

    def _is_kept(self) -> bool:
        """Read arrays that were whole before; say whether they were."""
        if (kept := read_arrays(self.folder)) is None:
            return False
        self.arrays = kept
        self._done = {name: np.ones(len(kept[f"{name}-inputs"]), dtype=np.uint8) for name in self.splits}
        return True

    def _open(self) -> bool:
        """Map the arrays that grow on disk; say whether the disk takes them."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            for _ in range(3):  # another process may rename or remove the folder in between
                if not self._staged.exists():
                    self._create()
                if self._map():
                    return True
        except OSError:
            _log.warning("The disk does not keep the arrays: the next run makes them again.", exc_info=True)
        for name in self.splits:
            count = len(self._targets[name])
            self.arrays[f"{name}-inputs"] = np.zeros((count, self._width), dtype=np.float32)
            self.arrays[f"{name}-targets"] = self._targets[name]
            self._done[name] = np.zeros(count, dtype=np.uint8)
        return False

    def _create(self) -> None:
        """Create the folder with its space reserved, so that a full disk shows now."""
        staged = Path(mkdtemp(prefix=f"{self._staged.name}-", dir=self.folder.parent))
        try:
            for name in self.splits:
                shape = (len(self._targets[name]), self._width)
                np.save(staged / f"{name}-targets.npy", self._targets[name], allow_pickle=False)
                np.save(staged / f"{name}-done.npy", np.zeros(shape[0], dtype=np.uint8), allow_pickle=False)
                with (staged / f"{name}-inputs.npy").open("wb") as file:
                    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(file, header)
                    file.flush()
                    _reserve(file.fileno(), file.tell(), 4 * shape[0] * shape[1])
            staged.rename(self._staged)
        except OSError:
            if not self._staged.exists():  # else another process was quicker
                raise
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _map(self) -> bool:
        """Map the folder's files; return whether they are the expected ones."""
        try:
            for name in self.splits:
                count = len(self._targets[name])
                inputs = np.load(self._staged / f"{name}-inputs.npy", mmap_mode="r+" if count else None)
                done = np.load(self._staged / f"{name}-done.npy", mmap_mode="r+" if count else None)
                if inputs.shape != (count, self._width) or done.shape != (count,):
                    raise ValueError("other arrays")
                self.arrays[f"{name}-inputs"], self._done[name] = inputs, done
                self.arrays[f"{name}-targets"] = np.load(self._staged / f"{name}-targets.npy")
        except FileNotFoundError:
            return False
        except (ValueError, EOFError):
            shutil.rmtree(self._staged, ignore_errors=True)
            return False
        return True


def _reserve(file: int, start: int, size: int) -> None:
    """Reserve space in a file, so that its memory map cannot fill the disk."""
    if size and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, start, size)
        return
    os.lseek(file, start, os.SEEK_SET)
    for begin in range(0, size, 1 << 20):
        os.write(file, bytes(min(1 << 20, size - begin)))
