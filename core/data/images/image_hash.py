"""Two names for what a picture shows: one for the very same pixels, one for pictures that look alike."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from core.data.images.decoding import strips

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST_LOOKS = 48  # pixels of the shorter side; smaller pictures of one kind look alike to a perceptual hash
LOOKED_AT = 32  # pixels a side that the perceptual hash is made from


def hash_pixels(image: "Image") -> bytes:
    """Return 16 bytes that are the same for the same pixels, however they were saved."""
    shape = (image.height, image.width, 1 if image.mode == "L" else 3)
    digest = hashlib.blake2b(np.array(shape, "<u4").tobytes(), digest_size=16)
    for strip in strips(image):
        digest.update(np.ascontiguousarray(strip).data)
    return digest.digest()


def perceptual_hash(image: "Image") -> int | None:
    """Return a perceptual hash of 64 bits (few of them differ between pictures that look alike); None if too small."""
    if min(image.size) < LEAST_LOOKS:
        return None
    import imagehash
    from PIL import Image

    # imagehash makes it this size itself, but slowly where the picture is large.
    small = image.resize((LOOKED_AT, LOOKED_AT), Image.Resampling.LANCZOS, reducing_gap=4)
    bits = imagehash.phash(small, hash_size=8, highfreq_factor=LOOKED_AT // 8).hash
    return int.from_bytes(np.packbits(bits.flatten()).tobytes(), "big")
