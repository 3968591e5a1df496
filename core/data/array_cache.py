"""Disk cache for arrays, computed once.

A cached folder is complete or absent, even when several processes write at the same time.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
LISTING = "arrays.json"  # names and sizes, written last


def cached_arrays(folder: Path, compute: Callable[[], Arrays]) -> Arrays:
    """Return a folder's arrays, memory-mapped; compute and save them if incomplete.

    They are written to a folder beside it that is then renamed. If another process was quicker, its arrays stand.
    A disk that cannot be written costs only the saving: the computed arrays are returned.

    Args:
        folder: Where they are or will be; its name says everything that they depend on.
        compute: Makes them, by name.
    """
    if (found := read_arrays(folder)) is not None:
        return found
    arrays = compute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _write(staged, arrays)
            replace_folder(staged, folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError:
        return arrays
    return arrays if (saved := read_arrays(folder)) is None else saved


def _write(folder: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    sizes = {name: (folder / f"{name}.npy").stat().st_size for name in arrays}
    (folder / LISTING).write_text(json.dumps(sizes), encoding="utf-8")


def replace_folder(staged: Path, folder: Path) -> None:
    """Move the staged folder into place, unless a complete one exists by now."""
    if folder.exists() and read_arrays(folder) is None:
        broken = Path(mkdtemp(prefix=f".{folder.name}-broken-", dir=folder.parent))
        folder.rename(broken / "was")
        shutil.rmtree(broken, ignore_errors=True)
    if not folder.exists():
        staged.rename(folder)


def read_arrays(folder: Path) -> Arrays | None:
    """Return a folder's arrays, copied on write, or None if incomplete."""
    try:
        sizes = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        if any((folder / f"{name}.npy").stat().st_size != size for name, size in sizes.items()):
            return None
        return {name: np.load(folder / f"{name}.npy", mmap_mode="c", allow_pickle=False) for name in sizes}
    except (OSError, ValueError, AttributeError, EOFError):
        return None
