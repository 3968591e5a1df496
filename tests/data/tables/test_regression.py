"""A table for regression: what is predicted, from what, and what is left out and why."""

from pathlib import Path
from typing import Any

import pytest

from core.data.imports.run_import import run_import
from core.data.store.dataset_store import DatasetStore
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.silent import Silent
from tests.data.tables.taken import preview, take, write_csv

HEADER = ("id", "shop", "RAM", "weight", "sold", "price")
ROWS = [
    (1000 + n, ("north", "south", "west")[n % 3], f"{2 ** (n % 4)}GB", f"{1 + n % 7 * 0.11:.2f}kg",
     f"2024-01-{n % 28 + 1:02}", f"{500 + n * 37 % 90},{n % 10}0 EUR")
    for n in range(60)
]  # fmt: skip


def laptops(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "laptops.csv", HEADER, *ROWS, delimiter=";")


def test_the_number_to_predict_and_its_helpers_are_found(tmp_path: Path) -> None:
    seen = preview(laptops(tmp_path))
    assert seen.tasks[0] == "tabular-regression"
    assert seen.options.target_column == "price"
    assert {column.name: (column.kind, column.role) for column in seen.columns} == {
        "id": ("identifier", "ignored"),
        "shop": ("category", "feature"),
        "RAM": ("number-in-text", "feature"),
        "weight": ("number-in-text", "feature"),
        "sold": ("date", "feature"),
        "price": ("number-in-text", "target"),
    }
    assert {column.name: column.note for column in seen.columns}["RAM"] == (
        "1GB, 2GB: offered as numbers, without 'GB'"
    )


def test_numbers_in_texts_come_in_as_numbers(tmp_path: Path) -> None:
    taken = take(laptops(tmp_path))
    assert taken.column("RAM")[:4] == [1, 2, 4, 8]
    assert taken.column("weight")[:2] == [1.0, 1.11]
    assert taken.column("shop")[:2] == ["north", "south"]
    assert taken.column("")[:2] == [500.0, 537.1]
    assert {column["name"]: column.get("unit") for column in taken.facts["columns"]}["RAM"] == "GB"


def test_who_does_not_want_them_as_numbers_gets_words(tmp_path: Path) -> None:
    taken = take(laptops(tmp_path), number_columns=("weight",), ignored_columns=("id", "sold"))
    assert taken.column("RAM")[:2] == ["1GB", "2GB"]
    assert taken.column("weight")[:2] == [1.0, 1.11]


def test_a_column_that_equals_the_target_is_pointed_out_and_left_out(tmp_path: Path) -> None:
    rows = [(n % 5, n * 7 % 31, n * 7 % 31, round(n * 7 % 31 * 1.19, 2)) for n in range(60)]
    seen = preview(
        write_csv(tmp_path / "prices.csv", ("size", "price", "cost", "with tax"), *rows), target_column="price"
    )
    assert seen.options.ignored_columns == ("cost", "with tax")
    assert seen.notes[0] == (
        "'cost', 'with tax' give 'price' away and are left out: a model that saw it would look perfect and be of no "
        "use."
    )


def test_what_is_not_used_is_a_finding(tmp_path: Path) -> None:
    assert take(laptops(tmp_path)).findings["unused-columns"].message == (
        "Not used: 'id' (only numbers the rows: it tells nothing)."
    )


def test_a_leaking_column_can_be_taken_back_by_who_knows_better(tmp_path: Path) -> None:
    rows = [(n % 5, n * 7 % 31, n * 7 % 31) for n in range(60)]
    file = write_csv(tmp_path / "prices.csv", ("size", "price", "cost"), *rows)
    taken = take(file, target_column="price", ignored_columns=(), number_columns=())
    assert set(taken.rows[0]) == {"target", "feature:size", "feature:cost", "given", "source", "unused"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("customer_id", [f"C-{n:05}" for n in range(40)]),
        ("orderNo", [str(7 * n) for n in range(40)]),
        ("", [str(n) for n in range(40)]),
        ("uuid", [f"3f2504e0-4f89-11d3-9a0c-0305e82c{n:04}" for n in range(40)]),
    ],
)
def test_identifiers_are_told_from_numbers(name: str, values: list[str], tmp_path: Path) -> None:
    rows = [(value, n % 6, n * 7 % 31) for n, value in enumerate(values)]
    seen = preview(write_csv(tmp_path / "prices.csv", (name, "size", "price"), *rows))
    assert (seen.columns[0].kind, seen.columns[0].role) == ("identifier", "ignored")


def test_codes_that_begin_with_zeros_stay_words(tmp_path: Path) -> None:
    rows = [(f"0{n % 4}123", n % 6, n * 7 % 31) for n in range(40)]
    taken = take(write_csv(tmp_path / "prices.csv", ("postcode", "size", "price"), *rows))
    assert taken.column("postcode")[:2] == ["00123", "01123"]


def test_storage_in_two_units_is_made_one(tmp_path: Path) -> None:
    rows = [(("512GB", "1TB", "256GB")[n % 3], n % 6, n * 7 % 31) for n in range(40)]
    file = write_csv(tmp_path / "prices.csv", ("disk", "size", "price"), *rows)
    assert preview(file).columns[0].note == "512GB, 1TB: offered as numbers, without 'GB'; 1 TB is 1,000 GB"
    assert take(file).column("disk")[:3] == [512.0, 1000.0, 256.0]


@pytest.mark.parametrize("name", ["pay", "hourly wage", "Gehalt", "salaire", "sueldo", "薪资"])
def test_what_somebody_earns_is_to_be_predicted_also_as_a_range(name: str, tmp_path: Path) -> None:
    rows = [(n % 9, f"{20 + n % 30}k–{25 + n % 30}k a year", n * 7 % 31) for n in range(60)]
    seen = preview(write_csv(tmp_path / "jobs.csv", ("level", name, "size"), *rows))
    assert seen.options.target_column == name


def test_few_words_with_numbers_stay_words(tmp_path: Path) -> None:
    rows = [(("128GB SSD", "1TB HDD", "500GB HDD")[n % 3], f"{n % 9} {'£$'[n % 2]}", n * 7 % 31) for n in range(40)]
    file = write_csv(tmp_path / "prices.csv", ("disk", "fee", "price"), *rows)
    assert [column.role for column in preview(file).columns] == ["feature", "feature", "target"]
    assert take(file).column("disk")[:2] == ["128GB SSD", "1TB HDD"]


def test_amounts_in_two_currencies_are_never_added_up(tmp_path: Path) -> None:
    rows = [(f"{'$€'[n % 2]}{n * 13 % 97}", n % 6, n * 7 % 31) for n in range(90)]
    file = write_csv(tmp_path / "prices.csv", ("fee", "size", "price"), *rows)
    assert preview(file).columns[0].note == (
        "amounts in several currencies ('$', '€'), which are never added up: convert them in the file"
    )
    assert preview(file).columns[0].role == "ignored"


def test_few_prices_on_request_make_no_words_of_the_others(tmp_path: Path) -> None:
    rows = [("ab"[n % 2], n % 6, n * 7 % 31) for n in range(60)]
    odd = [("a", 3, "on request"), ("b", 2, ""), ("", "", "")]
    taken = take(write_csv(tmp_path / "prices.csv", ("shop", "size", "price"), *rows, *odd))
    assert len(taken.rows) == 60
    found = taken.findings["not-a-number"]
    assert (found.count, found.examples) == (2, ("on request", "(nothing)"))
    assert found.message == (
        "2 rows of prices.csv were left out because what is to be predicted is not a number there (lines 62, 63)."
    )
    assert taken.findings["empty-rows"].count == 1


def test_empty_cells_are_missing_and_not_nought(tmp_path: Path) -> None:
    rows = [("ab"[n % 2], n % 6, n * 7 % 31) for n in range(40)]
    taken = take(write_csv(tmp_path / "prices.csv", ("shop", "size", "price"), ("", "", 5), *rows))
    assert (taken.column("shop")[0], str(taken.column("size")[0])) == (None, "nan")


def test_a_target_of_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        take(laptops(tmp_path), task="tabular-regression", target_column="shop")
    assert str(refused.value) == (
        "The column 'shop' of laptops.csv holds 'north', 'south', 'west', which are no numbers, so it cannot be "
        "predicted as one. Choose a column of numbers as the target."
    )


@pytest.mark.parametrize(("options", "repeats"), [({}, 2), ({"ignored_columns": ("product",)}, 2)])
def test_rows_that_differ_in_a_column_that_is_not_used_are_no_repeats(
    options: dict[str, Any], repeats: int, tmp_path: Path
) -> None:
    rows = [(100 + n, f"Model {n} of the series", n % 7, n * 3.5) for n in range(60)]
    again = [(200, *rows[0][1:]), (201, *rows[1][1:]), (202, "another name", *rows[2][2:])]
    file = write_csv(tmp_path / "prices.csv", ("id", "product", "size", "price"), *rows, *again)
    dataset_store = DatasetStore(tmp_path / "datasets", tmp_path / "cache")
    info = run_import(dataset_store, file, ImportOptions(**options), Silent(), tmp_path / "draft")
    said = {finding.code: finding for finding in dataset_store.version(info.name).findings}
    assert said["exact-duplicates"].count == repeats
    assert said["exact-duplicates"].message == ("2 of the 63 rows repeat an earlier one in every column, but for 'id'.")


def goods(tmp_path: Path, weight: str) -> Path:
    stock = [f"{n * 83 % 1000}" if n % 2 else f"{1 + n % 9}.{n * 70 % 1000:03}" for n in range(60)]
    rows = [(stock[n], weight.format(n * 7 % 50), 10 * (n * 7 % 50) + n % 3) for n in range(60)]
    return write_csv(tmp_path / "goods.csv", ("Bestand", "Gewicht", "Verkaufspreis (EUR)"), *rows, delimiter=";")


@pytest.mark.parametrize("weight", ["{},45", "{}"], ids=["beside a decimal comma", "by itself"])
def test_points_that_group_thousands_are_no_decimal_points(weight: str, tmp_path: Path) -> None:
    seen = preview(goods(tmp_path, weight))
    said = next(guess for guess in seen.guesses if guess.value.startswith("'Bestand'"))
    assert "the point in '1.000' groups thousands: it counts as 1,000" in said.why
    assert seen.options.target_column == "Verkaufspreis (EUR)"
    assert take(goods(tmp_path, weight)).column("Bestand")[:3] == [1000, 83, 3140]


@pytest.mark.parametrize("weight", ["{}.45", "0.{:03}"])
def test_points_beside_decimal_points_are_decimal_points(weight: str, tmp_path: Path) -> None:
    rows = [(f"{1 + n % 9}.{n * 71 % 1000:03}", weight.format(n), 10 * n) for n in range(60)]
    file = write_csv(tmp_path / "goods.csv", ("length", "weight", "price"), *rows)
    assert take(file).column("length")[:2] == [1.0, 2.071]
