"""Whatever stands in the cells: a well-formed table comes back cell by cell, from every kind of file."""

import csv
import json
import math
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tests.data.tables.taken import Taken, take
from tests.data.tables.workbook import write_workbook

QUICK = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
KNOWN: dict[str, Any] = {
    "task": "text-classification",
    "text_column": "text",
    "label_column": "label",
    "clean_text": False,
    "normalise_labels": False,
}
Row = tuple[str, str]
FIRST: list[Row] = [("the first", "good"), ("the second", "bad"), ("the third", "good")]
ODD = "\0\t\n\r\",;|\\'\u0085\u2028\ufeff\ufffe =éß中😀ab"
characters = st.sampled_from(ODD) | st.characters(exclude_categories=["Cs", "Cc"])
rows_of = st.lists(st.tuples(st.text(characters, max_size=30), st.sampled_from(["good", "bad", " Good", "", "\0"])))


def there(rows: list[Row], removed: str = "") -> list[Row]:
    """Return the rows that have a text and a label, without what no text file keeps."""
    kept = [
        (text.replace(removed, ""), label.replace(removed, "")) if removed else (text, label) for text, label in rows
    ]
    return [(text, label) for text, label in kept if text.strip() and label.strip()]


def write_and_take(content: bytes, suffix: str, **options: Any) -> Taken:
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"brought{suffix}"
        file.write_bytes(content)
        return take(file, **options)


def as_csv(rows: list[Row], delimiter: str, end: str, quoting: Any) -> str:
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([("text", "label"), *rows])
    return text.getvalue()


@settings(QUICK, max_examples=150)
@given(
    rows=rows_of,
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
)
@example([('"', "bad")], ",", "\n", "utf-8")
@example([("a\r", "bad"), ("\r\nb", "bad")], ";", "\r\n", "utf-8")
@example([('\\"x', "bad"), ("'a", "'b'")], ",", "\n", "utf-16")
def test_a_table_that_python_wrote_comes_back(rows: list[Row], delimiter: str, end: str, encoding: str) -> None:
    # With a line feed alone, Python before 3.13 writes a carriage return without quotation marks around it.
    quoting = csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL
    content = as_csv([*FIRST, *rows], delimiter, end, quoting).encode(encoding)
    assume(content.count(0) <= 8 or encoding.startswith("utf-16"))  # with more, it is taken for no text
    taken = write_and_take(content, ".csv", delimiter=delimiter, encoding=encoding, **KNOWN)
    assert taken.pairs == there([*FIRST, *rows], removed="\0")


words = st.text("abcdefg hijklmnop,.!?'\"\néüñ中文", min_size=1, max_size=60).filter(str.strip)


@settings(QUICK, max_examples=60)
@given(
    texts=st.lists(words, min_size=4, max_size=20),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_nothing_needs_to_be_said_about_ordinary_tables(texts: list[str], delimiter: str, encoding: str) -> None:
    rows = [*FIRST, *[(text, ("good", "bad")[n % 2]) for n, text in enumerate(texts)]]
    content = as_csv(rows, delimiter, "\n", csv.QUOTE_MINIMAL).encode(encoding)
    assert write_and_take(content, ".csv", **KNOWN).pairs == rows


@settings(QUICK, max_examples=80)
@given(rows=rows_of, kind=st.sampled_from(["list", "lines", "columns", "escaped"]))
def test_json_comes_back(rows: list[Row], kind: str) -> None:
    objects = [{"text": text, "label": label} for text, label in [*FIRST, *rows]]
    content, suffix = json.dumps(objects, ensure_ascii=kind == "escaped"), ".json"
    if kind == "lines":
        content, suffix = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects), ".jsonl"
    elif kind == "columns":
        content = json.dumps({key: [row[key] for row in objects] for key in ("text", "label")})
    taken = write_and_take(content.encode(), suffix, **KNOWN)
    assert taken.pairs == there([*FIRST, *rows])


@settings(QUICK, max_examples=50)
@given(rows=rows_of)
def test_parquet_comes_back(rows: list[Row]) -> None:
    all_rows = [*FIRST, *rows]
    sink = pa.BufferOutputStream()
    table = pa.table({"text": [text for text, _ in all_rows], "label": [label for _, label in all_rows]})
    parquet.write_table(table, sink, row_group_size=7)
    taken = write_and_take(sink.getvalue().to_pybytes(), ".parquet", **KNOWN)
    assert taken.pairs == there(all_rows)


excel_characters = st.sampled_from("\t\n\r\",;'<>&_ éß中😀ab") | st.characters(
    min_codepoint=32, exclude_categories=["Cs", "Cn", "Cc"]
)
excel_rows = st.lists(st.tuples(st.text(excel_characters, max_size=30), st.sampled_from(["good", "bad", ""])))


@settings(QUICK, max_examples=50)
@given(rows=excel_rows)
def test_workbooks_come_back(rows: list[Row]) -> None:
    all_rows = [*FIRST, *[(f"'{text}" if text.startswith("=") else text, label) for text, label in rows]]
    with TemporaryDirectory() as folder:
        file = write_workbook(Path(folder) / "brought.xlsx", Sheet1=[("text", "label"), *all_rows])
        assert take(file, **KNOWN).pairs == there(all_rows)


numbers = st.floats(allow_nan=False, allow_infinity=False, width=64) | st.integers(-(10**12), 10**12).map(float)


@settings(QUICK, max_examples=60)
@given(
    rows=st.lists(st.tuples(numbers, st.none() | numbers), min_size=1, max_size=30),
    suffix=st.sampled_from([".csv", ".json"]),
)
def test_numbers_come_back_to_the_last_digit(rows: list[tuple[float, float | None]], suffix: str) -> None:
    first = [(1.5, 2.0), (2.5, 1.0), (0.25, 3.0)]
    all_rows = [("target", "size", "shop"), *[(*row, "ab"[n % 2]) for n, row in enumerate([*first, *rows])]]
    text = StringIO()
    csv.writer(text).writerows(all_rows)
    content = text.getvalue()
    if suffix == ".json":
        content = json.dumps([dict(zip(all_rows[0], row, strict=True)) for row in all_rows[1:]])
    options = {"task": "tabular-regression", "target_column": "target", "ignored_columns": (), "number_columns": ()}
    taken = write_and_take(content.encode(), suffix, **options)
    assert taken.column("") == [row[0] for row in all_rows[1:]]
    sizes = [math.nan if row[1] is None else row[1] for row in all_rows[1:]]
    assert [str(size) for size in taken.column("size")] == [str(size) for size in sizes]
