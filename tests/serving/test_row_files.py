from pathlib import Path

import pandas as pd
import pytest

from core.errors import DataError
from core.processes.limits import Limits
from core.serving import row_files
from core.serving.row_files import read_rows, rows_of_json


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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.json", '[{"inches": 15.6, "maker": "Dell"}]'),
        ("rows.jsonl", '{"inches": 15.6, "maker": "Dell"}\n'),
        ("row.json", '{\n  "inches": 15.6,\n  "maker": "Dell"\n}\n'),
        ("rows.tsv", "inches\tmaker\n15.6\tDell\n"),
    ],
)
def test_rows_may_be_in_any_kind_of_file(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert read_rows(tmp_path / name)[0] == [{"inches": "15.6", "maker": "Dell"}]


def test_rows_may_be_in_a_parquet_file(tmp_path: Path) -> None:
    table = pd.DataFrame({"inches": [15.6, None], "maker": ["Dell", "Apple"]})
    table.to_parquet(tmp_path / "rows.parquet")
    assert read_rows(tmp_path / "rows.parquet")[0] == [
        {"inches": "15.6", "maker": "Dell"},
        {"inches": "", "maker": "Apple"},
    ]


def test_a_cut_off_json_line_is_not_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"inches": 13}\n{"inches": 14}\n{"inch')
    with pytest.raises(DataError, match="cannot be judged: line 3"):
        read_rows(file)


def test_a_row_may_be_written_as_json() -> None:
    assert rows_of_json('{"inches": 15.6, "maker": null}') == [{"inches": 15.6, "maker": None}]
    assert rows_of_json('[{"inches": 1}, {"inches": 2}]') == [{"inches": 1}, {"inches": 2}]


@pytest.mark.parametrize("text", ["hello", "[]", "12", '"a"', '{"a": [1]}', '[{"a": 1}, 2]', "{", "[" * 100_000])
def test_what_is_no_row_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DataError, match=r'such as \{"size": 12\.5, "colour": "red"\}'):
        rows_of_json(text)


def test_rows_that_take_too_much_of_the_machine_are_stopped_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("size,colour\n" + "12.5,a long colour of no use\n" * 150_000)
    monkeypatch.setattr(row_files, "import_limits", lambda: Limits(40 * 2**20, 60.0, 300.0))
    with pytest.raises(DataError, match=r"^Reading rows\.csv was stopped: it took more than 40 MB of memory\."):
        row_files.read_rows(file)
