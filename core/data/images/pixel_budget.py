"""How many empty pixels one source may bring: a thousand small files of ten million pixels each decode for an hour."""

from threading import Lock

from core.data.images.decoding import pixels_of

PIXELS_PER_BYTE = 100  # that every file may have; a scan in black and white has 500, a screenshot 40, a photo 3
MOST_BEYOND = 10_000_000_000  # pixels of all files together beyond that: some minutes of one core


class PixelBudget:
    """Counts the pixels of one source that hardly any bytes stand for; any thread may ask."""

    def __init__(self, most: int = MOST_BEYOND) -> None:
        """Begin with nothing spent.

        Args:
            most: Pixels that may be spent.
        """
        self._left, self._lock = most, Lock()

    @property
    def is_spent(self) -> bool:
        """Whether no further picture is decoded."""
        return self._left <= 0

    def spend(self, pixels: int, size_bytes: int) -> None:
        """Count a picture that was decoded.

        Args:
            pixels: Of it.
            size_bytes: Of its file.
        """
        with self._lock:
            self._left -= max(0, pixels - PIXELS_PER_BYTE * size_bytes)

    def spend_on_broken(self, content: bytes) -> None:
        """Count a picture that could not be decoded to its end, by what its header says."""
        self.spend(pixels_of(content), len(content))
