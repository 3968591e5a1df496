"""The names of files in folders and ZIPs: which are left out, and how they are shown."""

import unicodedata

SYSTEM_FILES = {"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"}
SYSTEM_FOLDERS = {"__macosx", "$recycle.bin", "system volume information"}
# A file that is only compressed ("train-images-idx3-ubyte.gz") is no archive.
NESTED = (".zip", ".rar", ".7z", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")


def clean_name(name: str) -> str:
    """Return a name that is safe to show: one line, and no characters that hide or turn others around."""
    if name.isascii() and name.isprintable():
        return name
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in name)


def is_system(name: str) -> bool:
    """Tell whether a file belongs to the system or is hidden, itself or by a folder above it."""
    parts = name.rstrip("/").split("/")
    if parts[-1].lower() in SYSTEM_FILES:
        return True
    return any(part.startswith(".") or part.lower() in SYSTEM_FOLDERS for part in parts)
