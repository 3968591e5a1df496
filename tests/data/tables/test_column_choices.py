"""Columns that the user chooses, and what they are said to hold."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.imports.run_import import preview_source, run_import
from core.data.rows import FEATURE
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_version import load_version
from core.errors import DataError
from core.preprocessing.columns import ColumnPreprocessor
from core.specs import SPLITS
from core.specs.dataset_types import ImportOptions
from tests.data.silent import Silent
from tests.data.tables.taken import preview, take, write_csv

HEADER = ("shop", "opened", "visit", "took", "note", "when", "sold")
CHANCE = np.random.default_rng(0)
ROWS = [
    (
        int(CHANCE.integers(100, 112)), f"{n % 24:02}:{n % 60:02}", f"{n % 7 + 1}/{n % 28 + 1}/2024",
        f"0:{n % 50:02}:{n % 60:02}", f"customer number {n * 7919 % 991} came and bought it",
        (datetime(2024, 1, 1) + timedelta(hours=6 * n)).isoformat(), round(20 + 3 * float(CHANCE.normal()), 2),
    )
    for n in range(120)
]  # fmt: skip


WANTED = {"task": "tabular-regression"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "shops.csv", HEADER, *ROWS)


def kinds(file: Path, **options: Any) -> dict[str, tuple[str, str]]:
    return {column.name: (column.kind, column.role) for column in preview(file, **(WANTED | options)).columns}


def test_each_column_is_used_as_what_it_is(file: Path) -> None:
    assert kinds(file) == {
        "shop": ("category", "feature"),
        "opened": ("date", "feature"),
        "visit": ("date", "feature"),
        "took": ("duration", "feature"),
        "note": ("text", "feature"),
        "when": ("date", "feature"),
        "sold": ("number", "target"),
    }
    row = take(file, **WANTED).rows[61]
    values = {name.removeprefix(FEATURE): value for name, value in row.items() if name.startswith(FEATURE)}
    assert values == {
        "shop": str(ROWS[61][0]), "opened": time(13, 1), "visit": datetime(2024, 6, 6), "took": 661.0,
        "note": ROWS[61][4], "when": datetime(2024, 1, 16, 6),
    }  # fmt: skip


def test_every_guess_about_a_column_says_how_to_choose_otherwise(file: Path) -> None:
    said = {
        guess.value: guess.option for guess in preview(file, **WANTED).guesses if guess.about in ("Column", "Split")
    }
    assert said == {
        "by time, in the column 'when'": "--split-by random",
        "'took': durations, in seconds": "--as took=category",
        "'opened': times of the day": "--as opened=category",
        "'visit': dates, month first": "--as visit=date-day-first",
        "'when': dates, year first": "--as when=category",
        "'shop': categories": "--as shop=number",
        "'note': free text: the words that tell most are counted": "--skip note",
    }


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        ({"column_kinds": {"shop": "number"}}, {"shop": ("number", "feature")}),
        ({"column_kinds": {"note": "category"}}, {"note": ("category", "feature")}),
        ({"column_kinds": {"opened": "duration"}}, {"opened": ("duration", "feature")}),
        ({"column_kinds": {"took": "category"}}, {"took": ("category", "feature")}),
        ({"column_kinds": {"shop": "identifier"}}, {"shop": ("identifier", "ignored")}),
        ({"ignored_columns": ("note", "when")}, {"note": ("text", "ignored"), "when": ("date", "ignored")}),
    ],
)
def test_what_the_user_says_of_a_column_is_done_and_kept(
    decided: dict[str, Any], expected: Mapping[str, tuple[str, str]], file: Path
) -> None:
    found = kinds(file, **decided)
    assert {name: found[name] for name in expected} == expected
    first = preview(file, **WANTED, **decided)
    again = preview_source(file, first.options)
    assert (again.columns, again.options) == (first.columns, first.options)


def test_the_order_of_day_and_month_can_be_chosen(tmp_path: Path) -> None:
    rows = [(f"0{n % 9 + 1}/0{n * 4 % 9 + 1}/2024", n * 7 % 31) for n in range(40)]
    file = write_csv(tmp_path / "days.csv", ("day", "sold"), *rows)
    taken = take(file, column_kinds={"day": "date-day-first"})
    assert taken.column("day")[1] == datetime(2024, 5, 2)


def test_a_column_that_gives_the_answer_away_is_used_where_somebody_insists(tmp_path: Path) -> None:
    rows = [(n % 5, n * 7 % 31, n * 7 % 31) for n in range(60)]
    file = write_csv(tmp_path / "prices.csv", ("size", "price", "cost"), *rows)
    assert kinds(file, target_column="price")["cost"] == ("number", "ignored")
    assert kinds(file, target_column="price", used_columns=("cost",))["cost"] == ("number", "feature")


@pytest.mark.parametrize(
    ("decided", "sentence"),
    [
        ({"column_kinds": {"note": "date"}}, "which are no dates or times"),
        ({"column_kinds": {"note": "number"}}, "which are no numbers"),
        ({"column_kinds": {"shop": "colour"}}, "'colour' is no kind of column"),
        ({"column_kinds": {"shops": "number"}}, "no column called 'shops'"),
        ({"used_columns": ("shops",)}, "no column called 'shops'"),
        ({"used_columns": ("shop",), "ignored_columns": ("shop",)}, "both used and left out"),
        ({"split_by": "time", "ignored_columns": ("when", "visit")}, "no column of dates that is used"),
    ],
)
def test_what_cannot_be_done_is_said(decided: dict[str, Any], sentence: str, file: Path) -> None:
    with pytest.raises(DataError, match=sentence):
        preview(file, task="tabular-regression", target_column="sold", **decided)


def imported(file: Path, **options: Any) -> tuple[DatasetStore, str, str]:
    dataset_store = DatasetStore(file.parent / "datasets", file.parent / "cache")
    info = run_import(dataset_store, file, ImportOptions(**(WANTED | options)), Silent(), file.parent / "draft")
    return dataset_store, info.name, str(dataset_store.version(info.name).manifest.facts["splits"])


def test_rows_in_time_are_divided_by_time_and_learnt_from(file: Path) -> None:
    dataset_store, name, said = imported(file)
    assert said.startswith("By time, in the column 'when': what is before 2024-01-22 for training, from there for")
    loaded = load_version(dataset_store.find(name))
    sizes = {part: len(examples) for part, examples in loaded.examples.items()}
    assert sizes == {"train": 84, "validation": 18, "test": 18}
    parts = [pd.DataFrame(loaded.examples[part].inputs)["when"] for part in SPLITS]
    assert parts[0].max() < parts[1].min() <= parts[1].max() < parts[2].min()
    columns = ColumnPreprocessor.fit(loaded.examples["train"])
    assert {date.name: (date.is_clock, date.order) for date in columns.dates} == {
        "opened": (True, ""), "visit": (False, "mdy"), "when": (False, "ymd"),
    }  # fmt: skip
    assert [text.name for text in columns.columns.texts] == ["note"]


def test_chance_divides_rows_in_time_where_the_user_wants_it(file: Path) -> None:
    _, _, said = imported(file, split_by="random")
    assert said.startswith("Drawn by Touchstone: 70 %")


def test_the_same_rows_divided_otherwise_are_another_version(file: Path) -> None:
    dataset_store, name, _ = imported(file)
    by_time = dataset_store.version(name).manifest.info.fingerprint
    dataset_store, name, _ = imported(file, split_by="random", name="by-chance")
    assert dataset_store.version(name).manifest.info.fingerprint != by_time


@pytest.mark.parametrize(
    ("header", "task"), [(("text", "sentiment"), "tabular-regression"), (("text", "year"), "text-generation")]
)
def test_a_number_beside_texts_is_predicted_where_it_is_called_an_outcome(
    header: tuple[str, str], task: str, tmp_path: Path
) -> None:
    rows = [(f"this is what customer {n} wrote about it", round(n * 7919 % 991 / 100, 2)) for n in range(60)]
    seen = preview(write_csv(tmp_path / "letters.csv", header, *rows))
    assert (seen.tasks[0], "tabular-regression" in seen.tasks) == (task, True)
