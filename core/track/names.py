"""Names as people give them, on one line and short enough for tables."""

from hashlib import blake2s

from core.tracking.values import readable

LONGEST_NAME = 80  # characters
_BEGINNING, _END = 48, 22


def clean(text: object) -> str:
    """Return a name on one line; a long one is shortened but stays unique.

    A shortened name keeps its beginning, its end and a part that distinguishes it.
    """
    line = readable(" ".join(str(text).replace("\x00", " ").split()))
    if len(line) <= LONGEST_NAME:
        return line
    mark = blake2s(line.encode(), digest_size=3).hexdigest()
    return f"{line[:_BEGINNING]}…{line[-_END:]} {mark}"
