"""Workbooks as people lay them out: merged cells, hidden sheets, a title over the table."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.data.tables.taken import preview, take
from tests.data.tables.workbook import write_workbook

HEADER = ("region", "shop", "visits", "sales")
REGIONS = {0: "North", 10: "South", 20: "East", 30: "West"}
ROWS: list[tuple[Any, ...]] = [(REGIONS.get(n), f"S{n % 7}", 90 + n * 37 % 211, 300 + n * 91 % 977) for n in range(40)]


def changed(file: Path, part: str, old: str, new: str) -> Path:
    """Change a part of a workbook."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def merge(file: Path, *spans: str) -> Path:
    """Merge cells of a workbook's first sheet."""
    merged = "".join(f'<mergeCell ref="{span}"/>' for span in spans)
    return changed(file, "xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>")


def book(path: Path, *rows: Sequence[Any]) -> Path:
    return write_workbook(path, Sales=rows)


def test_cells_merged_downwards_count_in_every_row_that_they_cover(tmp_path: Path) -> None:
    file = merge(book(tmp_path / "b.xlsx", HEADER, *ROWS), "A2:A11", "A12:A21", "A22:A31", "A32:A41")
    assert "Cells that are merged downwards count in each of the rows that they cover." in preview(file).notes
    regions = take(file, target_column="sales").column("region")
    assert regions == ["North"] * 10 + ["South"] * 10 + ["East"] * 10 + ["West"] * 10


def test_names_over_merged_columns_go_for_each_of_them(tmp_path: Path) -> None:
    groups, names = ("shop", "2023", None, "2024", None), (None, "visits", "sales", "visits", "sales")
    rows = [(f"S{n}", n * 7 % 31, n * 5 % 37, n * 3 % 29, n * 11 % 41) for n in range(40)]
    file = merge(book(tmp_path / "b.xlsx", ("Our shops",), groups, names, *rows), "A1:E1", "B2:C2", "D2:E2", "A2:A3")
    assert [c.name for c in preview(file).columns] == ["shop", "2023 visits", "2023 sales", "2024 visits", "2024 sales"]
    assert len(take(file).rows) == 40


def test_a_sheet_that_is_shown_comes_before_one_that_is_hidden(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "b.xlsx", Lists=[("key", "value"), ("a", 1), ("b", 2)], Sales=[HEADER, *ROWS])
    assert preview(file).options.sheet == "Lists"
    hidden = changed(file, "xl/workbook.xml", 'sheetId="1"', 'sheetId="1" state="hidden"')
    assert preview(hidden).options.sheet == "Sales"


def test_an_empty_column_before_the_table_shifts_nothing(tmp_path: Path) -> None:
    file = book(tmp_path / "b.xlsx", (None, *HEADER), *[(None, *row) for row in ROWS])
    assert preview(file).columns[-1].name == "sales"
    assert take(file, target_column="sales").column("")[:2] == [300, 391]


def test_the_cells_over_a_pivot_table_are_no_names(tmp_path: Path) -> None:
    months = [f"2024-{month:02}" for month in range(1, 6)]
    rows = [(f"Store {n}", *(n * (month + 3) % 97 for month in range(5))) for n in range(40)]
    above = ("Sum of Sales", "Column Labels", *[None] * 4)
    file = book(tmp_path / "b.xlsx", above, ("Row Labels", *months), *rows)
    assert [column.name for column in preview(file).columns] == ["Row Labels", *months]
    assert "1 row above the table left out." in preview(file).notes
    assert len(take(file).rows) == 40
