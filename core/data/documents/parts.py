"""Parts of a text of any length, cut at blank lines to manageable size."""

from collections.abc import Iterable, Iterator

from core.specs import DOCUMENT_BREAK

PART = 1_000_000  # characters


class Cutter:
    """Cuts texts into parts; joined with `DOCUMENT_BREAK`, they are the text again.

    Where a text has no blank line for a whole part, it is cut at the end of a line, else at a space, else anywhere;
    joining puts a blank line there, and `forced` counts those places.
    """

    def __init__(self) -> None:
        self.forced = 0

    def cut(self, pieces: Iterable[str], longest: int = PART) -> Iterator[str]:
        """Yield the parts of one text."""
        waiting = ""
        for piece in pieces:
            waiting += piece
            start = 0
            while len(waiting) - start > longest:
                end, next_start = self._place(waiting, start, start + longest)
                yield waiting[start:end]
                start = next_start
            waiting = waiting[start:]
        if waiting:
            yield waiting

    def _place(self, text: str, start: int, limit: int) -> tuple[int, int]:
        """Return where a part ends and where the next one begins."""
        found = text.rfind(DOCUMENT_BREAK, start, limit)
        if found > start:
            return found, found + len(DOCUMENT_BREAK)
        self.forced += 1
        for gap in "\n ":
            found = text.rfind(gap, start, limit)
            if found > start:
                return found, found + 1
        return limit, limit
