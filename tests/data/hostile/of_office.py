"""Workbooks and Word files whose addresses, repetitions, entities and parts ask for more than they hold."""

import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from tests.data.hostile.hostile_file import SECRET, HostileFile, Member, data, packed, raw_zip
from tests.data.tables.workbook import _parts

MB = 1 << 20
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
LAUGHING = f'<!DOCTYPE x [<!ENTITY l0 "laugh">{LAUGHS}]>'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP of these parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def workbook(sheet: str | bytes, **more: str | bytes) -> bytes:
    """Return a workbook of one sheet with this XML, and further parts by name."""
    return zipped(_parts(["One"]) | {SHEET: sheet} | more)


def cells(inner: str, before: str = "", after: str = "") -> bytes:
    """Return a workbook whose sheet has these rows."""
    return workbook(f"{HEAD}<worksheet {MAIN}>{before}<sheetData>{inner}</sheetData>{after}</worksheet>")


def _far(address: str) -> bytes:
    return cells(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c {address}><v>1</v></c></row>')


def _laughing(_: Path) -> bytes:
    inner = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l8;</t></is></c></row>'
    return workbook(f"<?xml version='1.0'?>{LAUGHING}<worksheet {MAIN}><sheetData>{inner}</sheetData></worksheet>")


def _reads_a_file(folder: Path) -> bytes:
    (folder / "secret.txt").write_text(SECRET)
    dtd = f'<!DOCTYPE sst [<!ENTITY e SYSTEM "file://{folder}/secret.txt">]>'
    strings = f"<?xml version='1.0'?>{dtd}<sst {MAIN}><si><t>&e;</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in range(1, 30))
    parts = _parts(["One"])
    link = '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    rels = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>", f'{link}sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    sheet = f"{HEAD}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    return zipped(parts | {"xl/_rels/workbook.xml.rels": rels, "xl/sharedStrings.xml": strings, SHEET: sheet})


def _shared(length: int, count: int, said: str = "1") -> bytes:
    strings = f'{HEAD}<sst {MAIN} count="{said}" uniqueCount="{said}"><si><t>{"a" * length}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, count))
    parts = _parts(["One"])
    link = '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    rels = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>", f'{link}sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    sheet = f"{HEAD}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    return zipped(parts | {"xl/_rels/workbook.xml.rels": rels, "xl/sharedStrings.xml": strings, SHEET: sheet})


def _elsewhere(_: Path) -> bytes:
    """The sheet is in a part that is not called .xml."""
    parts = _parts(["One"])
    rels = parts["xl/_rels/workbook.xml.rels"].replace("sheet1.xml", "sheet1.bin")
    inner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = f"{HEAD}<worksheet {MAIN}><sheetData>{inner}</sheetData></worksheet>"
    return zipped(parts | {"xl/_rels/workbook.xml.rels": rels, "xl/worksheets/sheet1.bin": sheet})


def _twice(_: Path) -> bytes:
    """Two parts of one name: one is small, the other is read."""
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    far = near + '<row r="9"><c r="XFD1048576"><v>1</v></c></row>'
    made = [packed(name, content.encode()) for name, content in _parts(["One"]).items()]
    sheets = [f"{HEAD}<worksheet {MAIN}><sheetData>{inner}</sheetData></worksheet>" for inner in (far, near, far)]
    return raw_zip([*made, *(packed(SHEET, sheet.encode()) for sheet in sheets)])


def _ods(inner: str, head: str = "") -> bytes:
    names = " ".join(
        f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for key, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = f'<?xml version="1.0"?>{head}<office:document-content {names}><office:body><office:spreadsheet>'
    content += f'<table:table table:name="One">{inner}</table:table></office:spreadsheet></office:body>'
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    whole = content + "</office:document-content>"
    return zipped({"mimetype": mimetype, "content.xml": whole, "META-INF/manifest.xml": manifest})


def _ods_cell(repeats: str, row: str = "", text: str = "x") -> str:
    cell = f'<table:table-cell office:value-type="string" {repeats}><text:p>{text}</text:p></table:table-cell>'
    return f"<table:table-row {row}>{cell}</table:table-row>"


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def xls(sheets: list[bytes], strings: bytes = b"") -> bytes:
    """Return an old workbook whose sheets hold these records."""
    names = [b"Sheet%d" % n for n in range(len(sheets))]
    end = _record(0x000A, b"")
    heads = [struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name for name in names]
    at = len(_begin(5)) + sum(4 + len(head) for head in heads) + len(strings) + len(end)
    listed = b""
    for head, sheet in zip(heads, sheets, strict=True):
        listed += _record(0x0085, struct.pack("<I", at) + head[4:])
        at += len(_begin(16)) + len(sheet) + len(end)
    stream = _begin(5) + listed + strings + end + b"".join(_begin(16) + sheet + end for sheet in sheets)
    return compound(stream)


def compound(stream: bytes) -> bytes:
    """Return an OLE file whose one stream is called Workbook."""
    stream += b"\0" * max(0, 4_096 - len(stream))
    pages = -(-len(stream) // 512)
    tables = -(-(pages + 2) // 127)
    chain = [n + 1 for n in range(pages - 1)] + [0xFFFFFFFE] + [0xFFFFFFFE] + [0xFFFFFFFD] * tables
    fat = struct.pack(f"<{len(chain)}I", *chain) + b"\xff" * (tables * 512 - 4 * len(chain))
    first = pages + 1
    places = [first + n for n in range(tables)] + [0xFFFFFFFF] * (109 - tables)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    head += struct.pack("<IIIIIIII", tables, pages, 0, 4_096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *places)
    root = _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + _entry("Workbook", 2, 0, len(stream), 0xFFFFFFFF)
    return head + stream + b"\0" * (pages * 512 - len(stream)) + root + _entry("", 0, 0, 0, 0) * 2 + fat


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    written = (name + "\0").encode("utf-16-le") if name else b""
    head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1)
    return head + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + b"\0" * 36 + struct.pack("<IQ", start, size)


def _number(row: int, column: int) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0))


FAR_XLS = _number(0, 0) + _number(65_535, 255)
SIZE_XLS = _record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFFE, 0, 0xFFFE, 0))


def docx(body: str | bytes, **more: str | bytes) -> bytes:
    """Return a Word document with this main part."""
    office = "http://schemas.openxmlformats.org"
    types = (
        f'<Types xmlns="{office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    rels = (
        f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1" Type="{office}/'
        'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    return zipped({"[Content_Types].xml": types, "_rels/.rels": rels, "word/document.xml": body} | more)


def _paragraphs(inner: str, count: int = 1) -> str:
    return f"{HEAD}<w:document {WORD}><w:body>{inner * count}</w:body></w:document>"


PARAGRAPH = "<w:p><w:r><w:t>A sentence about a parcel that came late, or not.</w:t></w:r></w:p>"


def _word_file(folder: Path) -> bytes:
    (folder / "secret.txt").write_text(SECRET)
    dtd = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{folder}/secret.txt">]>'
    body = PARAGRAPH * 60 + "<w:p><w:r><w:t>&e;</w:t></w:r></w:p>"
    return docx(f"<?xml version='1.0'?>{dtd}<w:document {WORD}><w:body>{body}</w:body></w:document>")


WORD_LAUGHS = f"<w:document {WORD}><w:body><w:p><w:r><w:t>&l8;</w:t></w:r></w:p></w:body></w:document>"
FORMULAS = "".join(
    f'<row r="{n}"><c r="A{n}" t="str"><f>HYPERLINK("http://127.0.0.1:9/x","y{n}")</f><v>=cmd|\' /C x\'!A{n}</v></c>'
    f'<c r="B{n}"><v>{n % 2}</v></c></row>'
    for n in range(1, 40)
)
XFD = "XFD1048576"
HOSTILE = (
    data("xlsx-address-in-small-letters", "table.xlsx", lambda _: _far('r="xfd1048576"'), "refused"),
    data("xlsx-address-with-spaces", "table.xlsx", lambda _: _far(f"r = '{XFD}'"), "refused"),
    data("xlsx-address-over-two-lines", "table.xlsx", lambda _: _far(f'r\n=\n"{XFD}"'), "refused"),
    data("xlsx-address-of-entities", "table.xlsx", lambda _: _far('r="&#88;FD104857&#x36;"'), "refused"),
    data("xlsx-address-far-off", "table.xlsx", lambda _: _far(f'r="{XFD}"'), "refused"),
    data("xlsx-address-beyond-every-sheet", "table.xlsx", lambda _: _far('r="ZZZZZZ4294967295"'), "refused"),
    data("xlsx-address-without-digits", "table.xlsx", lambda _: _far('r="ABC"'), "refused"),
    data("xlsx-address-turned-around", "table.xlsx", lambda _: _far('r="1048576XFD"'), "refused"),
    data("xlsx-address-with-another-prefix", "table.xlsx", lambda _: workbook(
        f'{HEAD}<x:worksheet xmlns:x="{MAIN[7:-1]}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
        f'<x:row r="9"><x:c r="{XFD.lower()}"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'), "refused"),
    data("xlsx-row-far-off", "table.xlsx", lambda _: cells(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="4294967290">' + "<c><v>1</v></c>" * 900 + "</row>"), "refused"),
    data("xlsx-cells-without-addresses", "table.xlsx", lambda _: cells(
        "".join(f"<row><c><v>{n}</v></c><c><v>{n % 3}</v></c></row>" for n in range(40)))),
    data("xlsx-sheet-under-another-name", "table.xlsx", _elsewhere, "refused"),
    data("xlsx-part-twice", "table.xlsx", _twice, "refused"),
    data("xlsx-in-utf-16", "table.xlsx", lambda _: workbook(
        f'<?xml version="1.0" encoding="UTF-16"?><worksheet {MAIN}><sheetData><row><c r="{XFD}"><v>1</v></c></row>'
        "</sheetData></worksheet>".encode("utf-16")), "refused"),
    data("xlsx-in-an-odd-encoding", "table.xlsx", lambda _: workbook(
        f'<?xml version="1.0" encoding="cp037"?><worksheet {MAIN}><sheetData><row r="1"><c r="{XFD}"><v>1</v></c></row>'
        "</sheetData></worksheet>"), "refused"),
    data("xlsx-malformed-behind-a-far-cell", "table.xlsx", lambda _: workbook(
        f'{HEAD}<worksheet {MAIN}><sheetData a="1" a="2"><row r="1"><c r="{XFD}"><v>1</v></c></row></sheetData>'),
        "refused"),
    data("xlsx-dimension-of-everything", "table.xlsx", lambda _: cells(
        "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 30)),
        before=f'<dimension ref="A1:{XFD}"/>')),
    data("xlsx-merged-to-the-end", "table.xlsx", lambda _: cells(
        "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 30)),
        after=f'<mergeCells><mergeCell ref="A1:{XFD}"/></mergeCells>')),
    data("xlsx-laughs", "table.xlsx", _laughing, "refused"),
    data("xlsx-reads-a-file", "table.xlsx", _reads_a_file, "refused"),
    data("xlsx-shared-text-many-times", "table.xlsx", lambda _: _shared(2 * MB, 4_000), "refused"),
    data("xlsx-says-four-billion-shared-texts", "table.xlsx", lambda _: _shared(5, 40, "4294967295")),
    data("xlsx-sheet-that-grows", "table.xlsx", lambda _: workbook(b"<worksheet>" + b" " * (90 * MB)), "refused"),
    data("xlsx-other-part-that-grows", "table.xlsx", lambda _: workbook(
        f"<worksheet {MAIN}/>", **{"xl/media/image1.png": b"\0" * (90 * MB)}), "refused"),
    data("xlsx-ten-thousand-columns", "table.xlsx", lambda _: cells(
        "".join(f'<row r="{n}">' + "<c><v>1</v></c>" * 10_000 + "</row>" for n in range(1, 4))), "refused"),
    data("xlsx-elements-deep", "table.xlsx", lambda _: cells("<a>" * 200_000 + "</a>" * 200_000), "refused"),
    data("xlsx-one-long-attribute", "table.xlsx", lambda _: cells(f'<row r="{"1" * 5_000_000}"/>'), "refused"),
    data("xlsx-formulas-that-run", "table.xlsx", lambda _: cells(FORMULAS), "read"),
    data("xlsx-two-thousand-sheets", "table.xlsx", lambda _: zipped(
        _parts([f"S{n}" for n in range(2_000)]) | {SHEET: f"<worksheet {MAIN}><sheetData/></worksheet>"})),
    data("xlsb-refused", "table.xlsb", lambda _: zipped({"xl/workbook.bin": b"\x83\x01\0" * 99}), "refused"),
    data("xls-cell-far-off", "table.xls", lambda _: xls([FAR_XLS]), "refused"),
    data("xls-many-sheets-with-cells-far-off", "table.xls", lambda _: xls([FAR_XLS] * 60), "refused"),
    data("xls-says-four-billion-rows", "table.xls", lambda _: xls([SIZE_XLS + _number(0, 0) + _number(1, 0)])),
    data("xls-dimension-backwards", "table.xls", lambda _: xls(
        [_record(0x0200, struct.pack("<IIHHH", 9, 2, 9, 1, 0)) + _number(0, 0) + _number(1, 0)])),
    data("xls-says-four-billion-texts", "table.xls", lambda _: xls(
        [_number(0, 0) + _number(1, 0)], _record(0x00FC, struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF)))),
    data("xls-text-many-times", "table.xls", lambda _: xls(
        [b"".join(_record(0x00FD, struct.pack("<HHHI", n, 0, 0, 0)) for n in range(60_000))],
        _record(0x00FC, struct.pack("<IIHB", 1, 1, 8_000, 0) + b"a" * 8_000)), "refused"),
    data("xls-chain-in-a-circle", "table.xls", lambda _: _circle(xls([FAR_XLS])), "refused"),
    data("xls-cut-off", "table.xls", lambda _: xls([FAR_XLS])[:900], "refused"),
    data("ods-row-repeated", "table.ods", lambda _: _ods(
        _ods_cell("", 'table:number-rows-repeated="1048576"') + _ods_cell('table:number-columns-repeated="16384"')),
        "refused"),
    data("ods-row-repeated-a-billion-times", "table.ods", lambda _: _ods(
        _ods_cell("", 'table:number-rows-repeated="999999999999"')), "refused"),
    data("ods-row-repeated-less-than-once", "table.ods", lambda _: _ods(
        _ods_cell("", 'table:number-rows-repeated="-1"'))),
    data("ods-cells-repeated", "table.ods", lambda _: _ods(
        _ods_cell('table:number-columns-repeated="99999999"') * 3), "refused"),
    data("ods-empty-rows-repeated-at-the-end", "table.ods", lambda _: _ods(
        "".join(_ods_cell("", text=f"text {n}") for n in range(30))
        + '<table:table-row table:number-rows-repeated="1048500"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>')),
    data("ods-long-text-repeated", "table.ods", lambda _: _ods(
        _ods_cell('table:number-columns-repeated="1000"', 'table:number-rows-repeated="1000"', "x" * 50_000)),
        "refused"),
    data("ods-text-spaces-repeated", "table.ods", lambda _: _ods(
        _ods_cell("", text='<text:s text:c="4000000000"/>x') * 3)),
    data("ods-laughs", "table.ods", lambda _: _ods(_ods_cell("", text="&l8;"), LAUGHING), "refused"),
    data("docx-paragraphs-that-grow", "text.docx", lambda _: docx(_paragraphs(PARAGRAPH, 400_000)), ""),
    data("docx-empty-elements-that-grow", "text.docx", lambda _: docx(_paragraphs("<w:p/>", 6_000_000))),
    data("docx-laughs", "text.docx", lambda _: docx(f"<?xml version='1.0'?>{LAUGHING}{WORD_LAUGHS}"), "refused"),
    data("docx-reads-a-file", "text.docx", _word_file, "refused"),
    data("docx-elements-deep", "text.docx", lambda _: docx(
        _paragraphs("<w:tbl><w:tr><w:tc>" * 20_000 + PARAGRAPH + "</w:tc></w:tr></w:tbl>" * 20_000)), "refused"),
    data("docx-one-long-text", "text.docx", lambda _: docx(
        _paragraphs(f"<w:p><w:r><w:t>{'a sentence ' * 1_000_000}</w:t></w:r></w:p>"))),
    data("docx-with-macros", "text.docm", lambda _: docx(
        _paragraphs(PARAGRAPH, 60), **{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 999})),
    data("docx-ten-thousand-parts", "text.docx", lambda _: docx(
        _paragraphs(PARAGRAPH, 60), **{f"word/media/{n}.png": b"" for n in range(21_000)}), "refused"),
    data("docx-encrypted-part", "text.docx", lambda _: raw_zip(
        [Member(b"word/document.xml", b"x" * 99, 99, method=0, flags=1)]), "refused"),
    data("epub-of-laughs", "book.epub", lambda _: zipped(
        {"mimetype": "application/epub+zip", "a.xhtml": f"<?xml version='1.0'?>{LAUGHING}<html>&l8;</html>"})),
    data("html-table-under-an-excel-name", "table.xls", lambda _: (
        "<html><table>" + "<tr><td>1</td><td colspan=99999999>2</td></tr>" * 300 + "</table></html>").encode()),
    data("html-tables-within-tables", "table.html", lambda _: (
        "<html>" + "<table><tr><td>" * 30_000 + "x").encode()),
)  # fmt: skip


def _circle(content: bytes) -> bytes:
    """Return an old workbook whose chain of pages leads back to its beginning."""
    pages = (len(content) - 512) // 512 - 2
    at = 512 + (pages + 1) * 512
    return content[:at] + struct.pack("<I", 0) * pages + content[at + 4 * pages :]


HOSTILE_FILES: tuple[HostileFile, ...] = HOSTILE
