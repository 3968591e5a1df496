"""User image files, converted to the form of a model's training images."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.images.decoding import (
    CLEAR_IN_WORDS,
    FORMATS_IN_WORDS,
    MOST_IN_WORDS,
    BadImage,
    TooLargeImage,
    TooSmallImage,
    decode,
)
from core.data.images.resize import shape
from core.errors import DataError
from core.specs import DataInfo, Images

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE = 100 * 1024 * 1024  # bytes
DARK = 0.5  # a training mean below it, or a border above it, in 0..1
DRAWN = 32  # pixels a side: grey pictures up to it are drawings (digits, letters), larger ones photographs
INK = 0.15  # brightness, of 0..1, from which a pixel belongs to what was drawn


def read_image(source: Path | bytes, info: DataInfo) -> Images:
    """Return an image as the model expects it, (H, W, C), 0 to 255.

    It is cut and resized exactly as the training pictures were. Small grey models whose training pictures are bright
    on dark (such as handwritten digits) get a drawing: inverted if its border is bright, cut to what was drawn,
    centred; unless it has the very size of the training pictures and so is one already.

    Args:
        source: A file, or its bytes.
        info: Of the model; its `given_shape` is (C, H, W).

    Raises:
        DataError: It is no picture, or too large a one.
    """
    image = _decode(source, source.name if isinstance(source, Path) else "The upload", info.ground)
    channels, height, width = info.given_shape
    is_drawing = channels == 1 and max(height, width) <= DRAWN and info.channel_mean and info.channel_mean[0] < DARK
    if is_drawing and image.size != (width, height):
        image = _like_a_drawing(image.convert("L"), width, height)
    return shape(image, width, height, channels)


def model_image(content: bytes, info: Mapping[str, Any]) -> bytes:
    """Return an image as a model expects it, as PNG.

    Args:
        content: The file.
        info: Of the model: `shape` (C, H, W), `ground`, and `mean` of the channels, in 0..1.

    Raises:
        DataError: It is no picture, or too large a one.
    """
    from PIL import Image

    channels, height, width = info["shape"]
    known = DataInfo((), (channels, height, width), channel_mean=tuple(info["mean"]), ground=info["ground"])
    pixels = read_image(content, known)
    written = io.BytesIO()
    Image.fromarray(pixels[..., 0] if channels == 1 else pixels).save(written, "PNG")
    return written.getvalue()


def _decode(source: Path | bytes, name: str, ground: int) -> "Image":
    """Return the upright image, its transparency filled with the training images' background."""
    try:
        if isinstance(source, Path):
            if source.stat().st_size > LARGEST_FILE:
                raise DataError(f"{name} is larger than 100 MB. Make the image smaller.")
            source = source.read_bytes()
        return decode(source, ground=ground)
    except FileNotFoundError as error:
        raise DataError(f"There is no file {source!s}.") from error
    except TooLargeImage as error:
        raise DataError(f"{name} has more than {MOST_IN_WORDS} ({CLEAR_IN_WORDS}). Make the image smaller.") from error
    except TooSmallImage as error:
        raise DataError(f"{name} is only a few pixels large: there is nothing to see. Take a larger image.") from error
    except (BadImage, OSError) as error:
        raise DataError(f"{name} is not an image that can be read. Images are {FORMATS_IN_WORDS} files.") from error


def _like_a_drawing(grey: "Image", width: int, height: int) -> "Image":
    """Return bright ink on black, cropped, centred and resized to the model's input."""
    from PIL import Image

    pixels: NDArray[np.float32] = np.asarray(grey, dtype=np.float32) / np.float32(255)  # (H, W)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if np.median(border) > DARK:
        pixels = np.float32(1) - pixels
    if pixels.max() >= INK:
        pixels = _centred(pixels, width, height)
    drawing = Image.fromarray(np.rint(pixels * 255).astype(np.uint8))
    return drawing.resize((width, height), Image.Resampling.BOX)  # as scanned digits were made small


def _centred(pixels: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Return the drawing centred on a canvas of the model's proportions."""
    rows, columns = np.flatnonzero(pixels.max(1) >= INK), np.flatnonzero(pixels.max(0) >= INK)
    ink = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = max(ink.shape[0] / height, ink.shape[1] / width)
    canvas = np.zeros((max(round(height * scale), ink.shape[0]), max(round(width * scale), ink.shape[1])), np.float32)
    top, left = (canvas.shape[0] - ink.shape[0]) // 2, (canvas.shape[1] - ink.shape[1]) // 2
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    canvas /= canvas.max()
    return canvas
