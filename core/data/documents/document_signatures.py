"""Which files are documents, and which only have the name of one."""

import re

from core.data.file_signatures import POINTER, is_text, real_kind, web_page_instead
from core.errors import DataError

TEXT_SUFFIXES = (".txt", ".text", ".md", ".markdown", ".rst")
PDF_SUFFIXES = (".pdf",)
WORD_SUFFIXES = (".docx", ".doc", ".rtf", ".odt")  # all but the first are refused with a sentence
WEB_SUFFIXES = (".html", ".htm", ".xhtml")
BOOK_SUFFIXES = (".epub",)
DOCUMENT_SUFFIXES = (*TEXT_SUFFIXES, *PDF_SUFFIXES, *WORD_SUFFIXES, *WEB_SUFFIXES, *BOOK_SUFFIXES)
_ADVICE = {
    "a ZIP archive": "Rename it to end in .zip, or unpack it and import the texts within.",
    "an older Office document": "Open it in the program it came from and save it as .docx or .txt.",
}
_MOST_CONTROLS = 0.05  # of the characters of what is still text
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")


def refuse_other_kind(name: str, start: bytes) -> None:
    """Raise a `DataError` naming a file's kind if its first bytes are no text."""
    refuse_pointer(name, start)
    kind = real_kind(start)
    if not kind or kind == "a web page":
        return
    advice = _ADVICE.get(kind, "Give it the ending that it should have, or import the text itself.")
    if kind.endswith("archive") and kind not in _ADVICE:
        advice = "Unpack it first and import the texts within, for example in a ZIP."
    raise DataError(f"{name} is not a text: it is {kind}, whatever its name says. {advice}")


def refuse_pointer(name: str, start: bytes) -> None:
    """Raise a `DataError` for a Git LFS pointer.

    A clone without Git LFS leaves such a file, which only names the real one.
    """
    if start.startswith(POINTER):
        raise DataError(
            f"{name} is only a pointer to a file that was left behind (Git LFS). Run 'git lfs pull' in its folder, or "
            "download the file itself from its page."
        )


def not_of_kind(name: str, start: bytes, wanted: str) -> DataError:
    """Return the error text for a file whose first bytes contradict its name's kind.

    Args:
        name: As the user knows it.
        start: Its first bytes.
        wanted: What it should be, with its article: "a PDF".
    """
    kind = real_kind(start)
    if kind == "a web page":
        return web_page_instead(name, wanted)
    kind = kind or ("a text" if is_text(start) else "")
    ending = {"a text": " to end in .txt", "a ZIP archive": " to end in .zip"}.get(kind, "")
    what = f"it is {kind}, whatever its name says" if kind else "its first bytes are not those of one"
    advice = f"Rename it{ending}" if ending else "Give it the ending that it should have"
    return DataError(f"{name} is not {wanted}: {what}. {advice}, or import the right file.")


def refuse_bytes(name: str, beginning: str) -> None:
    """Raise a `DataError` if a decoded beginning has too many control or undecodable characters."""
    odd = len(_CONTROL.findall(beginning))
    if odd > _MOST_CONTROLS * len(beginning):
        raise DataError(
            f"{name} is not a text: of its first {len(beginning):,} characters {odd:,} are ones that no text has. "
            "Open it in the program that it comes from and save it as plain text (UTF-8)."
        )


def unreadable(name: str, error: OSError) -> DataError:
    """Return what to say when the system does not give a file's bytes."""
    reason = error.strerror or "the system gives no reason"
    return DataError(f"{name} cannot be read ({reason}). Check that it is still there and yours, then try again.")
