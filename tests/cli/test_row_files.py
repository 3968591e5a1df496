from pathlib import Path

import pytest

from core.cli.row_files import read_rows
from core.errors import DataError


def test_rows_are_read_by_column_whatever_separates_them(tmp_path: Path) -> None:
    file = tmp_path / "laptops.csv"
    file.write_text('inches;"maker"\n15,6;Dell\n;"Apple;Inc"\n', encoding="utf-8-sig")
    expected = [{"inches": "15,6", "maker": "Dell"}, {"inches": "", "maker": "Apple;Inc"}]
    assert read_rows(file) == (expected, ",")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,2\n3,4\n5,6\n1,2,3\n", r"do not fit the column names, .*: line 5"),
        ("a,b\n", "has no rows below its column names"),
    ],
)
def test_a_file_whose_rows_cannot_all_be_judged_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(content)
    with pytest.raises(DataError, match=sentence):
        read_rows(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing\.csv"):
        read_rows(tmp_path / "nothing.csv")
