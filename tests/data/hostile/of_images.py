"""Pictures of a few bytes that decode to millions of pixels, and parts of pictures that never end."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.data.hostile.hostile_file import HostileFile, data, deflated, packed, raw_zip, stored
from tests.data.images.drawing import png

MB = 1 << 20
SIDE = 8_900  # 79 million pixels


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, depth: int = 1, color: int = 0, rows: int = -1, more: bytes = b"") -> bytes:
    """Return a black picture; `rows` of them are there."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    line = b"\0" * (1 + (width * bits + 7) // 8)
    content = zlib.compress(line * (height if rows < 0 else rows), 6)
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    palette = _chunk(b"PLTE", b"\0" * 768) if color == 3 else b""
    return b"\x89PNG\r\n\x1a\n" + head + more + palette + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _saved(size: tuple[int, int], kind: str, mode: str = "L", **how: object) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size).save(made, kind, **how)
    return made.getvalue()


def _classes(content: bytes, suffix: str = "png", each: int = 4) -> bytes:
    """Return class folders in which the content stands beside good pictures."""
    good = [packed(f"{name}/good{n}.png", png(10 * k + n)) for k, name in enumerate("ab") for n in range(4)]
    bad = stored("0", content)
    named = [bad._replace(name=f"{name}/{n}.{suffix}".encode()) for name in "ab" for n in range(each)]
    return raw_zip([*good, *named])


def _photos(name: str, content: Callable[[], bytes], suffix: str = "png", each: int = 4) -> HostileFile:
    return data(name, "photos.zip", lambda _: _classes(content(), suffix, each))


def _webp() -> bytes:
    return _saved((SIDE, SIDE), "WEBP", "RGB", lossless=True, quality=0, method=0)


def _gif_of_lines(frames: int, side: int = SIDE) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\x04\x04\x01\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02D\x01\0"
    return head + frame * frames + b";"


def _tiff_loop() -> bytes:
    tags = [(256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8),
            (278, 4, 1, 64), (279, 4, 1, 4_096)]  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    at = 8 + 4_096
    return b"II*\0" + struct.pack("<I", at) + b"\x55" * 4_096 + directory + struct.pack("<I", at)


def _tiff_huge() -> bytes:
    return _saved((SIDE, SIDE), "TIFF", "1", compression="group4")


def _jpeg(width: int, height: int) -> bytes:
    content = bytearray(_saved((64, 64), "JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def _scans(count: int) -> bytes:
    """Return a progressive JPEG whose last scan stands there many times."""
    content = _saved((2_000, 2_000), "JPEG", "L", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + b"\xff\xd9"


def _exif() -> bytes:
    content = _saved((64, 64), "JPEG")
    tags = b"MM\0*" + struct.pack(">IH", 8, 65_535) + struct.pack(">HHII", 0x112, 3, 0xFFFFFFFF, 8) * 4_000
    block = b"Exif\0\0" + tags
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + content[2:]


def _bmp() -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, SIDE, SIDE, 1, 24, 0, 0, 0, 0, 0, 0) + b"\0" * 64


def _rle() -> bytes:
    """Return a BMP that is packed by runs: 79 million pixels in 100 bytes."""
    head = struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 1_078, 40, SIDE, SIDE, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + head + b"\0" * 1_024 + b"\xff\x07" * 40 + b"\0\x01"


def _alone(content: Callable[[], bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        for name in "ab":
            (folder / "photos" / name).mkdir(parents=True)
            for n in range(4):
                (folder / "photos" / name / f"{n}.png").write_bytes(png(10 * ord(name) + n))
        (folder / "photos" / "a" / "big.png").write_bytes(content())
        return folder / "photos"

    return make


def _bomb(kind: bytes, begin: bytes) -> bytes:
    return _chunk(kind, begin + zlib.compress(b"a" * (40 * MB), 9))


SVG = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><svg width="99999">&b;</svg>'
HOSTILE = (
    _photos("image-png-of-79-million-pixels", lambda: _png(SIDE, SIDE)),
    _photos("image-png-of-79-million-pixels-in-colour", lambda: _png(SIDE, SIDE, 8, 2), each=1),
    _photos("image-png-of-79-million-pixels-cut-off", lambda: _png(SIDE, SIDE, 8, 6, rows=2)),
    _photos("image-png-of-four-billion-pixels", lambda: _png(65_500, 65_500, rows=2)),
    _photos("image-png-of-the-largest-sides", lambda: b"\x89PNG\r\n\x1a\n" + _chunk(
        b"IHDR", struct.pack(">IIBBBBB", 0x7FFFFFFF, 0x7FFFFFFF, 8, 6, 0, 0, 0))),
    _photos("image-png-with-a-long-comment", lambda: _png(64, 64, more=_bomb(b"zTXt", b"Comment\0\0"))),
    _photos("image-png-with-a-long-profile", lambda: _png(64, 64, more=_bomb(b"iCCP", b"icc\0\0"))),
    _photos("image-png-of-one-row", lambda: _png(70_000_000, 4), each=1),
    _photos("image-png-thousands-of-chunks", lambda: _png(64, 64, more=_chunk(b"tEXt", b"a\0b") * 40_000)),
    _photos("image-png-that-moves", lambda: _png(64, 64, more=_chunk(b"acTL", struct.pack(">II", 0xFFFFFFFF, 0)))),
    _photos("image-gif-of-79-million-pixels", lambda: _gif_of_lines(1), "gif", 60),
    _photos("image-gif-of-many-frames", lambda: _gif_of_lines(5_000, 300), "gif", 1),
    _photos("image-webp-of-79-million-pixels", _webp, "webp", 30),
    _photos("image-tiff-of-79-million-pixels", _tiff_huge, "tif", 30),
    _photos("image-tiff-in-a-circle", _tiff_loop, "tif"),
    _photos("image-bmp-without-its-pixels", _bmp, "bmp", 20),
    _photos("image-bmp-packed-by-runs", _rle, "bmp", 20),
    _photos("image-jpeg-that-says-it-is-large", lambda: _jpeg(8_900, 8_900), "jpg", 4),
    _photos("image-jpeg-of-many-scans", lambda: _scans(60), "jpg", 1),
    _photos("image-jpeg-with-endless-notes", _exif, "jpg"),
    _photos("image-ppm-that-says-it-is-large", lambda: b"P6 8900 8900 255\n" + b"\0" * 99, "ppm", 20),
    _photos("image-pbm-of-a-text-without-end", lambda: b"P1 " + b"#" * (MB // 8) + b"\n9 9\n", "pbm"),
    _photos("image-postscript-under-a-picture-s-name", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run\n" * 99, "jpg"),
    _photos("image-svg-under-a-picture-s-name", lambda: SVG, "png"),
    _photos("image-heic-of-rubbish", lambda: b"\0\0\0\x18ftypheic" + b"\xff" * 4_000, "heic"),
    _photos("image-avif-of-rubbish", lambda: b"\0\0\0\x18ftypavif" + b"\xff" * 4_000, "avif"),
    HostileFile("image-large-one-in-a-folder", _alone(lambda: _png(SIDE, SIDE)), "data", "read"),
    data("image-alone", "photo.png", lambda _: _png(SIDE, SIDE), "refused"),
    data("image-zip-of-many-large-ones", "photos.zip", lambda _: raw_zip(
        [stored(f"{'ab'[n % 2]}/{n}.png", b"")._replace(
            packed=one, size=len(content), crc=zlib.crc32(content), method=8)
         for content in (_png(SIDE, SIDE),) for one in (deflated(content),) for n in range(60)])),
)  # fmt: skip
