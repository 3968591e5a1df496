"""ZIP files that are broken, locked, or made to do harm."""

import gzip
import struct
import warnings
import zipfile
from pathlib import Path

from tests.data.bad.bad_file import BadFile
from tests.data.bad.making import classes, file, locked, pets, zip_of, zipped
from tests.data.images.drawing import pack, png


def with_link(place: Path) -> Path:
    """Make a ZIP that holds a link out of it."""
    made = pack(place / "photos.zip", pets())
    link = zipfile.ZipInfo("cats/passwords.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return made


def overlapping() -> bytes:
    """Return two names for the same bytes, as some ZIP bombs have thousands of them."""
    made = bytearray(zip_of({"cats/a.png": bytes(10_000), "dogs/b.png": bytes(10_000)}))
    first = made.index(b"PK\x01\x02")
    second = made.index(b"PK\x01\x02", first + 4)
    made[second + 42 : second + 46] = made[first + 42 : first + 46]
    return bytes(made)


def stating_much() -> bytes:
    """Return a ZIP each of whose files says that it unpacks to 4 GB."""
    made = bytearray(zip_of(pets()))
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        made[at + 20 : at + 28] = struct.pack("<LL", 20 << 20, 4_000_000_000)
        at = made.find(b"PK\x01\x02", at + 4)
    return bytes(made)


def damaged_inside() -> bytes:
    """Return a ZIP in which the bytes of one picture were changed."""
    content = png(77)
    made = zip_of(pets(**{"dogs/x.png": content}), zipfile.ZIP_STORED)
    return made.replace(content, content[:-20] + b"?" * 20)


def of_one_name(place: Path) -> Path:
    """Make a ZIP in which two pictures have one name."""
    made = pack(place / "photos.zip", pets())
    with zipfile.ZipFile(made, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's own, that this should not be done
        archive.writestr("cats/0.png", png(999))
    return made


BAD_FILES = (
    BadFile(
        "a cut off ZIP",
        file("photos.zip", lambda: zip_of(pets())[:3000]),
        "photos.zip is a ZIP that is damaged or was cut off on its way. Download, copy or pack it again.",
    ),
    BadFile(
        "a ZIP that is none",
        file("photos.zip", lambda: b"this is no archive at all"),
        "photos.zip is not a ZIP file. Pack the files as ZIP, or import the folder itself.",
    ),
    BadFile(
        "a web page called .zip",
        file("photos.zip", lambda: b"<!DOCTYPE html><title>Log in</title>"),
        "photos.zip is not a ZIP file but a web page: the download probably gave a login or error page. Sign in "
        "there, and download the file itself again.",
    ),
    BadFile(
        "a PNG called .zip",
        file("photos.zip", png),
        "photos.zip is not a ZIP file. It is a PNG image, whatever its name says. Pack the files as ZIP, or import "
        "the folder itself.",
    ),
    BadFile(
        "a ZIP of zero bytes",
        file("photos.zip", lambda: b""),
        "photos.zip is empty: it has no bytes at all. Save or export it again, then import that.",
    ),
    BadFile(
        "a ZIP without a file",
        file("photos.zip", lambda: zip_of({})),
        "photos.zip holds no files. Import images (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF), each in a "
        "folder named after its class; or a table; or texts.",
    ),
    BadFile(
        "a ZIP of system files",
        zipped(lambda: {"__MACOSX/._a.png": b"x", ".DS_Store": b"x"}),
        "photos.zip holds no files. Import images (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF), each in a "
        "folder named after its class; or a table; or texts.",
    ),
    BadFile(
        "a ZIP of empty class folders",
        zipped(lambda: {"cats/": b"", "dogs/": b""}),
        "photos.zip holds no files. Import images (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF), each in a "
        "folder named after its class; or a table; or texts.",
    ),
    BadFile(
        "a ZIP of two tables",
        zipped(lambda: {"train.csv": b"text,label\n", "test.csv": b"text,label\n"}),
        "photos.zip holds 2 tables ('test.csv' and 'train.csv'), and nobody can know which is meant. Import one of "
        "them; the rows of the others can then be added to it as a new version.",
    ),
    BadFile(
        "a ZIP bomb",
        file("photos.zip", lambda: zip_of(pets(**{"dogs/bomb.png": bytes(30 << 20)}))),
        "photos.zip holds 'dogs/bomb.png', which would grow to more than 200 times its size when unpacked. That is "
        "how a ZIP bomb is made, so nothing was read. Leave this file out and pack the ZIP again.",
    ),
    BadFile(
        "a ZIP within a ZIP within a ZIP",
        zipped(lambda: {"a.zip": zip_of({"b.zip": zip_of(pets())})}),
        "photos.zip holds nothing but other archives (such as 'a.zip'), which are not opened. Unpack them, and pack "
        "the files themselves as one ZIP.",
    ),
    BadFile(
        "a ZIP beside images",
        zipped(lambda: pets(**{"more.zip": zip_of(classes("birds"))})),
        "1 archive within photos.zip was not opened.",
        finding="nested-archives",
    ),
    BadFile(
        "files that lie over each other",
        file("photos.zip", overlapping),
        "photos.zip holds files that lie over each other. That is how a ZIP bomb is made, so nothing was read. Pack "
        "the files again as an ordinary ZIP.",
    ),
    BadFile(
        "a ZIP that says it holds 45 GB",
        file("photos.zip", stating_much),
        "photos.zip says that it unpacks to 45 GB, more than the 20 GB that Touchstone takes in at once. Divide it "
        "into smaller ZIPs.",
    ),
    BadFile(
        "a name that climbs out",
        zipped(lambda: pets(**{"../../evil.png": png()})),
        "photos.zip holds a file whose name points out of the archive ('../../evil.png'). Such names can overwrite "
        "files of this computer, so nothing was read. Pack the folder again as an ordinary ZIP.",
    ),
    BadFile(
        "a name from the root",
        zipped(lambda: pets(**{"/etc/cron.d/evil.png": png()})),
        "photos.zip holds a file whose name points out of the archive ('/etc/cron.d/evil.png'). Such names can "
        "overwrite files of this computer, so nothing was read. Pack the folder again as an ordinary ZIP.",
    ),
    BadFile(
        "a Windows path",
        zipped(lambda: pets(**{"C:\\Windows\\evil.png": png()})),
        "photos.zip holds a file whose name points out of the archive ('C:\\Windows\\evil.png'). Such names can "
        "overwrite files of this computer, so nothing was read. Pack the folder again as an ordinary ZIP.",
    ),
    BadFile(
        "a link in a ZIP",
        with_link,
        "photos.zip holds a link ('cats/passwords.png') instead of a file. Links can point anywhere on this "
        "computer, so nothing was read. Pack it again with the files themselves.",
    ),
    BadFile(
        "a ZIP with a password",
        file("photos.zip", lambda: locked(zip_of(pets()))),
        "photos.zip is locked with a password, so its files cannot be read. Pack it again without a password.",
    ),
    BadFile(
        "a ZIP of a rare packing",
        file("photos.zip", lambda: zip_of(pets(), zipfile.ZIP_LZMA)),
        "photos.zip is packed in a way that few programs read. Pack it again as an ordinary ZIP (Deflate).",
    ),
    BadFile(
        "one damaged file in a ZIP",
        file("photos.zip", damaged_inside),
        "1 file could not be read as an image: it is damaged or was cut off.",
        finding="unreadable-files",
    ),
    BadFile(
        "two files of one name in a ZIP",
        of_one_name,
        "1 name in photos.zip stands for several files; all of them were taken in.",
        finding="repeated-names",
    ),
    BadFile(
        "hidden files among images",
        zipped(lambda: pets(**{"__MACOSX/cats/._0.png": b"x", "cats/Thumbs.db": b"x"})),
        "2 hidden or system files (such as .DS_Store) were left out.",
        finding="system-files",
    ),
    BadFile(
        "a RAR called .zip",
        file("photos.zip", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100)),
        "photos.zip is a RAR archive, which Touchstone does not read. Unpack it, and import what was in it: one file "
        "as it is, many in a folder or packed as ZIP.",
    ),
    BadFile(
        "a 7-Zip archive",
        file("photos.7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100)),
        "photos.7z is a 7-Zip archive, which Touchstone does not read. Unpack it, and import what was in it: one "
        "file as it is, many in a folder or packed as ZIP.",
    ),
    BadFile(
        "a TAR called .zip",
        file("photos.zip", lambda: b"0.png".ljust(257, b"\0") + b"ustar\x0000" + bytes(300)),
        "photos.zip is a TAR that is damaged or was cut off on its way. Download, copy or pack it again.",
    ),
    BadFile(
        "what is called a gzipped TAR and is none",
        file("photos.tar.gz", lambda: gzip.compress(b"no TAR" * 500)),
        "photos.tar.gz is a TAR that is damaged or was cut off on its way. Download, copy or pack it again.",
    ),
    BadFile(
        "a lone gz that holds a bomb",
        file("numbers.gz", lambda: gzip.compress(bytes(20_000_000), 1)),
        "numbers.gz is a gzip archive, which Touchstone does not read. Unpack it, and import what was in it: one "
        "file as it is, many in a folder or packed as ZIP.",
    ),
)
