"""Tables in HTML and in Excel's XML of 2003 come in as they are shown, whatever the file is called."""

from pathlib import Path

import pytest

from core.data.readers.registry import find_reader
from core.errors import DataError
from tests.data.tables.taken import preview, take

CARS = [(4 + 2 * (n % 3), 2000.25 + n * 131 % 977, 17.5 + n * 7 % 23) for n in range(40)]
HEADER = "<tr><th>cyl</th><th>weight</th><th>mpg</th></tr>"


def html(cell: str = "td", end: str = "</td>", row_end: str = "</tr>") -> str:
    """Return the cars as the rows of a table."""
    return "\n".join(f"<tr>{''.join(f'<{cell}>{value}{end}' for value in car)}{row_end}" for car in CARS)


def targets(path: Path) -> list[float]:
    return [float(value) for value in take(path, task="tabular-regression", target_column="mpg").column("")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "export.xls",
            f"<html><head><meta charset='utf-8'></head><body><table border=1>{HEADER}{html()}</table></body>",
        ),
        ("export.xls", f"<table>{HEADER}{html(end='', row_end='')}"),
        ("page.html", f"<!DOCTYPE html><html><body><h1>Cars</h1><table><thead>{HEADER}</thead><tbody>{html()}</table>"),
        ("page.htm", f"<html><table><tr><td>Menu</td></tr></table><p>Cars<table>{HEADER}{html()}</table></html>"),
        ("export.csv", f"<?xml version='1.0'?><html><body><table>{HEADER.lower()}{html('td class=x')}</table></html>"),
        ("page.html", f"<html><table><tr><td><table>{HEADER}{html()}</table></td><td>right</td></tr></table>"),
    ],
)
def test_a_table_in_html_is_read_under_any_name(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    assert find_reader(tmp_path / name).name == "markup"
    assert targets(tmp_path / name) == [car[2] for car in CARS]


def test_another_name_than_its_own_is_said(tmp_path: Path) -> None:
    (tmp_path / "export.xls").write_text(f"<html><body><table>{HEADER}{html()}</table></body></html>")
    assert preview(tmp_path / "export.xls").notes[0] == (
        "export.xls is in truth HTML, not what its name says; its table is read."
    )


def test_wide_characters_and_entities_are_understood(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>caf&eacute; {n % 2}<td>1&nbsp;{n:03}<td>{n}</tr>" for n in range(40))
    text = f"<html><table><tr><th>größe<th>price<th>n</tr>{rows}</table></html>"
    for encoding in ("utf-16", "utf-8-sig", "cp1252"):
        (tmp_path / f"{encoding}.xls").write_bytes(text.encode(encoding))
        taken = take(tmp_path / f"{encoding}.xls", target_column="price")
        assert taken.column("")[:2] == [1000.0, 1001.0]
        assert taken.column("größe")[:2] == ["café 0", "café 1"]


def test_cells_over_several_columns_and_rows_name_each_of_them(tmp_path: Path) -> None:
    head = "<tr><th rowspan=2>Branch<th colspan=2>2023<th colspan=2>2024<tr><th>Visits<th>Sales<th>Visits<th>Sales"
    rows = "".join(f"<tr><td>B{n}<td>{n * 7 % 31}<td>{n * 5 % 37}<td>{n * 3 % 29}<td>{n * 11 % 41}" for n in range(40))
    (tmp_path / "b.html").write_text(f"<html><table>{head}{rows}</table></html>")
    names = [column.name for column in preview(tmp_path / "b.html").columns]
    assert names == ["Branch", "2023 Visits", "2023 Sales", "2024 Visits", "2024 Sales"]


def test_of_several_tables_the_largest_is_taken_and_another_can_be_chosen(tmp_path: Path) -> None:
    other = "".join(f"<tr><td>{n}<td>{n * n}</tr>" for n in range(12))
    page = f"<html><table><caption>Squares</caption><tr><th>n<th>mpg</tr>{other}</table><table>{HEADER}{html()}</table>"
    (tmp_path / "page.html").write_text(page)
    assert preview(tmp_path / "page.html").notes[0] == (
        "Only 'table 2' of page.html was taken in, its largest table; left out: 'Squares'."
    )
    assert [column.name for column in preview(tmp_path / "page.html", sheet="Squares").columns] == ["n", "mpg"]
    with pytest.raises(DataError, match=r"page\.html has no table called 'x'\. It has: 'Squares', 'table 2'\."):
        preview(tmp_path / "page.html", sheet="x")


def test_a_page_of_text_with_a_small_table_is_a_text(tmp_path: Path) -> None:
    text = "".join(f"<p>Paragraph {n} tells of cars.</p>" for n in range(40))
    (tmp_path / "page.html").write_text(f"<html><table>{HEADER}<tr><td>4<td>2<td>3</tr></table>{text}</html>")
    assert find_reader(tmp_path / "page.html").name != "markup"


def test_a_page_without_a_table_is_still_refused_as_one(tmp_path: Path) -> None:
    (tmp_path / "export.xls").write_text("<!DOCTYPE html><html><body>Please sign in</body></html>")
    with pytest.raises(DataError, match="it is a web page, whatever its name says"):
        preview(tmp_path / "export.xls")


def workbook_2003(rows: str) -> str:
    """Return a workbook as Excel wrote it as XML in 2003."""
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles/>'
        f'<Worksheet ss:Name="Cars"><Table>{rows}</Table></Worksheet>'
        '<Worksheet ss:Name="Empty"><Table/></Worksheet></Workbook>'
    )


def xml_row(*cells: object) -> str:
    kinds = [("String" if isinstance(cell, str) else "Number", cell) for cell in cells]
    return f"<Row>{''.join(f'<Cell><Data ss:Type={chr(34)}{k}{chr(34)}>{v}</Data></Cell>' for k, v in kinds)}</Row>"


def test_excels_xml_of_2003_is_read_with_its_gaps_and_merged_cells(tmp_path: Path) -> None:
    rows = "".join(xml_row(*car) for car in CARS)
    (tmp_path / "cars.xls").write_text(workbook_2003(xml_row("cyl", "weight", "mpg") + rows))
    assert preview(tmp_path / "cars.xls").format == "Excel 2003 XML, Cars"
    assert targets(tmp_path / "cars.xls") == [car[2] for car in CARS]
    title = '<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">Our cars</Data></Cell></Row>'
    gap = '<Row ss:Index="4"><Cell ss:Index="2"><Data ss:Type="String">weight</Data></Cell>'
    header = f'{gap}<Cell><Data ss:Type="String">mpg</Data></Cell></Row>'
    (tmp_path / "gaps.xls").write_text(workbook_2003(title + header + rows))
    assert targets(tmp_path / "gaps.xls") == [car[2] for car in CARS]


def test_xml_with_entities_or_cut_off_is_refused(tmp_path: Path) -> None:
    whole = workbook_2003(xml_row("a", "b") * 20)
    bomb = whole.replace("<Workbook", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<Workbook', 1)
    (tmp_path / "bomb.xls").write_text(bomb.replace(">a<", ">&b;<"))
    with pytest.raises(DataError, match="declares entities, which no spreadsheet program does"):
        preview(tmp_path / "bomb.xls")
    (tmp_path / "cut.xls").write_text(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="its XML is not whole"):
        preview(tmp_path / "cut.xls")


def test_unicode_text_under_the_name_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    text = "cyl\tweight\tmpg\r\n" + "".join(f"{a}\t{b}\t{c}\r\n" for a, b, c in CARS)
    (tmp_path / "export.xls").write_bytes(text.encode("utf-16"))
    assert preview(tmp_path / "export.xls").notes[0] == (
        "export.xls is in truth a text table (TSV), not what its name says; it is read as one."
    )
    assert targets(tmp_path / "export.xls") == [car[2] for car in CARS]
