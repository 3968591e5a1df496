"""Picture files as people have them, made to look like the pictures that a model has learnt from."""

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import DataError
from core.specs import DataInfo, Images

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MOST_PIXELS = 50_000_000
LARGEST_FILE = 100 * 1024 * 1024  # bytes
DARK = 0.5  # a training mean below it, or a border above it, in 0..1
INK = 0.15  # brightness, of 0..1, from which a pixel belongs to what was drawn


def read_picture(source: Path | bytes, info: DataInfo) -> Images:
    """Return a picture as the model expects it, (H, W, C) of 0 to 255.

    Colour models get the picture resized. Grey models whose training pictures are bright on dark (such as
    handwritten digits) get a drawing: inverted if its border is bright, cut to what was drawn, centred.

    Args:
        source: A file, or its bytes.
        info: Of the model; its `input_shape` is (C, H, W).

    Raises:
        DataError: It is no picture, or too large a one.
    """
    name = source.name if isinstance(source, Path) else "The upload"
    picture = _decode(source, name)
    channels, height, width = info.input_shape
    if channels == 3:
        return np.asarray(picture.convert("RGB").resize((width, height), resample=_smooth()), dtype=np.uint8)
    grey = picture.convert("L")
    if info.channel_mean and info.channel_mean[0] < DARK:
        grey = _like_a_drawing(grey, width, height)
    return np.asarray(grey.resize((width, height), resample=_smooth()), dtype=np.uint8)[..., None]


def _smooth() -> "Image.Resampling":  # type: ignore[name-defined]
    from PIL import Image

    return Image.Resampling.BOX


def _decode(source: Path | bytes, name: str) -> "Image":
    """Return the picture, upright, on white where it is transparent."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        if isinstance(source, Path):
            if source.stat().st_size > LARGEST_FILE:
                raise DataError(f"{name} is larger than 100 MB. Make the picture smaller.")
            source = source.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # bounded below, more tightly
            with Image.open(io.BytesIO(source), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise DataError(f"{name} has more than 50 million pixels. Make the picture smaller.")
                upright = ImageOps.exif_transpose(opened)
                if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
                    deep = np.asarray(upright, dtype=np.float64)
                    return Image.fromarray((deep / max(deep.max(), 255) * 255).astype(np.uint8))
                rgba = upright.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    except FileNotFoundError as error:
        raise DataError(f"There is no file {source!s}.") from error
    except Image.DecompressionBombError as error:
        raise DataError(f"{name} has more than 50 million pixels. Make the picture smaller.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise DataError(
            f"{name} is not a picture that can be read. Pictures are PNG, JPEG, GIF, BMP, WebP or TIFF files."
        ) from error


def _like_a_drawing(grey: "Image", width: int, height: int) -> "Image":
    """Return bright ink on black, cut to the ink and centred, in the proportions of the model's pictures."""
    from PIL import Image

    pixels = np.asarray(grey, dtype=np.float32) / 255  # (H, W)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if np.median(border) > DARK:
        pixels = 1 - pixels
    if pixels.shape == (height, width) or pixels.max() < INK:
        return Image.fromarray(np.rint(pixels * 255).astype(np.uint8))
    rows, columns = np.flatnonzero(pixels.max(1) >= INK), np.flatnonzero(pixels.max(0) >= INK)
    ink = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = max(ink.shape[0] / height, ink.shape[1] / width)
    canvas = np.zeros((max(round(height * scale), ink.shape[0]), max(round(width * scale), ink.shape[1])), np.float32)
    top, left = (canvas.shape[0] - ink.shape[0]) // 2, (canvas.shape[1] - ink.shape[1]) // 2
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return Image.fromarray(np.rint(canvas / canvas.max() * 255).astype(np.uint8))
