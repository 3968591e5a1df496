"""PDF and Word files, and archives of documents, that somebody could well bring and that are wrong."""

from tests.data.bad.bad_file import BadFile
from tests.data.bad.making import file, locked, zip_of
from tests.data.documents.writing import docx, locked_pdf, pdf, story, with_body

PAGE = b"<!DOCTYPE html><title>Log in</title>"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
# A few hundred bytes of XML that ask for gigabytes when they are read.
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LEVELS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = (
    f'<!DOCTYPE d [<!ENTITY l0 "ha">{_LEVELS}]><w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>&l9;</w:t></w:r>'
    "</w:p></w:body></w:document>"
).encode()


def books(**more: bytes) -> bytes:
    """Return a ZIP of a good text and others."""
    return zip_of({"a.txt": story().encode()} | more)


BAD_FILES = (
    BadFile(
        "a PDF of images of text",
        file("book.pdf", lambda: pdf("", "")),
        "book.pdf holds 2 pages without any text: they are empty, or scanned images of text. Run text recognition "
        "(OCR) over it, for example with OCRmyPDF, and import the result.",
    ),
    BadFile(
        "a PDF with a page without text",
        file("book.pdf", lambda: pdf(story(40), "")),
        "1 of 2 pages of book.pdf holds no text: it is empty, or an image of text.",
        finding="pages-without-text",
    ),
    BadFile(
        "a PDF with a password",
        file("book.pdf", lambda: locked_pdf("secret")),
        "book.pdf is protected with a password, so its text cannot be read. Open it in a PDF program with the "
        "password, save it without protection, and import that file.",
    ),
    BadFile(
        "a cut off PDF",
        file("book.pdf", lambda: pdf(story())[:300]),
        "book.pdf is damaged or was cut off: it cannot be read as a PDF. Get it again, or open it in a PDF program, "
        "save it anew, and import that file.",
    ),
    BadFile(
        "a PDF that is none",
        file("book.pdf", lambda: b"this is no PDF"),
        "book.pdf is not a PDF: it is a text, whatever its name says. Rename it to end in .txt, or import the right "
        "file.",
    ),
    BadFile(
        "a web page called .pdf",
        file("book.pdf", lambda: PAGE),
        "book.pdf is not a PDF but a web page: the download probably gave a login or error page. Sign in there, and "
        "download the file itself again.",
    ),
    BadFile(
        "a PDF without a page",
        file("book.pdf", pdf),
        "book.pdf is damaged or was cut off: it cannot be read as a PDF. Get it again, or open it in a PDF program, "
        "save it anew, and import that file.",
    ),
    BadFile(
        "a PDF of little text",
        file("book.pdf", lambda: pdf("Hello")),
        "book.pdf holds only 5 characters of text; at least 1,000 are needed, and a model learns better from a "
        "hundred times as many. Put more text into it, or import several files in a ZIP.",
    ),
    BadFile(
        "a Word file that is none",
        file("book.docx", lambda: bytes(range(256))),
        "book.docx is not a Word document: its first bytes are not those of one. Give it the ending that it should "
        "have, or import the right file.",
    ),
    BadFile(
        "a web page called .docx",
        file("book.docx", lambda: PAGE),
        "book.docx is not a Word document but a web page: the download probably gave a login or error page. Sign in "
        "there, and download the file itself again.",
    ),
    BadFile(
        "a spreadsheet called .docx",
        file("book.docx", lambda: zip_of({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})),
        "book.docx is not a Word document but an Excel workbook, whatever its name says. Rename it to end in .xlsx, "
        "or import the right file.",
    ),
    BadFile(
        "a cut off Word file",
        file("book.docx", lambda: docx(story())[:2000]),
        "book.docx is damaged or was cut off: it cannot be read as a Word document. Get it again, or open it in "
        "Word or LibreOffice, save it anew, and import that file.",
    ),
    BadFile(
        "a Word file without text",
        file("book.docx", docx),
        "book.docx holds no text: there is nothing in it but white space. At least 1,000 characters are needed. "
        "Import a file with text in it.",
    ),
    BadFile(
        "a Word file that unpacks to 70 MB",
        file("book.docx", lambda: with_body(docx(), bytes(70_000_000))),
        "book.docx unpacks to far more than a document holds (its text to 70 MB), so it is not opened. Divide it "
        "into smaller documents, or save it as plain text and import that.",
    ),
    BadFile(
        "a Word file whose text is broken",
        file("book.docx", lambda: with_body(docx(), b"<w:document><oops")),
        "book.docx is damaged or was cut off: it cannot be read as a Word document. Get it again, or open it in "
        "Word or LibreOffice, save it anew, and import that file.",
    ),
    BadFile(
        "a Word file whose entities grow",
        file("book.docx", lambda: with_body(docx(), LAUGHS)),
        "book.docx is damaged or was cut off: it cannot be read as a Word document. Get it again, or open it in "
        "Word or LibreOffice, save it anew, and import that file.",
    ),
    BadFile(
        "a Word file with a password",
        file("book.docx", lambda: OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")),
        "book.docx is protected with a password, so its text cannot be read. Open it in Word with the password, "
        "save it without one, and import that file.",
    ),
    BadFile(
        "an old Word file",
        file("book.doc", lambda: OLD_OFFICE),
        "book.doc is in another format (.doc), which cannot be read here. Open it in Word or LibreOffice, save it "
        "as .docx or as plain text, and import that file.",
    ),
    BadFile(
        "an RTF file",
        file("book.rtf", lambda: rb"{\rtf1 hello}"),
        "book.rtf is in another format (RTF), which cannot be read here. Open it in Word or LibreOffice, save it as "
        ".docx or as plain text, and import that file.",
    ),
    BadFile(
        "an OpenDocument file",
        file("book.odt", lambda: zip_of({"mimetype": b"x", "content.xml": b"<x/>"})),
        "book.odt is in another format (OpenDocument), which cannot be read here. Open it in Word or LibreOffice, "
        "save it as .docx or as plain text, and import that file.",
    ),
    BadFile(
        "a ZIP of texts without text",
        file("books.zip", lambda: zip_of({"a.txt": b"\n", "b.txt": b" "})),
        "books.zip holds no text: there is nothing in it but white space. At least 1,000 characters are needed. "
        "Import a file with text in it.",
    ),
    BadFile(
        "a ZIP of nothing that is read",
        file("books.zip", lambda: zip_of({"a.mp3": b"ID3", "b.exe": b"MZ"})),
        "books.zip holds nothing that can be read, only other files (such as a.mp3). Import images (JPEG, PNG, "
        "WebP, GIF, BMP, TIFF, HEIC and AVIF), each in a folder named after its class; or one table (CSV, Excel, "
        "Parquet, JSON); or texts (TXT, Markdown, PDF, DOCX).",
    ),
    BadFile(
        "a ZIP of broken documents",
        file("books.zip", lambda: zip_of({"a.pdf": b"%PDF-1.4", "b.docx": b"PK"})),
        "None of the 2 documents in books.zip can be read. The first: a.pdf is damaged or was cut off: it cannot be "
        "read as a PDF. Get it again, or open it in a PDF program, save it anew, and import that file.",
    ),
    BadFile(
        "one broken document in a ZIP",
        file("books.zip", lambda: books(**{"b.pdf": b"%PDF-1.4"})),
        "1 of 2 documents could not be read and was left out. The first: b.pdf is damaged or was cut off: it cannot "
        "be read as a PDF. Get it again, or open it in a PDF program, save it anew, and import that file.",
        finding="unreadable-files",
    ),
    BadFile(
        "an empty document in a ZIP",
        file("books.zip", lambda: books(**{"b.txt": b" "})),
        "1 document holds no text and was left out.",
        finding="empty-rows",
    ),
    BadFile(
        "a program among documents",
        file("books.zip", lambda: books(**{"b.md": b"# Notes", "c.exe": b"MZ"})),
        "1 file in books.zip is no document and was left out.",
        finding="skipped-files",
    ),
    BadFile(
        "a locked ZIP of documents",
        file("books.zip", lambda: locked(books())),
        "books.zip is locked with a password, so its files cannot be read. Pack it again without a password.",
    ),
)
