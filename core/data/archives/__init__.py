"""Safe access to folders, ZIPs and TARs through one interface; contents are never trusted.

No file in them is ever unpacked to disk (a TAR that is packed or in a ZIP becomes a plain one, a file without a name),
no link is followed, and what a ZIP states about its sizes is only a hint: what comes out of it is counted while it is
read.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from core.data.archives.archive import Archive, Entry, UnreadableEntry
from core.data.archives.file_names import clean_name, is_system
from core.data.archives.folders import names_in_folder, open_folder
from core.data.archives.shards import count_shards, names_in_shards, open_shards
from core.data.archives.tars import is_tar, names_in_tar, open_tar, plain_tar
from core.data.archives.zips import is_zip, names_in_zip, open_zip
from core.errors import DataError

__all__ = [
    "Archive",
    "Entry",
    "UnreadableEntry",
    "archive_kind",
    "clean_name",
    "is_archive",
    "is_special",
    "open_archive",
    "peek",
]

PEEKED = 2_000  # names that are enough to guess what an archive is
EACH = 200  # names of one folder that are enough
LISTED = 100_000  # names that are passed over at most to find them


def open_archive(path: Path) -> Archive:
    """List a folder, ZIP or TAR file; a folder of TARs lists their contents.

    Raises:
        DataError: It is neither, or not one that is safe to read; the message says what to do.
    """
    try:
        if is_special(path):
            raise DataError(
                f"{path.name} is no ordinary file but a pipe or a device, which may never end. Save what comes out of "
                "it as a file, and import that."
            )
        if count_shards(path):
            return open_shards(path)
        if path.is_dir():
            return open_folder(path)
        return open_tar(path) if is_tar(path) else open_zip(path)
    except FileNotFoundError as error:
        raise DataError(f"There is no file or folder {path}. Check its name.") from error
    except PermissionError as error:
        raise DataError(f"{path.name} may not be read by Touchstone. Allow it, or copy it elsewhere.") from error


def is_archive(path: Path) -> bool:
    """Return whether this is a folder, a TAR, or begins or ends as ZIP."""
    try:
        return path.is_dir() or (path.is_file() and (is_zip(path) or is_tar(path)))
    except OSError:
        return False


def is_special(path: Path) -> bool:
    """Return whether reading this could block for ever: neither a file nor a folder."""
    return path.exists() and not path.is_file() and not path.is_dir()


def archive_kind(path: Path) -> str:
    """Return an archive's name for a sentence's start: "Folder", "4 TARs", "TAR" or "ZIP"."""
    if shards := count_shards(path):
        return f"{shards:,} TARs" if shards > 1 else "TAR"
    return "Folder" if path.is_dir() else "TAR" if is_tar(path) else "ZIP"


def peek(path: Path, most: int = PEEKED) -> list[str]:
    """Return some raw, unsorted file names from each folder of a folder or ZIP.

    The archive is not listed completely.

    For guessing what a source is; returns what it can of a broken one.
    """
    names: list[str] = []
    seen: Counter[str] = Counter()  # by folder
    try:
        written = _names(path)
        for name in islice(written, LISTED):
            folder = name.rpartition("/")[0]
            if not name.endswith("/") and not is_system(name) and seen[folder] < EACH:
                seen[folder] += 1
                names.append(name)
            if len(names) >= most:
                break
    except (OSError, struct.error, DataError):
        pass  # what was seen until here has to do; reading it will say what is wrong
    return names


def _names(path: Path) -> Iterator[str]:
    if count_shards(path):
        return names_in_shards(path)
    if path.is_dir():
        return names_in_folder(path)
    return names_in_tar(plain_tar(path)) if is_tar(path) else names_in_zip(path)
