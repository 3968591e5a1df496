"""Two image hashes: one for identical pixels, one for images that appear alike."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from core.data.images.decoding import strips

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST_LOOKS = 48  # pixels of the shorter side; smaller pictures of one kind look alike to a perceptual hash
LOOKED_AT = 32  # pixels a side that the perceptual hash is made from


def hash_pixels(image: "Image") -> bytes:
    """Return a 16-byte hash of the pixels, independent of the file format."""
    shape = (image.height, image.width, 1 if image.mode == "L" else 3)
    digest = hashlib.blake2b(np.array(shape, "<u4").tobytes(), digest_size=16)
    for strip in strips(image):
        digest.update(np.ascontiguousarray(strip).data)
    return digest.digest()


def perceptual_hash(image: "Image") -> int | None:
    """Return a 64-bit hash, alike for images that look alike; None for tiny ones."""
    if min(image.size) < LEAST_LOOKS:
        return None
    import imagehash
    from PIL import Image

    # imagehash makes it this size itself, but slowly where the picture is large.
    small = image.resize((LOOKED_AT, LOOKED_AT), Image.Resampling.LANCZOS, reducing_gap=4)
    bits = imagehash.phash(small, hash_size=8, highfreq_factor=LOOKED_AT // 8).hash
    return int.from_bytes(np.packbits(bits.flatten()).tobytes(), "big")
