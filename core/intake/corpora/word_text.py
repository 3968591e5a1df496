"""A Word document as text: paragraphs as lines, cells of a table beside each other."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DataError
from core.imports import Finding
from core.intake.corpora.magic import OLD_OFFICE_SIGN, RTF_SIGN, not_of_kind, refuse_pointer, unreadable
from core.intake.tables.disguise import head

MOST_BYTES = 500_000_000  # of all that is packed within
MOST_TEXT_BYTES = 64_000_000  # of one piece of XML: parsed whole, it takes about ten times as much memory
MOST_MEMBERS = 20_000
_BODY = "word/document.xml"
_OTHERS = {"xl/workbook.xml": "an Excel workbook", "ppt/presentation.xml": "a PowerPoint presentation"}
_ENDINGS = {"an Excel workbook": ".xlsx", "a PowerPoint presentation": ".pptx"}
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same text once more
_SIGNS = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}
_PARAGRAPH, _CELL, _ROW, _TEXT = f"{_WORD}p", f"{_WORD}tc", f"{_WORD}tr", f"{_WORD}t"
# What python-docx, lxml (whose syntax errors are Python's) and zipfile raise at a document that is not whole.
_BROKEN = (
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_PIECE = 2_000  # elements between two looks at the clock


@dataclass(frozen=True)
class WordText:
    """One Word document (.docx).

    Args:
        path: The file.
        name: As the user knows it.
    """

    path: Path
    name: str

    def pieces(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[str]:
        """Yield the text.

        Args:
            advance: Called a few times a second, with 0 until everything is read.

        Raises:
            DataError: It is damaged, protected, too large, or of another kind.
        """
        from docx import Document
        from docx.exceptions import PythonDocxError
        from docx.opc.exceptions import OpcError

        check_word(self.path, self.name)
        try:
            body = Document(str(self.path)).element.body
        except OSError as error:
            raise unreadable(self.name, error) from error
        except (OpcError, PythonDocxError, *_BROKEN) as error:
            raise _damaged(self.name) from error
        waiting: list[str] = []
        for text in _texts(body):
            waiting.append(text)
            if len(waiting) >= _PIECE:
                advance(0)
                yield "".join(waiting)
                waiting.clear()
        yield "".join(waiting)

    def findings(self) -> list[Finding]:
        """Return nothing: a Word document can be read or not."""
        return []


def check_word(path: Path, name: str) -> None:
    """Raise a `DataError` if a file is no Word document that can be opened within a bounded memory."""
    start = head(path)
    if start.startswith(OLD_OFFICE_SIGN):
        raise _protected(name) if "EncryptedPackage".encode("utf-16-le") in start else _old(name, "(.doc)")
    if start.startswith(RTF_SIGN):
        raise _old(name, "(RTF)")
    refuse_pointer(name, start)
    if start and not start.startswith(b"PK"):
        raise not_of_kind(name, start, "a Word document")
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except OSError as error:
        raise unreadable(name, error) from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise _damaged(name) from error
    names = {member.filename for member in members}
    if _BODY not in names:
        if "mimetype" in names and "content.xml" in names:
            raise _old(name, "(OpenDocument)")
        other = next((kind for part, kind in _OTHERS.items() if part in names), "")
        raise _other(name, other) if other else _damaged(name)
    # `zipfile` never unpacks more of a member than its directory entry states, so these sums are true bounds.
    largest = max((m.file_size for m in members if m.filename.endswith((".xml", ".rels"))), default=0)
    if sum(m.file_size for m in members) > MOST_BYTES or largest > MOST_TEXT_BYTES or len(members) > MOST_MEMBERS:
        raise DataError(
            f"{name} unpacks to far more than a document holds (its text to {largest / 1e6:,.0f} MB), so it is "
            "not opened. Divide it into smaller documents, or save it as plain text and bring that."
        )
    if any(member.flag_bits & 1 for member in members):
        raise _protected(name)


def _texts(element: Any) -> Iterator[str]:
    """Yield the texts within an element, in reading order; deleted text and doubles are passed over."""
    for child in element:
        tag = child.tag
        if tag == _TEXT:
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == _CELL:
            yield "".join(_texts(child)).strip("\n") + "\t"
        elif tag == _ROW:
            yield "".join(_texts(child)).rstrip("\t") + "\n"
        elif tag != _FALLBACK:
            yield from _texts(child)
            if tag == _PARAGRAPH:
                yield "\n"


def _damaged(name: str) -> DataError:
    return DataError(
        f"{name} is damaged or was cut off: it cannot be read as a Word document. Get it again, or open it in Word or "
        "LibreOffice, save it anew, and bring that file."
    )


def _other(name: str, kind: str) -> DataError:
    ending = _ENDINGS[kind]
    return DataError(
        f"{name} is not a Word document but {kind}, whatever its name says. Rename it to end in {ending}, or bring the "
        "right file."
    )


def _protected(name: str) -> DataError:
    return DataError(
        f"{name} is protected with a password, so its text cannot be read. Open it in Word with the password, save it "
        "without one, and bring that file."
    )


def _old(name: str, kind: str) -> DataError:
    return DataError(
        f"{name} is in another format {kind}, which cannot be read here. Open it in Word or LibreOffice, save it as "
        ".docx or as plain text, and bring that file."
    )
