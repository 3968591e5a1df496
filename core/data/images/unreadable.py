"""Why a file that is named as a picture cannot be read as one."""

from collections import Counter
from typing import Literal

from core.data.file_signatures import HEAD_BYTES, POINTER, is_text, real_kind

Cause = Literal["cut", "empty", "page", "text", "pointer", "other", "unknown"]
_WORDS: dict[Cause, tuple[str, str]] = {
    "cut": ("is damaged or was cut off", "are damaged or were cut off"),
    "empty": ("is empty (0 bytes)", "are empty (0 bytes)"),
    "page": ("is a web page, such as a download's error page", "are web pages, such as a download's error page"),
    "text": ("is a text", "are texts"),
    "pointer": (
        "is only a pointer to an image that was left behind (Git LFS)",
        "are only pointers to images that were left behind (Git LFS)",
    ),
    "other": ("is a file of another kind", "are files of another kind"),
    "unknown": ("is damaged, or of a kind that is not read", "are damaged, or of a kind that is not read"),
}


def cause_of(content: bytes) -> Cause:
    """Return what a file is that no picture could be read from."""
    start = content[:HEAD_BYTES]
    if not start:
        return "empty"
    if start.startswith(POINTER):
        return "pointer"
    kind = real_kind(start)
    if kind:
        return "cut" if kind.endswith("image") else "page" if kind == "a web page" else "other"
    return "text" if is_text(start, 127) else "unknown"


def in_words(causes: Counter[Cause]) -> str:
    """Return how many files could not be read as pictures, and why: one sentence."""
    count = causes.total()
    begin = "1 file could not be read as an image:" if count == 1 else f"{count:,} files could not be read as images:"
    if len(causes) == 1:
        (cause,) = causes
        return f"{begin} {'it' if count == 1 else 'they'} {_WORDS[cause][count > 1]}."
    parts = [f"{number:,} {_WORDS[cause][number > 1]}" for cause, number in causes.most_common()]
    return f"{begin} {'; '.join(parts)}."
