"""How bad files are made: from good ones, with as little as possible wrong."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.data.images.drawing import lay_out, noise, pack, png, saved

Files = dict[str, bytes]
Make = Callable[[Path], Path]


def file(name: str, content: Callable[[], bytes]) -> Make:
    """Return what writes one file of this name; its bytes are made only then."""
    return lambda place: lay_out(place, {name: content()}) / name


def folder(files: Callable[[], Mapping[str, bytes]], name: str = "Photos") -> Make:
    """Return what writes these files into a folder."""
    return lambda place: lay_out(place / name, dict(files()))


def zipped(files: Callable[[], Mapping[str, bytes]], name: str = "photos.zip") -> Make:
    """Return what writes these files into a ZIP."""
    return lambda place: pack(place / name, dict(files()))


def zip_of(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def locked(content: bytes) -> bytes:
    """Return a ZIP whose first file says that it is encrypted."""
    made = bytearray(content)
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def classes(*names: str, each: int = 6) -> Files:
    """Return so many different pictures for each class folder."""
    return {f"{name}/{n}.png": png(100 * k + n) for k, name in enumerate(names) for n in range(each)}


def in_both(content: bytes, suffix: str = "png", each: int = 6) -> Files:
    """Return the same bytes as every picture of the class folders cats and dogs."""
    return {f"{name}/{n}.{suffix}": content for name in ("cats", "dogs") for n in range(each)}


def pets(**more: bytes) -> Files:
    """Return twelve good pictures of cats and dogs, and others besides."""
    return classes("cats", "dogs") | more


def jpeg(seed: int = 1) -> bytes:
    """Return the file of a noisy picture."""
    return saved(noise(seed), "JPEG")
