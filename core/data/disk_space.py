"""Is there room on the disk for what is about to be written?"""

import shutil
from pathlib import Path

from core.errors import DataError
from core.formatting import byte_size

MARGIN = 1.05


def require_space(folder: Path, bytes_needed: int) -> None:
    """Return if a disk has room.

    Args:
        folder: On that disk; it need not be there yet.
        bytes_needed: What will be written at most.

    Raises:
        DataError: There is too little; the message says how much is needed and how much is free.
    """
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if free < bytes_needed * MARGIN:
        raise DataError(
            f"This needs about {byte_size(bytes_needed)} on the disk, and {byte_size(free)} are free in {existing}. "
            "Free some space, or set TOUCHSTONE_HOME to a folder on a larger disk, then try again."
        )


def size_of(path: Path) -> int:
    """Return the size in bytes of a file or a folder's files, without links."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file() and not file.is_symlink())
