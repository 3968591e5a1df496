"""Text cleaning before training: removes only control characters and foreign line ends."""

import re
from collections.abc import Iterable, Iterator

_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# Controls but for tab and line feed, and halves of characters that cannot be written down.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"


class Cleaner:
    """A cleaner that counts control characters and makes line ends line feeds."""

    def __init__(self) -> None:
        self.removed = 0  # control characters

    def clean(self, pieces: Iterable[str]) -> Iterator[str]:
        """Yield one text's cleaned pieces; a line end may span two of them."""
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
