"""Resizing of images to a model's input, the same for training and prediction."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image


def shape(image: "Image", width: int, height: int, channels: int) -> NDArray[np.uint8]:
    """Return the image's largest centre crop of these proportions, resized to (height, width, channels).

    For a square this is: the shorter side to its length, then the middle cut out.

    Args:
        image: Mode "L" or "RGB".
        width: In pixels.
        height: In pixels.
        channels: 1 for grey, 3 for colour.
    """
    from PIL import Image, ImageOps

    mode = "L" if channels == 1 else "RGB"
    if image.size != (width, height):
        image = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(image if image.mode == mode else image.convert(mode))
    return pixels.reshape(height, width, channels)
