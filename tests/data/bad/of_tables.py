"""Bad tables in text files: empty, cut off, in disguise, badly quoted, in an odd encoding."""

import csv
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from pathlib import Path

from core.specs.dataset_types import ImportOptions
from tests.data.bad.bad_file import BadFile
from tests.data.imported import reviews

Make = Callable[[Path], Path]
HEADER = ("text", "label")


def written(name: str, content: bytes | str) -> Make:
    """Return what writes a file of this name and content."""

    def make(folder: Path) -> Path:
        file = folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return make


def rows_text(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """Return rows as a text table."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


GOOD_TABLE = rows_text([HEADER, *reviews()])
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 100
NO_TABLE = "Import the table itself; images come in as a ZIP or folder with one folder per class."

BAD_FILES = (
    BadFile(
        "an empty table",
        written("reviews.csv", b""),
        "reviews.csv is empty: it has no bytes at all. Save or export it again, then import that.",
    ),
    BadFile(
        "a table of blank space",
        written("reviews.csv", " \r\n\r\n\t\r\n"),
        "reviews.csv holds nothing but blank space. Check that the export is complete.",
    ),
    BadFile(
        "a header and no rows",
        written("reviews.csv", "text,label\n"),
        "reviews.csv has names of columns but no rows below them. Check that the export is complete; "
        "if the first row is data, say that there is no header.",
    ),
    BadFile(
        "an image called csv",
        written("reviews.csv", PNG),
        f"reviews.csv is not a table: it is a PNG image, whatever its name says. {NO_TABLE}",
    ),
    BadFile(
        "a web page called csv",
        written("export.csv", "<!DOCTYPE html><html><body>Please sign in</body></html>"),
        "export.csv is not a table: it is a web page, whatever its name says. "
        "The download probably gave a login or error page; download the file itself again.",
    ),
    BadFile(
        "a compressed table called csv",
        written("reviews.csv", b"\x1f\x8b\x08\0" + b"\x01\x02\x03" * 50),
        "reviews.csv is not a table: it is a gzip archive, whatever its name says. "
        "Unpack it first and import the table within.",
    ),
    BadFile(
        "bytes of a program in a table",
        written("reviews.csv", b"text,label\n" + bytes(range(256)) * 40),
        "reviews.csv is not a text file: its beginning holds 1,080 bytes that occur in no text. Open it in "
        "the program it came from and save it as CSV (UTF-8).",
    ),
    BadFile(
        "a quotation mark that is never closed",
        written("reviews.csv", 'text,label\nlovely,good\n"awful,bad\n' + "so so,bad\nfine,good\n" * 10),
        "A quotation mark in line 3 of reviews.csv is never closed, so that everything after it would be one "
        "cell. Close it or remove it in line 3, then import the file again.",
    ),
    BadFile(
        "a quotation mark that closes a hundred lines later",
        written(
            "reviews.csv",
            "text,label\n"
            + "fine,good\nawful,bad\n" * 40
            + '"lost,good\n'
            + "so so,bad\nfine,good\n" * 50
            + 'the end",bad\n'
            + "fine,good\n" * 50,
        ),
        "A quotation mark in line 82 of reviews.csv is closed only 101 lines later, so that all rows between "
        "would be one cell. Close it or remove it in line 82, then import the file again.",
    ),
    BadFile(
        "ten thousand columns",
        written("wide.csv", rows_text([[f"c{i}" for i in range(10_000)], ["1"] * 10_000, ["2"] * 10_000])),
        "wide.csv has 10,000 columns; at most 2,000 can be taken in. Save a copy with only the columns that matter, "
        "then try again. If it should have fewer, the separator was guessed wrongly: choose another one.",
    ),
    BadFile(
        "rows of all widths",
        written("notes.csv", "a,b\nc\nd,e,f\ng,h,i,j\nk\nl,m,n\n"),
        "notes.csv has only one column ('column 1'), but texts with labels need two: the text and its label. "
        "Add a column of labels; if there are two, choose the right separator; to learn to write from texts "
        "alone, choose the task text-generation.",
        ImportOptions(task="text-classification"),
    ),
    BadFile(
        "two ragged rows",
        written("reviews.csv", GOOD_TABLE + "only one cell\nfar,too,many,cells\n"),
        "2 rows of reviews.csv were left out because they do not have as many cells as there are columns "
        "(lines 62, 63).",
        finding="ragged-rows",
    ),
    BadFile(
        "a separator of two characters",
        written("reviews.csv", GOOD_TABLE),
        "Cells cannot be separated by '::'. Give one character, such as ; or , or tab.",
        ImportOptions(delimiter="::"),
    ),
    BadFile(
        "an encoding that does not exist",
        written("reviews.csv", GOOD_TABLE),
        "There is no text encoding called 'utf-9'. Try utf-8, cp1252, gb18030 or utf-16.",
        ImportOptions(encoding="utf-9"),
    ),
    BadFile(
        "an encoding that is not the file's",
        written("reviews.csv", GOOD_TABLE.replace("lovely", "schön").encode("latin-1")),
        "10 lines of reviews.csv hold characters that its encoding does not have; a � stands for each (lines "
        "2, 3, 4, 5, 6 and 5 more).",
        ImportOptions(encoding="ascii"),
        finding="undecodable-characters",
    ),
    BadFile(
        "an invisible NUL in ten lines",
        written("reviews.csv", GOOD_TABLE.replace("lovely", "lov\0ely")),
        "10 lines of reviews.csv held invisible NUL characters; they were removed (lines 2, 3, 4, 5, 6 and 5 more).",
        finding="nul-characters",
    ),
    BadFile(
        "one line in another encoding than the rest",
        written(
            "reviews.csv", (GOOD_TABLE + "schön und gut,positive\n").encode() + "très déçu,negative\n".encode("cp1252")
        ),
        "One line of reviews.csv is not UTF-8 as the rest is; it was read as Western European (line 63).",
        finding="mixed-encoding",
    ),
    BadFile(
        "half a UTF-16 character",
        written("reviews.csv", GOOD_TABLE.encode("utf-16-le") + b"x\0\0\xd8,\0p\0o\0s\0i\0t\0i\0v\0e\0\n\0"),
        "One line of reviews.csv holds characters that its encoding does not have; a � stands for each (line 62).",
        finding="undecodable-characters",
    ),
    BadFile(
        "a cell of five million characters",
        written("reviews.csv", GOOD_TABLE + "x" * 5_000_000 + ",positive\n"),
        "One cell of reviews.csv is longer than a million characters and was cut there (line 62).",
        finding="cells-cut",
    ),
    BadFile(
        "a cell of nine million characters",
        written("reviews.csv", GOOD_TABLE + "x" * 9_000_000 + ",positive\n"),
        "A cell in line 62 of reviews.csv is longer than 8 million characters. "
        "Shorten it or remove that line, then import the file again.",
    ),
    BadFile(
        "formulas in a text table",
        written(
            "reviews.csv", GOOD_TABLE + '"=HYPERLINK(""http://x"",""y"")",positive\n=cmd|\' /C calc\'!A0,negative\n'
        ),
        "2 cells of reviews.csv look like spreadsheet formulas; they are kept as plain text (lines 62, 63).",
        finding="formulas",
    ),
    BadFile(
        "two columns of one name",
        written("reviews.csv", rows_text([("text", "text", "label"), *[(t, t[:9], label) for t, label in reviews()]])),
        "Some column names appear more than once; the later ones are now called 'text (2)'.",
        finding="renamed-columns",
    ),
    BadFile(
        "columns without names",
        written("reviews.csv", rows_text([("", "text", ""), *[(n, *row) for n, row in enumerate(reviews())]])),
        "2 columns without a name: now called 'column 1', 'column 3'.",
        finding="renamed-columns",
    ),
)
