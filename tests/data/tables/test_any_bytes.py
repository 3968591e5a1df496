"""Whatever the bytes: a file is imported, or refused in words; never a crash, never a half."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from core.data.imports.run_import import preview_source, run_import
from core.data.store.dataset_store import DatasetStore
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.bad.of_tables import rows_text
from tests.data.silent import Silent
from tests.data.tables.workbook import write_workbook

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet", ".json", ".jsonl", "")
TASKS = ("", "text-classification", "tabular-classification", "tabular-regression", "text-generation")
ROWS = [(f"{'good' if n % 2 else 'bad'} words, number {n}", "ab"[n % 2], n * 7 % 31) for n in range(24)]
HEADER = ("text", "label", "price")
QUICK = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def workbook() -> bytes:
    with TemporaryDirectory() as folder:
        return write_workbook(Path(folder) / "good.xlsx", Sheet1=[HEADER, *ROWS]).read_bytes()


def columns() -> bytes:
    packed = BytesIO()
    parquet.write_table(pa.table(dict(zip(HEADER, zip(*ROWS, strict=True), strict=True))), packed)
    return packed.getvalue()


OBJECTS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
GOOD: dict[str, bytes] = {
    ".csv": rows_text([HEADER, *ROWS]).encode(),
    ".tsv": rows_text([HEADER, *ROWS], "\t").encode("utf-16"),
    ".xlsx": workbook(),
    ".parquet": columns(),
    ".json": json.dumps(OBJECTS).encode(),
    ".jsonl": "".join(json.dumps(row) + "\n" for row in OBJECTS).encode(),
}


def came_in(content: bytes, suffix: str, task: str) -> bool:
    """Import a file; return whether it came in. Anything but a `DataError` in words is the test's failure."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        file = home / f"brought{suffix}"
        file.write_bytes(content)
        dataset_store = DatasetStore(home / "datasets", home / "cache")
        try:
            info = run_import(dataset_store, file, ImportOptions(task=task), Silent(), home / "draft")
        except DataError as error:
            refused, info = str(error), None
        assert not (home / "draft").exists()
        if info is None:
            assert refused.endswith((".", "?"))
            assert [path for path in (home / "datasets").rglob("*") if path.is_file()] == []
            return False
        assert dataset_store.version(info.name).rows.num_rows == info.examples > 0
        return True


@pytest.mark.parametrize("suffix", GOOD)
def test_the_good_files_come_in(suffix: str) -> None:
    assert came_in(GOOD[suffix], suffix, "")


@settings(QUICK, max_examples=150)
@given(content=st.binary(max_size=600), suffix=st.sampled_from(SUFFIXES), task=st.sampled_from(TASKS))
@example(content=b"PK\x03\x04", suffix=".xlsx", task="")
@example(content=b"PAR1PAR1", suffix=".parquet", task="")
@example(content=b"\xff\xfe", suffix=".csv", task="")
@example(content=b"\xef\xbb\xbf", suffix=".json", task="")
@example(content=b"\n" * 50, suffix="", task="")
def test_random_bytes(content: bytes, suffix: str, task: str) -> None:
    came_in(content, suffix, task)


ODD = "abc01.,;\t|\"'\\\n\r\0 {}[]:-+=()<&\ufeff\u2028é中😀"


@settings(QUICK, max_examples=150)
@given(text=st.text(ODD, max_size=120), suffix=st.sampled_from(SUFFIXES), task=st.sampled_from(TASKS))
@example(text='\r"', suffix=".csv", task="")  # a quoted nothing: a row without a cell
def test_random_text(text: str, suffix: str, task: str) -> None:
    came_in(text.encode(), suffix, task)


damage: dict[str, Callable[[bytes, int, bytes], bytes]] = {
    "cut off": lambda content, at, _: content[:at],
    "overwritten": lambda content, at, junk: content[:at] + junk + content[at + len(junk) :],
    "inserted": lambda content, at, junk: content[:at] + junk + content[at:],
    "taken out": lambda content, at, junk: content[:at] + content[at + len(junk) :],
}


@settings(QUICK, max_examples=50)
@given(
    suffix=st.sampled_from(sorted(GOOD)),
    kind=st.sampled_from(sorted(damage)),
    share=st.floats(0, 1),
    junk=st.binary(min_size=1, max_size=12),
    task=st.sampled_from(TASKS),
)
def test_damaged_files(suffix: str, kind: str, share: float, junk: bytes, task: str) -> None:
    content = GOOD[suffix]
    came_in(damage[kind](content, int(len(content) * share), junk), suffix, task)


names = st.sampled_from(["", "text", "label", "price", "nothing"])


@settings(QUICK, max_examples=100)
@given(
    suffix=st.sampled_from(sorted(GOOD)),
    options=st.fixed_dictionaries(
        {},
        optional={
            "task": st.sampled_from(TASKS),
            "text_column": names,
            "label_column": names,
            "target_column": names,
            "split_column": names,
            "ignored_columns": st.lists(names.filter(bool), max_size=2).map(tuple),
            "number_columns": st.none() | st.lists(names.filter(bool), max_size=2).map(tuple),
            "delimiter": st.sampled_from(["", ",", ";", "tab", "xx", "\\t", '"']),
            "encoding": st.sampled_from(["", "utf-8", "ascii", "utf-16", "utf-32", "base64", "nonsense", "idna"]),
            "has_header": st.none() | st.booleans(),
            "sheet": st.sampled_from(["", "Sheet1", "Sheet2"]),
            "label_map": st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "x", " y "])),
            "normalise_labels": st.booleans(),
            "clean_text": st.booleans(),
        },
    ),
)
def test_any_options_of_a_good_file_are_obeyed_or_refused(suffix: str, options: dict[str, object]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"brought{suffix}"
        file.write_bytes(GOOD[suffix])
        try:
            preview = preview_source(file, ImportOptions.model_validate(options))
        except DataError as error:
            refused, preview = str(error), None
        if preview is None:
            assert refused.endswith((".", "?"))
        elif preview.classes or preview.options.task != "text-classification":  # else nobody could guess it
            assert preview_source(file, preview.options).options == preview.options
