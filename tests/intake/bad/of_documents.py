"""Texts, PDF and Word files that somebody could well bring and that are wrong."""

import os
from collections.abc import Callable
from pathlib import Path

from core.imports import ImportOptions
from tests.intake.bad.bad_file import BadFile
from tests.intake.bad.of_archives import zip_of
from tests.intake.corpora.writing import docx, locked_pdf, pdf, story, with_body

WRITE = ImportOptions(task="text-generation")
BINARY = bytes(range(256)) * 20


def file(name: str, content: Callable[[], bytes]) -> Callable[[Path], Path]:
    """Return what writes one file of this name."""

    def make(place: Path) -> Path:
        (place / name).write_bytes(content())
        return place / name

    return make


def pipe(place: Path) -> Path:
    os.mkfifo(place / "book.txt")
    return place / "book.txt"


def locked_books(place: Path) -> Path:
    made = bytearray(zip_of({"a.txt": story().encode()}))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    (place / "books.zip").write_bytes(made)
    return place / "books.zip"


# A few hundred bytes of XML that ask for gigabytes when they are read.
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LEVELS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = (
    f'<!DOCTYPE d [<!ENTITY l0 "ha">{_LEVELS}]><w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>&l9;</w:t></w:r>'
    "</w:p></w:body></w:document>"
).encode()

BAD_FILES = (
    BadFile("a text of zero bytes", file("book.txt", lambda: b""), ""),
    BadFile("a text of blanks", file("book.txt", lambda: b" \n\t\n" * 500), ""),
    BadFile("a text of a few words", file("book.txt", lambda: b"Once upon a time."), ""),
    BadFile("a text of one letter again and again", file("book.txt", lambda: b"aaaa aaaa\n\n" * 500), ""),
    BadFile("bytes called .txt", file("book.txt", lambda: BINARY), ""),
    BadFile("a PNG called .txt", file("book.txt", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500)), ""),
    BadFile("a ZIP called .txt", file("book.txt", lambda: zip_of({"a.txt": story().encode()})), ""),
    BadFile("a program called .txt", file("book.txt", lambda: b"\x7fELF\x02\x01\x01" + bytes(500)), ""),
    BadFile("a text in UTF-16 without its mark", file("book.txt", lambda: story(60).encode("utf-16-le")), "", finding="x"),
    BadFile("a text with NUL bytes", file("book.txt", lambda: story().replace("river", "ri\0ver").encode()), "", finding="cleaned-text"),
    BadFile("a text of two encodings", file("book.txt", lambda: (story() * 3 + "Grüße\n").encode() + "Grüße\n".encode("latin-1")), "", finding="mixed-encoding"),
    BadFile("an encoding that nobody knows", file("book.txt", lambda: story().encode()), "", ImportOptions(encoding="klingon")),
    BadFile("a pipe", pipe, ""),
    BadFile("a device", lambda place: Path("/dev/zero"), ""),
    BadFile("a text without a line end", file("book.txt", lambda: b"word " * 250_000), "", finding="divided-text"),
    BadFile("a PDF of pictures of text", file("book.pdf", lambda: pdf("", "")), ""),
    BadFile("a PDF with a page without text", file("book.pdf", lambda: pdf(story(40), "")), "", finding="pages-without-text"),
    BadFile("a PDF with a password", file("book.pdf", lambda: locked_pdf("secret")), ""),
    BadFile("a cut off PDF", file("book.pdf", lambda: pdf(story())[:300]), ""),
    BadFile("a PDF that is none", file("book.pdf", lambda: b"this is no PDF"), ""),
    BadFile("a web page called .pdf", file("book.pdf", lambda: b"<!DOCTYPE html><title>Log in</title>"), ""),
    BadFile("a PDF without a page", file("book.pdf", lambda: pdf()), ""),
    BadFile("a PDF of little text", file("book.pdf", lambda: pdf("Hello")), ""),
    BadFile("a Word file that is none", file("book.docx", lambda: b"this is no Word file"), ""),
    BadFile("a cut off Word file", file("book.docx", lambda: docx(story())[:2000]), ""),
    BadFile("a Word file without text", file("book.docx", lambda: docx("")), ""),
    BadFile("a Word file that unpacks to 70 MB", file("book.docx", lambda: with_body(docx("x"), bytes(70_000_000))), ""),
    BadFile("a Word file whose text is broken", file("book.docx", lambda: with_body(docx("x"), b"<w:document><oops")), ""),
    BadFile("a Word file with entities that grow", file("book.docx", lambda: with_body(docx("x"), LAUGHS)), ""),
    BadFile("a Word file with a password", file("book.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)), ""),
    BadFile("an old Word file", file("book.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)), ""),
    BadFile("an RTF file", file("book.rtf", lambda: rb"{\rtf1 hello}"), ""),
    BadFile("an OpenDocument file", file("book.odt", lambda: zip_of({"mimetype": b"x", "content.xml": b"<x/>"})), ""),
    BadFile("a spreadsheet called .docx", file("book.docx", lambda: zip_of({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})), ""),
    BadFile("a ZIP of texts without text", file("books.zip", lambda: zip_of({"a.txt": b"\n", "b.txt": b" "})), ""),
    BadFile("a ZIP of nothing that is read", file("books.zip", lambda: zip_of({"a.mp3": b"ID3", "b.exe": b"MZ"})), ""),
    BadFile("a ZIP of broken documents", file("books.zip", lambda: zip_of({"a.pdf": b"no", "b.docx": b"no"})), ""),
    BadFile("one broken document in a ZIP", file("books.zip", lambda: zip_of({"a.txt": story().encode(), "b.pdf": b"no"})), "", finding="unreadable-files"),
    BadFile("an empty document in a ZIP", file("books.zip", lambda: zip_of({"a.txt": story().encode(), "b.txt": b""})), "", finding="empty-rows"),
    BadFile("a program among documents", file("books.zip", lambda: zip_of({"a.txt": story().encode(), "b.txt": story(9).encode(), "c.exe": b"MZ"})), "", finding="skipped-files"),
    BadFile("a locked ZIP of documents", lambda place: locked_books(place), ""),
    BadFile("JSON Lines without a text", file("book.jsonl", lambda: b'{"id": 1, "size": 4}\n{"id": 2, "size": 7}\n' * 20), "", WRITE),
    BadFile("JSON Lines that are none", file("book.jsonl", lambda: b"once upon a time\nthere was a line\n" * 20), "", WRITE),
)
