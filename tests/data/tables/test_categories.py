"""A table with a kind to predict: when it is taken for one, how else it can be chosen, and what comes in."""

from pathlib import Path
from typing import Any

import pytest

from core.data.imports.run_import import run_import, run_relabel
from core.data.store.dataset_store import DatasetStore
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.silent import Silent
from tests.data.tables.taken import preview, take, write_csv

TASK = "tabular-classification"
HEADER = ("customer", "plan", "months", "calls", "churn")
ROWS = [
    (f"C{n:04}", ("basic", "plus", "pro")[n % 3], n * 7 % 41, n % 9, ("no", "yes", "No ")[n * 5 % 11 % 3])
    for n in range(90)
]


@pytest.fixture
def dataset_store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", tmp_path / "cache")


def customers(folder: Path, *more: Any) -> Path:
    return write_csv(folder / "customers.csv", HEADER, *ROWS, *more)


def test_a_column_called_what_a_row_turned_out_to_be_is_predicted_and_said_to_be_a_guess(tmp_path: Path) -> None:
    seen = preview(customers(tmp_path))
    assert seen.tasks[:2] == (TASK, "tabular-regression")
    assert seen.options.label_column == "churn"
    assert {column.name: column.role for column in seen.columns} == {
        "customer": "ignored", "plan": "feature", "months": "feature", "calls": "feature", "churn": "label",
    }  # fmt: skip
    assert seen.classes.keys() == {"no", "yes"}
    guesses = {guess.about: guess.option for guess in seen.guesses}
    assert (guesses["Task"], guesses["Label column"]) == ("--task TASK", "--label-column NAME")


def test_rows_come_in_with_their_label_and_those_without_are_counted(tmp_path: Path) -> None:
    taken = take(customers(tmp_path, ("C1", "pro", 3, 2, ""), ("C2", "pro", 3, 2, "n/a"), ("", "", "", "", "")))
    assert len(taken.rows) == 90
    assert taken.rows[1]["label"] == "no" if ROWS[1][-1].strip().lower() == "no" else "yes"
    assert taken.findings["missing-labels"].count == 2
    assert taken.findings["merged-labels"].count == sum(row[-1] == "No " for row in ROWS)
    assert taken.facts["target"] == "churn"
    assert taken.facts["columns"][0] == {"name": "churn", "kind": "category", "role": "label"}


def test_a_table_with_a_text_stays_one_of_texts(tmp_path: Path) -> None:
    rows = [(f"The lamp number {n} broke on the way to me", n % 5, n % 7, "ab"[n % 2]) for n in range(60)]
    seen = preview(write_csv(tmp_path / "letters.csv", ("text", "stars", "days", "label"), *rows))
    assert seen.tasks[0] == "text-classification"
    assert TASK in seen.tasks


@pytest.mark.parametrize(
    ("options", "task", "answer"),
    [
        ({"target_column": "months"}, "tabular-regression", "months"),
        ({"target_column": "plan"}, TASK, "plan"),
        ({"label_column": "plan"}, TASK, "plan"),
        ({"task": TASK, "label_column": "calls"}, TASK, "calls"),
        ({"task": TASK, "target_column": "calls"}, TASK, "calls"),
        ({"task": "tabular-regression"}, "tabular-regression", "months"),
    ],
)
def test_another_column_or_task_is_obeyed(options: dict[str, Any], task: str, answer: str, tmp_path: Path) -> None:
    chosen = preview(customers(tmp_path), **options).options
    assert (chosen.task, chosen.label_column or chosen.target_column) == (task, answer)


def test_a_price_beside_a_kind_stays_what_is_predicted(tmp_path: Path) -> None:
    rows = [(("ideal", "good")[n % 2], n % 9 / 3, 100 + n * 37 % 90) for n in range(60)]
    assert preview(write_csv(tmp_path / "a.csv", ("cut", "carat", "price"), *rows)).tasks[0] == "tabular-regression"


def test_measurements_are_no_kinds(tmp_path: Path) -> None:
    rows = [(n % 5, n * 37 % 101 / 7) for n in range(90)]
    file = write_csv(tmp_path / "a.csv", ("size", "weight"), *rows)
    with pytest.raises(DataError, match=r"measurements .* To predict a number, choose the task tabular-regression"):
        preview(file, task=TASK, label_column="weight")


def test_a_column_that_says_the_label_is_found(dataset_store: DatasetStore, tmp_path: Path) -> None:
    rows = [
        (n % 13, ("stays", "leaves")[n * 7 % 11 > 5], n * 7 % 11, ("no", "yes")[n * 7 % 11 > 5]) for n in range(200)
    ]
    file = write_csv(tmp_path / "a.csv", ("size", "reason", "calls", "churn"), *rows)
    info = run_import(dataset_store, file, ImportOptions(), Silent(), tmp_path / "draft")
    found = {finding.code: finding.message for finding in dataset_store.version(info.name).findings}
    assert "'calls' and 'reason' give 'churn' away" in found["leaking-columns"]


def test_a_label_is_put_right_and_its_row_keeps_its_part(dataset_store: DatasetStore, tmp_path: Path) -> None:
    info = run_import(dataset_store, customers(tmp_path), ImportOptions(), Silent(), tmp_path / "draft")
    old = dataset_store.version(info.name).rows
    changed = run_relabel(dataset_store, info.name, {0: "yes"}, info.fingerprint, Silent())
    new = dataset_store.version(info.name, changed.fingerprint).rows
    assert new.column("label")[0].as_py() == "yes"
    assert new.column("split").to_pylist() == old.column("split").to_pylist()
