"""ZIPs that grow, overlap, point out of themselves, or lie about what they hold."""

import bz2
import gzip
import lzma
import struct
import tarfile
from io import BytesIO
from pathlib import Path

from tests.data.hostile.hostile_file import SECRET, HostileFile, Member, data, deflated, packed, raw_zip, stored, wrote

MB = 1 << 20
TEXT = b"A sentence about a parcel that came late, or early, or not at all.\n" * 40


def _under_the_ratio(_: Path) -> bytes:
    """Every member stays below the size from which its own ratio is looked at; together they are 1.9 GB."""
    content = b"a quiet line of text\n" * 490_000
    one = packed("0.txt", content[: 10 * MB - 1])
    return raw_zip(one._replace(name=b"%d.txt" % n) for n in range(190))


def _many_texts(_: Path) -> bytes:
    one = packed("0.txt", TEXT)
    return raw_zip(one._replace(name=b"texts/%d.txt" % n) for n in range(3_000))


def _overlapping(_: Path) -> bytes:
    one = packed("0.txt", b"a" * (9 * MB))
    return raw_zip([one, *(one._replace(name=b"%d.txt" % n, at=0) for n in range(1, 2_000))])


def _quoted_overlap(_: Path) -> bytes:
    """As David Fifield's bomb: each header is quoted by the stored block of the one before."""
    kernel = deflated(b"a" * (8 * MB))
    body, members = b"", []
    for n in range(200):
        quote = b"\x00" + struct.pack("<HH", 30 + 8, 0xFFFF ^ 38)
        header = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, 0, 0, 8, 0) + b"%07d.a" % n
        body += header[:38] + quote
        members.append(n)
    begin = 0
    entries = []
    for n in members:
        at = begin + n * 43
        entries.append(Member(b"%06d.a" % n, b"", 8 * MB, 0, 8, at=at, packed_size=len(body) + len(kernel) - at - 38))
    return raw_zip(entries, before=body + kernel)


def _nested(depth: int) -> bytes:
    content = raw_zip([packed(f"{n}.txt", b"a" * MB) for n in range(8)])
    for level in range(depth):
        one = packed("0.zip", content)
        content = raw_zip(one._replace(name=b"level%d-%d.zip" % (level, n)) for n in range(16))
    return content


def _zip64(_: Path) -> bytes:
    extra = struct.pack("<HHQQ", 1, 16, 1 << 62, 1 << 62)
    return raw_zip([Member(b"a.txt", b"x", 0xFFFFFFFF, method=0, packed_size=0xFFFFFFFF, extra=extra)])


def _tar(kind: bytes, target: str) -> bytes:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        info = tarfile.TarInfo("reviews.csv")
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return made.getvalue()


def _with_secret(folder: Path, link: Member) -> bytes:
    (folder / "secret.txt").write_text(SECRET * 200)
    return raw_zip([stored("good.txt", TEXT), link])


def _link(folder: Path) -> bytes:
    target = str(folder / "secret.txt").encode()
    return _with_secret(folder, Member(b"link.txt", target, len(target), method=0, mode=0o120777 << 16))


def _folder_of_links(folder: Path) -> Path:
    (folder / "texts").mkdir()
    (folder / "secret.txt").write_text(SECRET * 200)
    (folder / "texts" / "good.txt").write_bytes(TEXT)
    (folder / "texts" / "link.txt").symlink_to(folder / "secret.txt")
    (folder / "texts" / "round").symlink_to(folder / "texts")
    return folder / "texts"


def _deep(depth: int) -> bytes:
    return raw_zip([stored("/".join(["d"] * depth) + "/a.txt", TEXT)])


def _images_with_lies(_: Path) -> bytes:
    return raw_zip(
        [packed("cats/1.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, size=100), packed("dogs/1.png", b"x" * 200)]
    )


_BOMB = b"\0" * (24 * MB)
HOSTILE = (
    data("zip-one-member-grows", "bomb.zip", lambda _: raw_zip([packed("a.txt", b"a" * (60 * MB))]), "refused"),
    data("zip-table-grows", "bomb.zip", lambda _: raw_zip([packed("a.csv", b"a,b\n" * (8 * MB))]), "refused"),
    data("zip-members-under-the-ratio", "texts.zip", _under_the_ratio, "refused"),
    data("zip-members-of-tables-and-texts", "texts.zip", lambda _: raw_zip(
        [packed("a.csv", b"text,label\n" + b"x,y\n" * 2_000_000), packed("a.txt", b"b" * (9 * MB))]), "refused"),
    data("zip-three-thousand-texts", "texts.zip", _many_texts),
    data("zip-overlapping-members", "texts.zip", _overlapping, "refused"),
    data("zip-quoted-overlap", "texts.zip", _quoted_overlap, "refused"),
    data("zip-within-zip", "nested.zip", lambda _: _nested(3), "refused"),
    data("zip-within-zip-beside-a-text", "nested.zip", lambda _: raw_zip(
        [stored("a.txt", TEXT), packed("b.zip", _nested(1))]), "read"),
    data("zip-name-points-up", "texts.zip", lambda _: raw_zip([stored("../../a.txt", TEXT)]), "refused"),
    data("zip-name-from-the-root", "texts.zip", lambda _: raw_zip([stored("/etc/a.txt", TEXT)]), "refused"),
    data("zip-name-with-a-drive", "texts.zip", lambda _: raw_zip([stored("C:\\a.txt", TEXT)]), "refused"),
    data("zip-name-with-backslashes", "texts.zip", lambda _: raw_zip([stored("..\\..\\a.txt", TEXT)]), "refused"),
    data("zip-name-of-64-kb", "texts.zip", lambda _: raw_zip([stored("a" * 65_000 + ".txt", TEXT)])),
    data("zip-names-of-64-kb", "texts.zip", lambda _: raw_zip(
        stored(f"{n}" + "a" * 65_000 + ".txt", TEXT) for n in range(100))),
    data("zip-thirty-thousand-folders-deep", "texts.zip", lambda _: _deep(32_000), "refused"),
    data("zip-folders-deep-many-times", "texts.zip", lambda _: raw_zip(
        stored(f"{n}/" + "d/" * 15_000 + "a.txt", TEXT) for n in range(20)), "refused"),
    data("zip-name-with-nul", "texts.zip", lambda _: raw_zip([Member(b"a.txt\0.exe", TEXT, len(TEXT), method=0)])),
    data("zip-name-turned-around", "texts.zip", lambda _: raw_zip([stored("\u202etxt.exe.txt", TEXT)])),
    data("zip-names-of-devices", "texts.zip", lambda _: raw_zip([stored("CON.txt", TEXT), stored("nul.txt", TEXT)])),
    data("zip-link-out", "texts.zip", _link, "refused"),
    HostileFile("folder-links-out", _folder_of_links, "data", "read"),
    data("zip-says-a-million-entries", "texts.zip", lambda _: raw_zip([stored("a.txt", TEXT)], count=65_535)),
    data("zip-same-name-many-times", "texts.zip", lambda _: raw_zip(
        stored("a.txt", b"%d " % n + TEXT) for n in range(2_000))),
    data("zip-encrypted", "texts.zip", lambda _: raw_zip([stored("a.txt", TEXT, flags=1)]), "refused"),
    data("zip-strongly-encrypted", "texts.zip", lambda _: raw_zip([stored("a.txt", TEXT, flags=0x41)]), "refused"),
    data("zip-unknown-method", "texts.zip", lambda _: raw_zip([stored("a.txt", TEXT, method=77)]), "refused"),
    data("zip-bzip2-member", "texts.zip", lambda _: raw_zip(
        [Member(b"a.txt", bz2.compress(_BOMB[: 4 * MB]), len(_BOMB), method=12)]), "refused"),
    data("zip-lzma-member", "texts.zip", lambda _: raw_zip(
        [Member(b"a.txt", b"\x09\x04\x05\x00" + lzma.compress(_BOMB[:MB])[:500], len(_BOMB), method=14)]), "refused"),
    data("zip-cut-off", "texts.zip", lambda _: raw_zip([stored("a.txt", TEXT)])[:-30], "refused"),
    data("zip-wrong-check-sum", "texts.zip", lambda _: raw_zip([stored("a.txt", TEXT, crc=1)]), "refused"),
    data("zip-says-less-than-it-holds", "texts.zip", lambda _: raw_zip(
        [packed("a.txt", b"a" * (50 * MB), size=2_000)]), "refused"),
    data("zip-says-more-than-it-holds", "texts.zip", lambda _: raw_zip(
        [stored("a.txt", TEXT, size=9 * MB)]), "refused"),
    data("zip-pictures-that-lie", "photos.zip", _images_with_lies, "refused"),
    data("zip-sizes-of-four-exabytes", "texts.zip", _zip64, "refused"),
    data("zip-comment-of-headers", "texts.zip", lambda _: raw_zip(
        [stored("a.txt", TEXT)], comment=b"PK\x05\x06" * 16_000)),
    data("zip-behind-other-bytes", "texts.zip", lambda _: raw_zip([stored("a.txt", TEXT)], before=b"MZ" * 5_000)),
    data("zip-nothing-within", "texts.zip", lambda _: raw_zip([]), "refused"),
    data("zip-directory-of-rubbish", "texts.zip", lambda _: b"PK\x03\x04" + b"PK\x01\x02" * 9_999, "refused"),
    data("gz-of-a-table-that-grows", "table.csv.gz", lambda _: gzip.compress(b"a,b\n" * (4 * MB)), "refused"),
    data("gz-idx-that-grows", "train-images-idx3-ubyte.gz", lambda _: gzip.compress(
        struct.pack(">4B3I", 0, 0, 8, 3, 9_000_000, 4_096, 4_096) + _BOMB), "refused"),
    data("gz-labels-that-grow", "train-labels-idx1-ubyte.gz", lambda _: gzip.compress(
        struct.pack(">4BI", 0, 0, 8, 1, 10_000_000) + _BOMB), "refused"),
    data("bz2-of-a-table", "table.csv.bz2", lambda _: bz2.compress(_BOMB[: 4 * MB]), "refused"),
    data("xz-of-a-table", "table.csv.xz", lambda _: lzma.compress(_BOMB[: 4 * MB]), "refused"),
    data("zst-of-a-table", "table.csv.zst", lambda _: b"\x28\xb5\x2f\xfd\xa4\xff\xff\xff\xff" + b"\x02\0\xff\xff" * 999,
         "refused"),
    data("gz-that-only-says-so", "table.csv", lambda _: gzip.compress(_BOMB), "refused"),
    data("tar-link-out", "texts.tar", lambda folder: _tar(tarfile.SYMTYPE, "/etc/hostname"), "refused"),
    data("tar-device", "texts.tar", lambda folder: _tar(tarfile.CHRTYPE, ""), "refused"),
    data("rar-and-7z-signs", "texts.rar", lambda _: b"Rar!\x1a\x07\x01\0" + b"\0" * 999, "refused"),
    HostileFile("runs-zip-of-a-growing-log", wrote("logs.zip", lambda _: raw_zip(
        [packed("run/events.out.tfevents.1", b"\0" * (30 * MB))])), "runs"),
)  # fmt: skip
