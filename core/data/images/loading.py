"""Packed images as arrays for training, thumbnails for pages, and single new images."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.images.decoding import (
    CLEAR_IN_WORDS,
    FORMATS_IN_WORDS,
    MOST_IN_WORDS,
    BadImage,
    TooLargeImage,
    TooSmallImage,
    decode,
    decoded,
    see_through,
)
from core.data.images.resize import shape
from core.data.images.thread_pool import in_order
from core.data.rows import batches
from core.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

SMALL = 96  # pixels: square pictures up to this size are kept as they are
USUAL = 64  # pixels a side of all others
LARGEST_TAKEN = 2048  # pixels of the longer side
LARGEST_PNG = 4 * 1024**2  # bytes
TOGETHER = 64  # pictures that a thread works on before it says so
SHARPER = 2  # a JPEG is decoded at no less than this times the size that is wanted

_Place = tuple[str, int, int]  # pack, offset, bytes


def natural_size(rows: pa.Table) -> tuple[int, int]:
    """Return the pixels a side and the channels that pictures are best trained with.

    Args:
        rows: With `width`, `height` and `channels`; at least one.
    """
    import pyarrow.compute as pc

    wide, high = pc.min_max(rows["width"]).as_py(), pc.min_max(rows["height"]).as_py()
    one_size = wide["min"] == wide["max"] == high["min"] == high["max"] <= SMALL
    return wide["max"] if one_size else USUAL, 1 if pc.max(rows["channels"]).as_py() == 1 else 3


def load_images(
    rows: pa.Table, packs: Path, size: int, channels: int, into: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Return images as (N, size, size, channels), 0 to 255, resized and center-cropped.

    The shorter side is resized to `size`.

    Args:
        rows: As `core.data.rows.PICTURE_ROWS`; N of them.
        packs: The folder of packs.
        size: In pixels.
        channels: 1 or 3.
        into: Where to write them, such as a memory-mapped array; None makes one in memory.

    Raises:
        DataError: The packs are damaged; they were whole when the pictures were taken in.
    """
    result = np.empty((len(rows), size, size, channels), np.uint8) if into is None else into

    def load(piece: tuple[int, list[_Place]]) -> None:
        begin, places = piece
        with ExitStack() as stack:
            open_packs = {pack: stack.enter_context((packs / pack).open("rb")) for pack in {p for p, _, _ in places}}
            for position, (pack, offset, size_bytes) in enumerate(places, begin):
                open_packs[pack].seek(offset)
                with decoded(open_packs[pack].read(size_bytes), SHARPER * size) as image:
                    result[position] = shape(image, size, size, channels)

    try:
        for _ in in_order(load, _pieces(rows)):
            pass
    except (BadImage, OSError) as error:
        raise DataError(
            "The images of this data set are damaged on disk. Import them again; the old version can then be deleted."
        ) from error
    return result


def _pieces(rows: pa.Table) -> Iterator[tuple[int, list[_Place]]]:
    """Yield the first row's position and the images' places, a few at a time."""
    for begin, batch in batches(rows, "pack", "offset", "size_bytes"):
        places = list(zip(batch["pack"], batch["offset"], batch["size_bytes"], strict=True))
        for start in range(0, len(places), TOGETHER):
            yield begin + start, places[start : start + TOGETHER]


def thumbnail(content: bytes, largest: int) -> bytes:
    """Return a picture as PNG or JPEG, with no side longer than `largest` pixels.

    Raises:
        DataError: It is no picture that can be shown.
    """
    image = _decoded(content, largest)
    image.thumbnail((largest, largest), reducing_gap=2)
    return _saved(image, lossless=min(image.size) <= SMALL)


def checked_image(content: bytes) -> bytes:
    """Return a dropped or camera image as stored: upright, sides at most 2048 pixels.

    It is saved anew, so that it carries nothing but itself: no place where it was taken, no hidden data.

    Raises:
        DataError: It is no picture that can be used; the message says why.
    """
    lossy = content.startswith(b"\xff\xd8") or b"ftyp" in content[:16]
    image = (None if lossy else _see_through(content)) or _decoded(content, 2 * LARGEST_TAKEN if lossy else 0)
    image.thumbnail((LARGEST_TAKEN, LARGEST_TAKEN), reducing_gap=3)
    kept = _saved(image, lossless=not lossy)
    if len(kept) <= LARGEST_PNG:
        return kept
    if image.mode == "RGBA":  # too large to keep what is transparent
        image = _decoded(content, 0)
        image.thumbnail((LARGEST_TAKEN, LARGEST_TAKEN), reducing_gap=3)
    return _saved(image, lossless=False)


def _see_through(content: bytes) -> "Image | None":
    """Return a partly transparent image as "RGBA", its background to be chosen later."""
    try:
        with see_through(content) as clear:
            return clear
    except BadImage:
        return None  # decoding it again says why


def _decoded(content: bytes, at_least: int) -> "Image":
    try:
        return decode(content, at_least)
    except TooLargeImage as error:
        raise DataError(
            f"This image has more than {MOST_IN_WORDS} ({CLEAR_IN_WORDS}). Make it smaller and add it again."
        ) from error
    except TooSmallImage as error:
        raise DataError("This image is only a few pixels large: there is nothing to see. Add a larger one.") from error
    except BadImage as error:
        raise DataError(
            "This file is not an image that can be read, or it is damaged. "
            f"Images may be {FORMATS_IN_WORDS} files; save it again as one of them."
        ) from error


def _saved(image: "Image", lossless: bool) -> bytes:
    file = io.BytesIO()
    image.info.clear()
    if lossless:
        image.save(file, "PNG", compress_level=1)
    else:
        image.save(file, "JPEG", quality=92)
    return file.getvalue()
