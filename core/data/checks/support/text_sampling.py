"""A bounded sample of long documents, read from their beginning, and its repeats.

The sample is enough to check and always fits in memory.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.data.checks.support.check_context import CheckContext
from core.data.wording import SHOWN

LOOKED_THROUGH = 20_000_000  # bytes of UTF-8 that a slow check reads


def passages(context: CheckContext, most: int = LOOKED_THROUGH) -> Iterator[tuple[int, str]]:
    """Yield each document's position and text up to a byte limit; cut the last."""
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
    """Return the phrase for a finding on a sample; empty if all was read."""
    return f"In the first {most // 1_000_000} megabytes of the text, " if is_cut(context, most) else ""


@dataclass
class Repeats:
    """Pieces of a text that occurred before in it, by hash of their content."""

    count: int = 0
    characters: int = 0
    examples: list[str] = field(default_factory=list)  # the first few
    _seen: set[bytes] = field(default_factory=set)

    def meet(self, piece: str, folded: str) -> bool:
        """Add the next piece and return whether its `fold` text occurred before."""
        key = hashlib.blake2b(folded.encode(), digest_size=16).digest()
        if key not in self._seen:
            self._seen.add(key)
            return False
        self.count, self.characters = self.count + 1, self.characters + len(piece)
        if len(self.examples) < SHOWN:
            self.examples.append(piece)
        return True
