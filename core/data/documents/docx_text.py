"""A Word document as text: a line per paragraph, a table row's cells side-by-side."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.data.archives.archive import grows_too_far
from core.data.documents.document_signatures import not_of_kind, refuse_pointer, unreadable
from core.data.file_signatures import OLD_OFFICE, RTF, head
from core.data.xml_stream import BrokenXml, XmlReader
from core.errors import DataError
from core.specs.dataset_types import Finding

MOST_BYTES = 500_000_000  # of all that is packed within
MOST_TEXT_BYTES = 250_000_000  # of one piece of XML
_SMALL = 10_000_000  # bytes of it that are never too much
MOST_MEMBERS = 20_000
_BODY = "word/document.xml"
_OTHERS = {"xl/workbook.xml": "an Excel workbook", "ppt/presentation.xml": "a PowerPoint presentation"}
_ENDINGS = {"an Excel workbook": ".xlsx", "a PowerPoint presentation": ".pptx"}
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main "  # the same names in the stricter of Word's two formats
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"  # the same text once more
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_BROKEN = (BrokenXml, EOFError, NotImplementedError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
_CHUNK = 1 << 18  # bytes of XML at once


@dataclass(frozen=True)
class WordText:
    """One Word document (.docx)."""

    path: Path
    name: str

    def pieces(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[str]:
        """Yield the text.

        Args:
            advance: Called a few times a second, with 0 until everything is read.

        Raises:
            DataError: It is damaged, protected, too large, or of another kind.
        """
        check_word(self.path, self.name)
        body = _Body()
        reader = XmlReader(body.start, body.end, body.text, has_namespaces=True)
        try:
            with zipfile.ZipFile(self.path) as packed, packed.open(_BODY) as part:
                while chunk := part.read(_CHUNK):
                    reader.feed(chunk)
                    if text := body.taken():
                        advance(0)
                        yield text
                reader.feed(b"", is_last=True)
        except OSError as error:
            raise unreadable(self.name, error) from error
        except _BROKEN as error:
            raise _damaged(self.name) from error
        yield body.taken()

    def findings(self) -> list[Finding]:
        """Return nothing: a Word document can be read or not."""
        return []


def check_word(path: Path, name: str) -> None:
    """Raise a `DataError` for a file not readable as Word within bounded memory."""
    start = head(path)
    if start.startswith(OLD_OFFICE):
        raise _protected(name) if "EncryptedPackage".encode("utf-16-le") in start else _old(name, "(.doc)")
    if start.startswith(RTF):
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
    largest = max((m.file_size for m in members if m.filename == _BODY), default=0)
    grows = grows_too_far(largest, path.stat().st_size, MOST_TEXT_BYTES, _SMALL)
    if sum(m.file_size for m in members) > MOST_BYTES or grows or len(members) > MOST_MEMBERS:
        raise DataError(
            f"{name} unpacks to far more than a document holds (its text to {largest / 1e6:,.0f} MB), so it is "
            "not opened. Divide it into smaller documents, or save it as plain text and import that."
        )
    if any(member.flag_bits & 1 for member in members):
        raise _protected(name)


@dataclass
class _Body:
    """A document body's text in reading order, without deleted text and duplicates.

    Args:
        open: What has been read of the body, of the rows of tables within it, and of the cells within those.
        passed_over: Elements within each other that are, at this place.
        is_text: Whether characters are text here.
    """

    open: list[list[str]] = field(default_factory=lambda: [[]])
    passed_over: int = 0
    is_text: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.passed_over or name == _FALLBACK:
            self.passed_over += 1
            return
        kind = _kind(name)
        self.is_text = kind == "t"
        if kind in _SIGNS:
            self.open[-1].append(_SIGNS[kind])
        elif kind in ("tr", "tc"):
            self.open.append([])

    def end(self, name: str) -> None:
        self.is_text = False
        if self.passed_over:
            self.passed_over -= 1
            return
        kind = _kind(name)
        if kind == "p":
            self.open[-1].append("\n")
        elif kind == "tc":
            cell = "".join(self.open.pop()).strip("\n")
            self.open[-1].append(f"{cell}\t")
        elif kind == "tr":
            row = "".join(self.open.pop()).rstrip("\t")
            self.open[-1].append(f"{row}\n")

    def text(self, text: str) -> None:
        if self.is_text and not self.passed_over:
            self.open[-1].append(text)

    def taken(self) -> str:
        text = "".join(self.open[0])
        self.open[0].clear()
        return text


def _kind(name: str) -> str:
    """Return a name of Word's own without its namespace, "" for any other."""
    return name.removeprefix(_WORD).removeprefix(_STRICT) if name.startswith((_WORD, _STRICT)) else ""


def _damaged(name: str) -> DataError:
    return DataError(
        f"{name} is damaged or was cut off: it cannot be read as a Word document. Get it again, or open it in Word or "
        "LibreOffice, save it anew, and import that file."
    )


def _other(name: str, kind: str) -> DataError:
    ending = _ENDINGS[kind]
    return DataError(
        f"{name} is not a Word document but {kind}, whatever its name says. Rename it to end in {ending}, or import "
        f"the "
        "right file."
    )


def _protected(name: str) -> DataError:
    return DataError(
        f"{name} is protected with a password, so its text cannot be read. Open it in Word with the password, save it "
        "without one, and import that file."
    )


def _old(name: str, kind: str) -> DataError:
    return DataError(
        f"{name} is in another format {kind}, which cannot be read here. Open it in Word or LibreOffice, save it as "
        ".docx or as plain text, and import that file."
    )
