"""File names in folders and ZIPs: which are skipped, how they are shown."""

import unicodedata
from collections.abc import Iterator

from core.errors import DataError

SYSTEM_FILES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}
SYSTEM_FOLDERS = {"__macosx", "$recycle.bin", "system volume information"}
# A file that is only compressed ("train-images-idx3-ubyte.gz") is no archive.
PACKED_TARS = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
TARS = (".tar", *PACKED_TARS)
NESTED = (".zip", ".rar", ".7z", ".tar.zst", *TARS)
LONGEST_NAME, DEEPEST_NAME = 4_096, 64  # characters, and folders above each other


def clean_name(name: str) -> str:
    """Return a name on one line, without characters that hide or reverse others."""
    if name.isascii() and name.isprintable():
        return name
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in name)


def is_system(name: str) -> bool:
    """Return whether a file is a system or hidden file, itself or by folder."""
    parts = name.rstrip("/").split("/")
    if parts[-1].lower() in SYSTEM_FILES:
        return True
    return any(part.startswith(".") or part.lower() in SYSTEM_FOLDERS for part in parts)


def folders_above(name: str) -> Iterator[str]:
    """Yield every folder above a name; the name itself counts if ending with "/"."""
    end = name.rfind("/")
    while end > 0:
        yield name[:end]
        end = name.rfind("/", 0, end)


def safe_name(written: str, archive: str) -> str:
    """Return a member's name with "/" separators; refuse names that point outside the archive."""
    name = written.replace("\\", "/")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":" and name[0].isalpha()):
        raise DataError(
            f"{archive} holds a file whose name points out of the archive ('{clean_name(written)[:100]}'). Such names "
            "can overwrite files of this computer, so nothing was read. Pack the folder again as an ordinary ZIP."
        )
    if len(name) > LONGEST_NAME or len(parts) > DEEPEST_NAME:
        raise DataError(
            f"{archive} holds a file whose name is {len(name):,} characters long, in {len(parts) - 1:,} folders above "
            f"each other ('{clean_name(name[:60])}...'). No computer could unpack that, so nothing was read. Pack it "
            "again with shorter names."
        )
    folder = "/" if name.endswith("/") else ""
    return "/".join(part for part in parts if part not in ("", ".")) + folder
