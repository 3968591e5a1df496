"""What a text is freed of before anything learns from it: control characters and foreign line ends, nothing else."""

import re
from collections.abc import Iterable, Iterator

_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# Controls but for tab and line feed, and halves of characters that cannot be written down.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"


class Cleaner:
    """Frees a text of control characters and makes every line end one line feed; counts what it removes."""

    def __init__(self) -> None:
        self.removed = 0  # control characters

    def clean(self, pieces: Iterable[str]) -> Iterator[str]:
        """Yield the pieces of one text, cleaned; a line end may lie across two of them."""
        waiting = ""
        for piece in pieces:
            piece = waiting + piece
            waiting = "\r" if piece.endswith("\r") else ""
            piece, removed = _UNSEEN.subn("", piece[:-1] if waiting else piece)
            self.removed += removed
            if piece:
                yield _LINE_END.sub("\n", piece).replace(_BYTE_ORDER_MARK, "")
        if waiting:
            yield "\n"
