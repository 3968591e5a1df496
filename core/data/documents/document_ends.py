"""Document boundaries in a text file: tools' marks, lines of signs, blank lines."""

import re
from collections.abc import Iterable, Iterator

from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions

NONE = "none"
TOKENS = ("<|endoftext|>", "<|end_of_text|>")
_LINES = {
    "---": re.compile(r"\s{0,20}-{3,}\s*"),
    "***": re.compile(r"\s{0,20}\*(?:\s?\*){2,}\s*"),
    "===": re.compile(r"\s{0,20}={3,}\s*"),
}
KINDS = {
    TOKENS[0]: "after each <|endoftext|>",
    "---": "at each line of hyphens",
    "***": "at each line of asterisks",
    "===": "at each line of equals signs",
    "form-feed": "at each form feed",
    "blank-line": "at each blank line",
    NONE: "nowhere: the file is one document",
}
_LOOKED_AT = 1_000_000  # characters
_FEWEST, _FEWEST_BLOCKS = 3, 20  # ends that make a rule; blocks that begin alike
_SHORTEST, _LONGEST = 30, 200_000  # characters of a document on average
_LARGEST = 4_000_000  # characters that are held; a longer document comes in parts
_SPEAKER = re.compile(r"[^\s:]{1,20}:")


def chosen_end(options: ImportOptions, beginning: str, is_prose: bool) -> str:
    """Return where documents end.

    Args:
        options: Of the user, who may have decided it.
        beginning: Of the text.
        is_prose: Whether lines of signs may only divide sections, as in Markdown.

    Raises:
        DataError: What was decided is none of the kinds.
    """
    if options.document_end and options.document_end not in KINDS:
        raise DataError(f"'{options.document_end}' is no end of documents. Choose one of: {', '.join(KINDS)}.")
    return options.document_end or _guessed(beginning[:_LOOKED_AT], is_prose)


def end_guess(options: ImportOptions, end: str) -> tuple[Guess, ...]:
    """Return where documents are taken to end, nothing where the user said so."""
    if options.document_end:
        return ()
    why = "no mark between documents was found" if end == NONE else "the mark appears again and again"
    return (Guess("End of a document", KINDS[end], why, "--document-end none, blank-line, --- and the like"),)


def _guessed(text: str, is_prose: bool) -> str:
    if any(token in text for token in TOKENS):
        return TOKENS[0]
    lines = text.split("\n")
    for end, sign in _LINES.items():
        count = sum(sign.fullmatch(line) is not None for line in lines)
        if not is_prose and count >= _FEWEST and _SHORTEST <= len(text) / (count + 1) <= _LONGEST:
            return end
    pages = text.split("\f")
    if len(pages) > _FEWEST and all(page.rstrip()[-1:] in ".!?\"'”’)" for page in pages[:-1]):
        return "form-feed"
    return "blank-line" if _begin_alike(text) else NONE


def _begin_alike(text: str) -> bool:
    """Return whether blank-line-separated blocks share a first word and colon, such as "Q:"."""
    blocks = [block for block in re.split(r"\n[ \t]*\n", text) if block.strip()]
    if len(blocks) < _FEWEST_BLOCKS:
        return False
    begins = [_SPEAKER.match(block.lstrip()) for block in blocks]
    first = begins[0]
    return first is not None and sum(b is not None and b[0] == first[0] for b in begins) >= 0.9 * len(blocks)


def documents_of(pieces: Iterable[str], end: str) -> Iterator[str]:
    """Yield the documents of a text, those of millions of characters in parts."""
    held: list[str] = []
    size = 0
    for line in lines_in(pieces):
        parts = _parts(line, end)
        for number, part in enumerate(parts):
            held.append(part)
            size += len(part)
            if number < len(parts) - 1 or size > _LARGEST:
                yield "".join(held)
                held, size = [], 0
    yield "".join(held)


def _parts(line: str, end: str) -> list[str]:
    """Return the text a line adds to its document and to documents beginning there."""
    if end in TOKENS:
        for token in TOKENS[1:]:
            line = line.replace(token, end)
        return line.split(end)
    if end == "form-feed":
        return line.split("\f")
    if end == "blank-line":
        return [line] if line.strip() else ["", ""]
    return ["", ""] if end in _LINES and _LINES[end].fullmatch(line) else [line]


def lines_in(pieces: Iterable[str]) -> Iterator[str]:
    """Yield lines with their ends; very long ones in parts."""
    waiting = ""
    for piece in pieces:
        *whole, waiting = (waiting + piece).split("\n")
        yield from (f"{line}\n" for line in whole)
        if len(waiting) > _LARGEST:
            yield waiting
            waiting = ""
    yield waiting
