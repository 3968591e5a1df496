"""Workbooks come in as people made them, and nothing in them is calculated."""

from pathlib import Path

import pytest

from core.errors import DataError
from tests.data.tables.taken import preview, take
from tests.data.tables.workbook import write_workbook

ROWS = [("arrived early", "good"), ("broke\nafter a day", "bad"), ("<br />it is &amp; was fine", "good")] * 3
HEADER = ("text", "label")


def test_a_sheet_of_texts_with_labels_comes_in(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "reviews.xlsx", Reviews=[HEADER, *ROWS])
    assert preview(file).format == "Excel (xlsx), sheet 'Reviews'"
    assert take(file, clean_text=False).pairs == ROWS
    assert take(write_workbook(tmp_path / "b.xlsx", Reviews=[HEADER, *ROWS])).texts[2] == "it is & was fine"


def test_numbers_lose_no_digit_and_whole_ones_get_no_fraction(tmp_path: Path) -> None:
    rows = [("ab"[n % 2], 10 + n * n % 7, n + 0.125) for n in range(10, 30)]
    taken = take(write_workbook(tmp_path / "prices.xlsx", Prices=[("shop", "size", "price"), *rows]))
    assert taken.column("")[:2] == [10.125, 11.125]
    assert preview(tmp_path / "prices.xlsx").columns[1].examples == ("12", "11", "14")


def test_titles_and_blank_rows_above_the_table_are_left_out(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "reviews.xlsx", Reviews=[("Our reviews",), (), HEADER, *ROWS])
    assert "2 rows above the table left out." in preview(file).notes
    assert take(file).pairs[0] == ("arrived early", "good")
    assert (
        take(write_workbook(tmp_path / "b.xlsx", Reviews=[("Our reviews",), (), HEADER, *ROWS])).rows[0]["source"] == 4
    )


def test_the_first_sheet_that_holds_anything_is_taken_unless_another_is_chosen(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "book.xlsx", Notes=[], May=[HEADER, *ROWS], June=[HEADER, *ROWS[::-1]])
    assert preview(file).notes[0] == "The file has 3 sheets ('Notes', 'May', 'June'); 'May' is taken."
    assert preview(file).options.sheet == "May"
    assert take(file).findings["other-sheets"].message == (
        "Only the sheet 'May' of book.xlsx was taken in; left out: 'Notes', 'June'."
    )
    file = write_workbook(tmp_path / "again.xlsx", Notes=[], May=[HEADER, *ROWS], June=[HEADER, *ROWS[::-1]])
    assert take(file, sheet="June").texts[:2] == ["it is & was fine", "broke\nafter a day"]


def test_an_empty_sheet_that_was_chosen_is_refused_with_the_names_of_the_others(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "book.xlsx", Notes=[], May=[HEADER, *ROWS])
    with pytest.raises(DataError) as refused:
        take(file, sheet="Notes")
    assert str(refused.value) == "The sheet 'Notes' of book.xlsx is empty. Choose another of: 'Notes', 'May'."


def test_a_workbook_that_only_was_called_csv_is_read_and_said_so(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "reviews.csv", Reviews=[HEADER, *ROWS])
    assert "reviews.csv is in truth a spreadsheet, Excel (xlsx); it is read as one." in preview(file).notes
    assert len(take(file).rows) == 9


def test_formulas_that_were_saved_without_a_value_are_counted_and_empty(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS, ("=A1&A2", "good"), ("=A3&A4", "bad")]
    taken = take(write_workbook(tmp_path / "reviews.xlsx", Reviews=rows))
    assert len(taken.rows) == 9
    assert taken.findings["formulas"].message == (
        "2 cells hold formulas whose value was not saved in reviews.xlsx; such a cell counts as empty. "
        "Open the file in Excel or LibreOffice, save it, and import it again."
    )


def test_empty_rows_and_columns_within_a_sheet_do_no_harm(tmp_path: Path) -> None:
    rows = [(None, *HEADER), (None, *ROWS[0]), (), (None, *ROWS[1]), (None, *ROWS[2])]
    taken = take(write_workbook(tmp_path / "reviews.xlsx", Reviews=rows))
    assert [row["label"] for row in taken.rows] == ["good", "bad", "good"]
    assert [row["source"] for row in taken.rows] == [2, 4, 5]
