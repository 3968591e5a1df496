"""Documents within a folder or ZIP: which files are documents, and their text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from core.data.archives import Archive, Entry
from core.data.documents.document_signatures import (
    BOOK_SUFFIXES,
    DOCUMENT_SUFFIXES,
    PDF_SUFFIXES,
    WEB_SUFFIXES,
    WORD_SUFFIXES,
)
from core.data.documents.docx_text import WordText
from core.data.documents.epub_text import BookText
from core.data.documents.html_text import WebText
from core.data.documents.pdf_text import PdfText
from core.data.documents.plain_text import open_text
from core.data.split_names import SPLIT_NAMES
from core.data.wording import counted, examples_of
from core.specs.dataset_types import Finding

TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet", ".json", ".jsonl", ".ndjson")
OFFICE_CONTENTS = "[Content_Types].xml"  # a ZIP that holds it is one document, not many
_COPIED = 1 << 20  # bytes at once
_NUMBER = re.compile(r"(\d+)")
_LONGEST_NUMBER = 18  # digits that are compared as a number


def is_document(name: str) -> bool:
    """Return whether a file is a document by its name."""
    return name.lower().endswith(DOCUMENT_SUFFIXES)


def is_table(name: str) -> bool:
    """Return whether a file is a table by its name."""
    return name.lower().endswith(TABLE_SUFFIXES)


def in_reading_order(entries: list[Entry]) -> list[Entry]:
    """Return files as a person would order them: "chapter 2" before "chapter 10"."""
    return sorted(entries, key=lambda entry: [_rank(piece) for piece in _NUMBER.split(entry.name.lower())])


def _rank(piece: str) -> tuple[int, str]:
    is_number = piece.isascii() and piece.isdigit() and len(piece) <= _LONGEST_NUMBER
    return (int(piece), "") if is_number else (-1, piece)


def split_of(name: str) -> str:
    """Return the split that a file's folders name, or ""."""
    return next((SPLIT_NAMES[part] for part in PurePosixPath(name.lower()).parts[:-1] if part in SPLIT_NAMES), "")


def copy_out(archive: Archive, entry: Entry, target: Path, copied: Callable[[int], None], most_bytes: int = 0) -> None:
    """Write one file of an archive to disk.

    Args:
        archive: That holds it.
        entry: The file.
        target: Where to.
        copied: Told how many bytes were written.
        most_bytes: To write; 0 means all.

    Raises:
        UnreadableEntry: It is broken.
    """
    done = 0
    with archive.open(entry) as source, target.open("wb") as file:
        while piece := source.read(min(_COPIED, most_bytes - done) if most_bytes else _COPIED):
            file.write(piece)
            done += len(piece)
            copied(done)


class Document(Protocol):
    """One document of any kind."""

    def pieces(self, advance: Callable[[int], None] = ...) -> Iterator[str]:
        """Yield the document's text, calling `advance` with bytes or pages now and then."""

    def findings(self) -> list[Finding]:
        """Return what could not be read as is; known after all pieces are read."""


def open_document(path: Path, name: str, chosen_encoding: str = "") -> Document:
    """Return a document, by the ending of its file.

    Args:
        path: The file.
        name: As the user knows it.
        chosen_encoding: Of plain text; "" finds it out.

    Raises:
        DataError: Here, or when its pieces are read: it cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in PDF_SUFFIXES:
        return PdfText(path, name)
    if suffix in BOOK_SUFFIXES:
        return BookText(path, name)
    if suffix in WEB_SUFFIXES:
        return WebText(path, name, chosen_encoding)
    return WordText(path, name) if suffix in WORD_SUFFIXES else open_text(path, name, chosen_encoding)


def told_together(findings: list[Finding]) -> list[Finding]:
    """Return one finding per code, with the first document described and the others counted."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    return [_together(same) for same in by_code.values()]


def _together(same: list[Finding]) -> Finding:
    if len(same) == 1:
        return same[0]
    others = counted(len(same) - 1, "other document")
    return replace(
        same[0],
        count=sum(finding.count for finding in same),
        examples=examples_of(example for finding in same for example in finding.examples),
        message=f"{same[0].message} So it is in {others}.",
    )
