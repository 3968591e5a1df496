"""A limit on one source's empty pixels.

A thousand small files of ten million pixels each decode for an hour.
"""

from threading import Lock

from core.data.images.decoding import pixels_of

PIXELS_PER_BYTE = 100  # that every file may have; a scan in black and white has 500, a screenshot 40, a photo 3
MOST_BEYOND = 10_000_000_000  # pixels of all files together beyond that: some minutes of one core


class PixelBudget:
    """Thread-safe counter of one source's pixels that hardly any bytes encode."""

    def __init__(self, most: int = MOST_BEYOND) -> None:
        self._left, self._lock = most, Lock()

    @property
    def is_spent(self) -> bool:
        """Whether no further picture is decoded."""
        return self._left <= 0

    def spend(self, pixels: int, size_bytes: int) -> None:
        """Count a picture that was decoded."""
        with self._lock:
            self._left -= max(0, pixels - PIXELS_PER_BYTE * size_bytes)

    def spend_on_broken(self, content: bytes) -> None:
        """Count an image whose decoding failed, by the size in its header."""
        self.spend(pixels_of(content), len(content))
