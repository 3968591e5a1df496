"""ZIP files that are broken, locked, or made to do harm."""

import io
import struct
import zipfile
from pathlib import Path

from tests.intake.bad.bad_file import BadFile
from tests.intake.bad.of_pictures import Files, classes
from tests.intake.pictures.drawing import pack, png

PAIR = ("cats", "dogs")


def named(name: str, content: bytes):  # type: ignore[no-untyped-def]
    def make(place: Path) -> Path:
        (place / name).write_bytes(content)
        return place / name

    return make


def zip_of(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def photos(**more: bytes):  # type: ignore[no-untyped-def]
    return lambda place: pack(place / "photos.zip", classes(*PAIR) | more)


def locked(place: Path) -> Path:
    made = bytearray(zip_of(classes(*PAIR)))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    (place / "photos.zip").write_bytes(made)
    return place / "photos.zip"


def with_link(place: Path) -> Path:
    made = pack(place / "photos.zip", classes(*PAIR))
    link = zipfile.ZipInfo("cats/passwords.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return made


def overlapping(place: Path) -> Path:
    """Two names for the same bytes, as ZIP bombs have thousands of them."""
    made = bytearray(zip_of({"cats/a.png": bytes(10_000), "dogs/b.png": bytes(10_000)}))
    first = made.index(b"PK\x01\x02")
    second = made.index(b"PK\x01\x02", first + 4)
    made[second + 42 : second + 46] = made[first + 42 : first + 46]
    (place / "photos.zip").write_bytes(made)
    return place / "photos.zip"


def stating_terabytes(place: Path) -> Path:
    made = bytearray(zip_of(classes(*PAIR)))
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        made[at + 20 : at + 28] = struct.pack("<LL", 20 << 20, 4_000_000_000)
        at = made.find(b"PK\x01\x02", at + 4)
    (place / "photos.zip").write_bytes(made)
    return place / "photos.zip"


def damaged_inside(place: Path) -> Path:
    content = png(77)
    made = zip_of(classes(*PAIR) | {"dogs/x.png": content}, zipfile.ZIP_STORED)
    (place / "photos.zip").write_bytes(made.replace(content, content[:-20] + b"?" * 20))
    return place / "photos.zip"


def twice(place: Path) -> Path:
    made = pack(place / "photos.zip", classes(*PAIR))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("cats/0.png", png(999))
    return made


BAD_FILES = (
    BadFile("a cut off ZIP", named("photos.zip", zip_of(classes(*PAIR))[:3000]), ""),
    BadFile("a ZIP that is none", named("photos.zip", b"this is no archive at all"), ""),
    BadFile("a web page called .zip", named("photos.zip", b"<!DOCTYPE html><title>Log in</title>"), ""),
    BadFile("a ZIP of zero bytes", named("photos.zip", b""), ""),
    BadFile("a ZIP without a file", named("photos.zip", zip_of({})), ""),
    BadFile("a ZIP of system files", named("photos.zip", zip_of({"__MACOSX/._a.png": b"x", ".DS_Store": b"x"})), ""),
    BadFile("a ZIP of empty class folders", named("photos.zip", zip_of({"cats/": b"", "dogs/": b""})), ""),
    BadFile("a ZIP bomb", photos(**{"dogs/bomb.png": b""}), ""),
    BadFile("a ZIP within a ZIP within a ZIP", named("photos.zip", zip_of({"a.zip": zip_of({"b.zip": zip_of(classes(*PAIR))})})), ""),
    BadFile("a ZIP beside pictures", photos(**{"more.zip": zip_of(classes("birds"))}), "", finding="nested-archives"),
    BadFile("files that lie over each other", overlapping, ""),
    BadFile("a ZIP that says it holds terabytes", stating_terabytes, ""),
    BadFile("a name that climbs out", photos(**{"../../evil.png": png()}), ""),
    BadFile("a name from the root", photos(**{"/etc/cron.d/evil.png": png()}), ""),
    BadFile("a Windows path", photos(**{"C:\\Windows\\evil.png": png()}), ""),
    BadFile("a link in a ZIP", with_link, ""),
    BadFile("a ZIP with a password", locked, ""),
    BadFile("a ZIP of a rare packing", named("photos.zip", zip_of(classes(*PAIR), zipfile.ZIP_LZMA)), ""),
    BadFile("one damaged file in a ZIP", damaged_inside, "", finding="unreadable-files"),
    BadFile("two files of one name in a ZIP", twice, "", finding="same-names"),
    BadFile("a RAR called .zip", named("photos.zip", b"Rar!\x1a\x07\x01\x00" + bytes(100)), ""),
    BadFile("a RAR", named("photos.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100)), ""),
    BadFile("a 7-Zip archive", named("photos.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100)), ""),
    BadFile("a TAR called .zip", named("photos.zip", b"cats/0.png".ljust(257, b"\0") + b"ustar\x0000" + bytes(300)), ""),
    BadFile("a gzipped TAR", named("photos.tar.gz", __import__("gzip").compress(bytes(2000))), ""),
)
