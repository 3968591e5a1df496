"""What a file really is, by its first bytes, whatever its name says."""

from pathlib import Path

from core.errors import DataError

HEAD_BYTES = 65_536
POINTER = b"version https://git-lfs.github.com/spec/"  # to a file that was left behind
PARQUET, PDF, RTF = b"PAR1", b"%PDF-", b"{\\rtf"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ARCHIVES = {
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"\xfd7zXZ": "XZ",
    b"BZh": "bzip2",
    b"(\xb5/\xfd": "Zstandard",
    b"\x1f\x8b": "gzip",
}
_MAGIC = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (PDF, "a PDF document"),
    (b"version https://git-lfs", "a pointer to a file that was left behind (Git LFS)"),
    (RTF, "a Word document (RTF)"),
    *((magic, f"a {title} archive".replace("a XZ", "an xz")) for magic, title in ARCHIVES.items()),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
    (b"\x89HDF", "an HDF5 file"),
    (b"OggS", "a sound"),
    (b"ID3", "a sound"),
    (b"ARROW1", "an Arrow file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
)


def head(path: Path, size: int = HEAD_BYTES) -> bytes:
    """Return the first bytes of a file; empty for folders and unreadable files."""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""


def real_kind(start: bytes) -> str:
    """Return a file's kind by its first bytes, with its article; "" if unknown."""
    if start.startswith(b"RIFF"):
        return "a WebP image" if start[8:12] == b"WEBP" else "a sound or film"
    if start[4:8] == b"ftyp":
        return "a HEIC image" if start[8:11] in (b"hei", b"mif", b"avi") else "a film"
    if start.startswith(PARQUET):
        return "a Parquet file"
    if start.startswith(OLD_OFFICE):
        return "an older Office document"
    if start.startswith((ZIP, b"PK\x05\x06")):
        return "a ZIP archive"
    if start.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "a web page"
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            # "BM" and the like also begin an honest text.
            return kind if len(magic) > 3 or not is_text(start) else ""
    return ""


def is_text(start: bytes, characters: int = 256) -> bool:
    """Return whether the beginning holds no control characters but line ends and tabs.

    Args:
        start: The first bytes.
        characters: The first bytes that are none; 127 allows ASCII alone.
    """
    return not start[:1024].translate(None, bytes(range(32, characters)) + b"\t\r\n\f")


def web_page_instead(name: str, wanted: str) -> DataError:
    """Return the sentence for a web page named as another kind of file."""
    return DataError(
        f"{name} is not {wanted} but a web page: the download probably gave a login or error page. Sign in there, and "
        "download the file itself again."
    )


def refuse_disguised(path: Path, start: bytes) -> None:
    """Raise a `DataError` naming a file's kind if it is surely no text.

    Args:
        path: The file, for its name.
        start: Its first bytes.
    """
    kind = real_kind(start)
    if not kind:
        return
    advice = {
        "a ZIP archive": "Rename it to end in .zip, or unpack it and import the table within.",
        "an older Office document": "Open it in the program it came from and save the table as CSV.",
        "a web page": "The download probably gave a login or error page; download the file itself again.",
    }.get(kind, "Import the table itself, such as a CSV or Excel file.")
    if kind.endswith("archive") and kind != "a ZIP archive":
        advice = "Unpack it first and import the table within."
    if kind.endswith("image"):
        advice = "Import the table itself; images come in as a ZIP or folder with one folder per class."
    raise DataError(f"{path.name} is not a table: it is {kind}, whatever its name says. {advice}")


def check_there(path: Path) -> None:
    """Raise a `DataError` if a file is missing, a folder, unreadable or empty."""
    if path.is_dir():
        raise DataError(f"{path.name} is a folder, not a table. Choose the file within it.")
    try:
        with path.open("rb") as file:
            first = file.read(1)
    except OSError as error:
        reason = error.strerror or "the system gives no reason"
        raise DataError(f"{path.name} cannot be read ({reason}). Check that it is still there and yours.") from error
    if not first:
        raise DataError(f"{path.name} is empty: it holds 0 bytes. Perhaps the download was cut off; get it again.")
