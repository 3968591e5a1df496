"""Bad tables in files that need a library: workbooks, Parquet and JSON."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from core.specs.dataset_types import ImportOptions
from tests.data.bad.bad_file import BadFile
from tests.data.bad.of_tables import HEADER, PNG, Make, written
from tests.data.imported import reviews
from tests.data.tables.workbook import Cell, write_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OBJECTS = [{"text": text, "label": label} for text, label in reviews()]
LINES = "".join(json.dumps(row) + "\n" for row in OBJECTS)


def workbook(name: str, *rows: tuple[Cell, ...], keep: float = 1.0) -> Make:
    """Return what writes a workbook, or only the beginning of one."""

    def make(folder: Path) -> Path:
        file = write_workbook(folder / name, Reviews=rows)
        content = file.read_bytes()
        file.write_bytes(content[: int(len(content) * keep)])
        return file

    return make


def parquet_file(name: str, table: pa.Table, keep: float = 1.0) -> Make:
    """Return what writes a Parquet file, or only the beginning of one."""
    packed = BytesIO()
    parquet.write_table(table, packed)
    return written(name, packed.getvalue()[: int(len(packed.getvalue()) * keep)])


def archive(name: str, **members: bytes) -> Make:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for member, content in members.items():
            zipped.writestr(member.replace("__", "/") + ".xml", content)
    return written(name, packed.getvalue())


TABLE = pa.table({"text": [text for text, _ in reviews()], "label": [label for _, label in reviews()]})
FAR_OFF = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'

BAD_FILES = (
    BadFile(
        "a truncated workbook",
        workbook("reviews.xlsx", HEADER, *reviews(), keep=0.7),
        "reviews.xlsx is damaged or was cut off. Copy or download it again, then retry.",
    ),
    BadFile(
        "a workbook of no rows",
        workbook("reviews.xlsx"),
        "reviews.xlsx is empty: no sheet of it holds anything. Check that it is the right file.",
    ),
    BadFile(
        "a workbook of a header alone",
        workbook("reviews.xlsx", HEADER),
        "reviews.xlsx has names of columns but no rows below them. Check that the export is complete; if the "
        "first row is data, say that there is no header.",
    ),
    BadFile(
        "an image called xlsx",
        written("reviews.xlsx", PNG),
        "reviews.xlsx is not a table: it is a PNG image, whatever its name says. Import the table itself; "
        "images come in as a ZIP or folder with one folder per class.",
    ),
    BadFile(
        "a protected workbook",
        written("reviews.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000),
        "reviews.xlsx is protected by a password. Open it, remove the password, save it, and import it again.",
    ),
    BadFile(
        "an old workbook that is damaged",
        written("reviews.xls", OLE + b"\0" * 3000),
        "reviews.xls cannot be opened as a spreadsheet: it is damaged. Open it in its program and save it anew.",
    ),
    BadFile(
        "a presentation called xlsx",
        archive("reviews.xlsx", ppt__presentation=b"<presentation/>"),
        "reviews.xlsx is not a spreadsheet: it is a presentation. Open it in the program it came from and "
        "save it as .xlsx or .csv.",
    ),
    BadFile(
        "a workbook that reaches to the last cell",
        archive("reviews.xlsx", xl__workbook=b"<workbook/>", xl__worksheets__sheet1=FAR_OFF),
        "A sheet of reviews.xlsx reaches to row 1,048,576 and column 16,384: 17,179,869,184 cells, more than "
        "the 10,000,000 that can be held. Often a single stray entry far off is the cause: delete it, or "
        "save the sheet as .csv.",
    ),
    BadFile(
        "a workbook that is a bomb",
        archive("reviews.xlsx", xl__workbook=b"<workbook/>", xl__worksheets__sheet1=b" " * 30_000_000),
        "reviews.xlsx would unpack to more than 30 MB, from 29 kB: no honest spreadsheet does. If it is "
        "yours, save it as .csv.",
    ),
    BadFile(
        "a sheet that is not there",
        workbook("reviews.xlsx", HEADER, *reviews()),
        "reviews.xlsx has no sheet called 'Labels'. It has: 'Reviews'. Choose one.",
        ImportOptions(sheet="Labels"),
    ),
    BadFile(
        "formulas without values",
        workbook("reviews.xlsx", HEADER, *reviews(), ("=A1&A2", "positive")),
        "One cell holds a formula whose value was not saved in reviews.xlsx; such a cell counts as empty. "
        "Open the file in Excel or LibreOffice, save it, and import it again.",
        finding="formulas",
    ),
    BadFile(
        "a truncated Parquet file",
        parquet_file("reviews.parquet", TABLE, keep=0.8),
        "reviews.parquet is damaged or was cut off. Copy or download it again, then retry.",
    ),
    BadFile(
        "an image called parquet",
        written("reviews.parquet", PNG),
        "reviews.parquet is not a table: it is a PNG image, whatever its name says. Import the table "
        "itself; images come in as a ZIP or folder with one folder per class.",
    ),
    BadFile(
        "Parquet of lists alone",
        parquet_file("vectors.parquet", pa.table({"vector": [[1.0, 2.0], [3.0]]})),
        "vectors.parquet has no column of texts or numbers, only 'vector'. If it holds images, import them "
        "as a ZIP with one folder per class.",
    ),
    BadFile(
        "Parquet of no rows",
        parquet_file("reviews.parquet", TABLE.slice(0, 0)),
        "reviews.parquet has names of columns but no rows below them. Check that the export is complete.",
    ),
    BadFile(
        "JSON that ends in the middle",
        written("reviews.json", json.dumps(OBJECTS)[:-500]),
        "reviews.json is not whole JSON: it cannot be read after object 53. Perhaps the file was cut off, or "
        "it is not JSON at all. Export it again, as a list of objects or with one object a line.",
    ),
    BadFile(
        "a table called json",
        written("reviews.json", "text,label\nlovely,good\nawful,bad\n"),
        "reviews.json is not whole JSON: it cannot be read from its beginning on. Perhaps the file was cut "
        "off, or it is not JSON at all. Export it again, as a list of objects or with one object a line.",
    ),
    BadFile(
        "JSON of objects within objects",
        written("reviews.json", json.dumps({"a": {"text": "x"}, "b": {"label": {"c": 1}}})),
        "reviews.json is JSON, but no table: neither a list of objects nor columns of one length. Save it "
        'with one object a line, such as {"text": "...", "label": "..."}.',
    ),
    BadFile(
        "JSON of a single object",
        written("reviews.json", json.dumps(OBJECTS[0])),
        "reviews.json holds one row only, and a model learns from many. Check that the export is complete; "
        "to add the row to a data set that is already there, name that data set.",
    ),
    BadFile(
        "JSON of numbers",
        written("reviews.json", "[1, 2, 3]"),
        'reviews.json is a list, but its items are no objects. Save it as a list of objects such as {"text": '
        '"...", "label": "..."}.',
    ),
    BadFile(
        "JSON of an empty list",
        written("reviews.json", "[]"),
        'reviews.json holds no rows: no object such as {"text": "...", "label": "..."} is in it. Save it as '
        "a list of objects, or with one object a line.",
    ),
    BadFile(
        "JSON of an empty object",
        written("reviews.json", "{}"),
        'reviews.json holds no rows: no object such as {"text": "...", "label": "..."} is in it. Save it as '
        "a list of objects, or with one object a line.",
    ),
    BadFile(
        "JSON of columns of two lengths",
        written("reviews.json", json.dumps({"text": ["a", "b"], "label": ["x"]})),
        "reviews.json is JSON, but no table: neither a list of objects nor columns of one length. Save it "
        'with one object a line, such as {"text": "...", "label": "..."}.',
    ),
    BadFile(
        "a hundred thousand brackets",
        written("reviews.json", "[" * 100_000),
        "reviews.json is nested too deeply to be a table: brackets within brackets, hundreds of times. Save "
        'it as a list of objects such as {"text": "...", "label": "..."}.',
    ),
    BadFile(
        "a hundred thousand braces",
        written("reviews.json", '{"a":' * 100_000),
        "reviews.json is nested too deeply to be a table: brackets within brackets, hundreds of times. Save "
        'it as a list of objects such as {"text": "...", "label": "..."}.',
    ),
    BadFile(
        "JSON Lines with a broken line",
        written("reviews.jsonl", LINES + '{"text": "cut o'),
        "One line of reviews.jsonl was left out because it is not a JSON object (line 61).",
        finding="bad-lines",
    ),
    BadFile(
        "JSON Lines of no objects",
        written("reviews.jsonl", "1\n2\n3\n"),
        "reviews.jsonl is not whole JSON: it cannot be read from its beginning on. Perhaps the file was cut "
        "off, or it is not JSON at all. Export it again, as a list of objects or with one object a line.",
    ),
    BadFile(
        "JSON with a NaN",
        written(
            "prices.json", json.dumps([{"size": n % 7, "price": float("nan") if n == 3 else n % 9} for n in range(60)])
        ),
        "One row of prices.json was left out because what is to be predicted is not a number there (object 4).",
        ImportOptions(target_column="price"),
        finding="not-a-number",
    ),
)
