"""Text files that somebody could well bring to learn to write from, and that are wrong."""

from core.specs.dataset_types import ImportOptions
from tests.data.bad.bad_file import BadFile
from tests.data.bad.making import file
from tests.data.documents.writing import story

WRITE = ImportOptions(task="text-generation")

BAD_FILES = (
    BadFile(
        "a text of zero bytes",
        file("book.txt", lambda: b""),
        "book.txt is empty: it has no bytes at all. Save or export it again, then import that.",
    ),
    BadFile(
        "a text of blanks",
        file("book.txt", lambda: b" \n\t\n" * 500),
        "book.txt holds no text: there is nothing in it but white space. At least 1,000 characters are needed. "
        "Import a file with text in it.",
    ),
    BadFile(
        "a text of a few words",
        file("book.txt", lambda: b"Once upon a time."),
        "book.txt holds only 17 characters of text; at least 1,000 are needed, and a model learns better from a "
        "hundred times as many. Put more text into it, or import several files in a ZIP.",
    ),
    BadFile(
        "a text that is little",
        file("book.txt", lambda: story().encode()),
        "There are only 1,629 characters of text in all. Expect a model that learns letters and a few words; from "
        "about 20,000 characters on it begins to write like the text, and a million is better.",
        finding="little-text",
    ),
    BadFile(
        "bytes called .txt",
        file("book.txt", lambda: bytes(range(256)) * 20),
        "book.txt is not a text: of its first 5,120 characters 660 are ones that no text has. Open it in the "
        "program that it comes from and save it as plain text (UTF-8).",
    ),
    BadFile(
        "a PNG called .txt",
        file("book.txt", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500)),
        "book.txt is not a text: it is a PNG image, whatever its name says. Give it the ending that it should "
        "have, or import the text itself.",
    ),
    BadFile(
        "a program called .txt",
        file("book.txt", lambda: b"\x7fELF\x02\x01\x01" + bytes(500)),
        "book.txt is not a text: it is a program, whatever its name says. Give it the ending that it should have, "
        "or import the text itself.",
    ),
    BadFile(
        "a gzipped text called .txt",
        file("book.txt", lambda: b"\x1f\x8b\x08" + bytes(500)),
        "book.txt is not a text: it is a gzip archive, whatever its name says. Unpack it first and import the texts "
        "within, for example in a ZIP.",
    ),
    BadFile(
        "a text with NUL characters",
        file("book.txt", lambda: story().replace("river", "ri\0ver").encode()),
        "6 control characters that nobody can see (such as NUL) were removed from the text.",
        finding="cleaned-text",
    ),
    BadFile(
        "a text of two encodings",
        file("book.txt", lambda: (story() + "Grüße\n").encode() + "Grüße\n".encode("latin-1")),
        "2 characters of book.txt are not UTF-8 as the rest is; read as Western European (Windows-1252).",
        finding="mixed-encoding",
    ),
    BadFile(
        "an encoding that nobody knows",
        file("book.txt", lambda: story().encode()),
        "There is no text encoding called 'klingon'. Try utf-8, cp1252, gb18030 or utf-16.",
        ImportOptions(encoding="klingon"),
    ),
    BadFile(
        "a text read in the wrong encoding",
        file("book.txt", lambda: (story() + "Grüße\n" * 3).encode("latin-1")),
        "book.txt cannot be read as UTF-16: its bytes are not of that encoding. Choose another one, or none to have "
        "it found out.",
        ImportOptions(encoding="utf-16"),
    ),
    BadFile(
        "a text without a line end",
        file("book.txt", lambda: b"word " * 250_000),
        "The text goes on for a million characters without a blank line. It was split at 1 place, where a blank "
        "line now stands.",
        finding="divided-text",
    ),
    BadFile(
        "JSON Lines without a text",
        file("book.jsonl", lambda: b'{"id": 1, "size": 4}\n{"id": 2, "size": 7}\n' * 20),
        "book.jsonl has no column of texts to learn to write from. Its columns are 'id', 'size'. Choose the column "
        "with the texts.",
        WRITE,
    ),
    BadFile(
        "a story called .jsonl",
        file("book.jsonl", lambda: story().encode()),
        "book.jsonl is not whole JSON: it cannot be read from its beginning on. Perhaps the file was cut off, or it "
        "is not JSON at all. Export it again, as a list of objects or with one object a line.",
        WRITE,
    ),
    BadFile(
        "a CSV of numbers to write from",
        file("book.csv", lambda: b"a,b\n1,2\n3,4\n" * 20),
        "There are only 60 characters of text; at least 1,000 are needed, and a model learns better from a hundred "
        "times as many. Add more text.",
        WRITE,
    ),
)
