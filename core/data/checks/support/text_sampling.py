"""The beginning of long documents: enough to examine, never more than fits in memory; and what repeats in it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.data.checks.support.check_context import CheckContext
from core.data.wording import SHOWN

LOOKED_THROUGH = 20_000_000  # bytes of UTF-8 that a slow check reads


def passages(context: CheckContext, most: int = LOOKED_THROUGH) -> Iterator[tuple[int, str]]:
    """Yield each document's position and text until so many bytes are read; the last one is cut."""
    row, left = 0, most
    for chunk in context.column("text").chunks:
        for value in chunk:
            if left <= 0:
                return
            content = memoryview(value.as_buffer() or b"")[:left]
            yield row, bytes(content).decode("utf-8", "ignore")
            left -= len(content)
            row += 1


def is_cut(context: CheckContext, most: int = LOOKED_THROUGH) -> bool:
    """Return whether there is more text than `passages` yields."""
    import pyarrow.compute as pc

    return int(pc.sum(pc.binary_length(context.column("text"))).as_py() or 0) > most


def of_passages(context: CheckContext, most: int = LOOKED_THROUGH) -> str:
    """Return the words for a finding that saw only the beginning; nothing where all was seen."""
    return f"In the first {most // 1_000_000} megabytes of the text, " if is_cut(context, most) else ""


@dataclass
class Repeats:
    """The pieces of a text that stood in it before, told by a hash of what they say."""

    count: int = 0
    characters: int = 0
    examples: list[str] = field(default_factory=list)  # the first few
    _seen: set[bytes] = field(default_factory=set)

    def meet(self, piece: str, folded: str) -> bool:
        """Take the next piece and what it says (`fold`), and return whether that was said before."""
        key = hashlib.blake2b(folded.encode(), digest_size=16).digest()
        if key not in self._seen:
            self._seen.add(key)
            return False
        self.count, self.characters = self.count + 1, self.characters + len(piece)
        if len(self.examples) < SHOWN:
            self.examples.append(piece)
        return True
