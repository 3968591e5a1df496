"""What a run says while it fetches a pretrained model."""

import time
from collections.abc import Callable

EVERY_S = 1.0


class Downloads:
    """Turns the progress of a download into events, about one a second."""

    def __init__(self, note: Callable[..., None]) -> None:
        """Tell it there: `note` takes a kind of event, its message and its data."""
        self._note = note
        self._told_at, self._told = 0.0, ""

    def __call__(self, sentence: str, done_bytes: int, total_bytes: int) -> None:
        """Take how far it is: bytes done, and in all (0 if unknown)."""
        now, whole = time.monotonic(), 0 < total_bytes <= done_bytes
        if sentence == self._told and not whole and now - self._told_at < EVERY_S:
            return
        self._told_at, self._told = now, sentence
        self._note("download", sentence, {"done_bytes": done_bytes, "total_bytes": total_bytes})
