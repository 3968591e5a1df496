"""Tables arranged otherwise: aligned by blanks, below comments, under two rows of names, in every JSON orientation."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.data.readers.registry import find_reader
from tests.data.tables.taken import preview, take, write_csv
from tests.data.tables.workbook import write_workbook

CARS = [(17.5 + n * 7 % 23, 4 + 2 * (n % 3), 2000.25 + n * 131 % 977) for n in range(40)]
NAMES = ("mpg", "cyl", "weight")


def lines(template: str, header: str = "") -> str:
    """Return the cars, a line each."""
    rows = [template.format(*car, n) for n, car in enumerate(CARS)]
    return "\n".join([header, *rows] if header else rows) + "\n"


def cells(path: Path, **options: Any) -> tuple[list[str], list[tuple[float, ...]]]:
    """Return the names of a table's number columns, and their rows."""
    taken = take(path, **options)
    names = [column["name"] for column in taken.facts["columns"] if column["kind"] == "number"]
    target, features = taken.facts["target"], [name for name in names if name != taken.facts["target"]]
    rows = [(row["target"], *(row[f"feature:{name}"] for name in features)) for row in taken.rows]
    return [target, *features], rows


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cars.txt", lines("{0:>8} {1:>4}   {2:>10}", "     mpg  cyl       weight")),
        ("cars.dat", lines("{0}\t {1} {2}", "mpg cyl weight")),
        ("cars.data", "\n" + lines("   {0}   {1}   {2}   ", "mpg cyl weight")),
        ("cars.csv", lines('{0}  {1}  {2}  "a car"', "mpg  cyl  weight  name")),
        ("cars.txt", "# made by hand\n# with two comments\n" + lines("{0} {1} {2}", "mpg cyl weight")),
        ("cars.txt", "# mpg cyl weight\n" + lines("{0} {1} {2}")),
        ("cars.csv", "% exported\n%\n% mpg,cyl,weight\n" + lines("{0},{1},{2}")),
        ("cars.csv", "#mpg,cyl,weight\n" + lines("{0},{1},{2}").replace("17.5,4", "17.5,4", 1)),
        ("cars.txt", lines('"{3}" {0} {1} {2}', '"mpg" "cyl" "weight"')),
        ("cars.prn", lines("{0:<8}{1:<6}{2:<12}New York", "mpg     cyl   weight      city")),
        ("cars.txt", lines("{3}   {0}   {1}   {2}   red car", "   mpg   cyl   weight   the name")),
        (
            "cars.arff",
            "% a comment\n@relation cars\n@attribute mpg real\n@attribute 'cyl' numeric\n@ATTRIBUTE weight numeric\n\n"
            "@data\n" + lines("{0},{1},{2}"),
        ),
    ],
)
def test_blanks_comments_and_attributes_are_understood(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    found, rows = cells(tmp_path / name, task="tabular-regression")
    assert {"mpg", "cyl", "weight"} >= {n.lstrip("#") for n in found if n != "column 1"} >= {"cyl", "weight"}
    assert sorted(found[0].lstrip("#")) == sorted("mpg")
    assert rows == CARS


def test_without_names_the_column_that_the_others_explain_is_to_be_predicted(tmp_path: Path) -> None:
    rows = [(n * 7 % 23, n * 11 % 19, n * 13 % 31) for n in range(80)]
    first = "\n".join(f'{50 - a - 2 * b}.5   {a}   {b}   {c}   "car {n}"' for n, (a, b, c) in enumerate(rows))
    last = "\n".join(f"{c}   {a}   {b}   {50 - a - 2 * b}.5" for a, b, c in rows)
    for name, text, target in (("first.data", first, "column 1"), ("last.data", last, "column 4")):
        (tmp_path / name).write_text(text)
        assert preview(tmp_path / name).options.target_column == target


def test_tables_drawn_with_bars_and_lines_are_tables(tmp_path: Path) -> None:
    rows = "\n".join(f"| {a} | {b} | {c} |" for a, b, c in CARS)
    line = "+----+----+----+"
    for name, text in (
        ("drawn.txt", f"{line}\n| mpg | cyl | weight |\n{line}\n{rows}\n{line}\n"),
        ("markdown.txt", f"| mpg | cyl | weight |\n|----:|:---:|---|\n{rows}\n"),
    ):
        (tmp_path / name).write_text(text)
        assert cells(tmp_path / name) == (["mpg", "cyl", "weight"], CARS)


def test_a_row_that_describes_the_names_is_no_data(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "cars.csv", NAMES, ("Miles per gallon", "Cylinders", "Weight in kg"), *CARS)
    assert cells(file) == (["mpg", "cyl", "weight"], CARS)


def test_a_decimal_comma_between_blanks_is_no_separator(tmp_path: Path) -> None:
    (tmp_path / "cars.txt").write_text(lines("{0} {1} {2}", "mpg cyl weight").replace(".", ","))
    assert cells(tmp_path / "cars.txt")[1] == CARS


def test_columns_of_fixed_width_keep_their_words_and_empty_cells(tmp_path: Path) -> None:
    rows = [f"{('New York', 'Rome')[n % 2]:<12}{'' if n % 5 == 0 else n % 7:>4}{n * 3:>8}" for n in range(40)]
    (tmp_path / "shops.fwf").write_text("city        size   price\n" + "\n".join(rows) + "\n")
    seen = preview(tmp_path / "shops.fwf")
    assert seen.format == "Text, in columns of fixed width, UTF-8"
    assert [(c.name, c.missing) for c in seen.columns] == [("city", 0), ("size", 8), ("price", 0)]
    assert "columns of fixed width" in {guess.value for guess in seen.guesses}


def test_running_text_and_number_less_lines_are_no_aligned_table(tmp_path: Path) -> None:
    for n, text in enumerate(
        ("one two three\nfour five six\nseven eight nine\n" * 5, "In 2020 we met.\nIt was 3 pm.\nNo 4!\n")
    ):
        (tmp_path / f"{n}.txt").write_text(text)
        assert find_reader(tmp_path / f"{n}.txt").name == "text"


def test_lists_of_numbers_in_a_cell_stay_one_cell(tmp_path: Path) -> None:
    for mark in ",\t":
        (tmp_path / "a.csv").write_text("".join(f"{n % 3}{mark}{n % 7} {n % 5} {n}\n" for n in range(40)))
        assert len(preview(tmp_path / "a.csv").columns) == 2


def test_lines_that_begin_with_a_hashtag_are_no_comments(tmp_path: Path) -> None:
    rows = [(f"#{('love', 'hate')[n % 2]} this phone number {n}", ("good", "bad")[n % 2]) for n in range(20)]
    assert len(take(write_csv(tmp_path / "tweets.csv", ("text", "label"), *rows)).rows) == 20
    assert len(take(write_csv(tmp_path / "bare.csv", *rows)).rows) == 20


def test_comments_and_notes_between_rows_are_named(tmp_path: Path) -> None:
    text = "# made by hand\nmpg,cyl,weight\n" + lines("{0},{1},{2}") + "# the end\n"
    (tmp_path / "cars.csv").write_text(text)
    assert take(tmp_path / "cars.csv").findings["lone-cells"].message == (
        "One line of cars.csv was left out because it is no row: a comment, title, note or source (line 43)."
    )
    assert preview(tmp_path / "cars.csv").notes[0] == "1 line above the table left out: comments."


def test_a_row_of_units_below_the_names_is_no_data(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "cars.csv", NAMES, ("(1/gal)", "", "kg"), *CARS)
    assert cells(file) == (["mpg", "cyl", "weight"], CARS)
    assert preview(file).notes[0] == "The row below the names holds units and is left out: '(1/gal)', 'kg'."


def test_names_in_two_rows_are_joined(tmp_path: Path) -> None:
    rows = [
        (f"B{n:03}", 100 + n * 37 % 211, 300 + n * 91 % 977, 90 + n * 17 % 199, 280 + n * 31 % 877) for n in range(40)
    ]
    file = write_csv(
        tmp_path / "b.csv", ("Branch", "2023", "", "2024", ""), ("", "Visits", "Sales", "Visits", "Sales"), *rows
    )
    assert [c.name for c in preview(file).columns] == [
        "Branch",
        "2023 Visits",
        "2023 Sales",
        "2024 Visits",
        "2024 Sales",
    ]
    assert len(take(file).rows) == 40


def test_years_below_names_are_names_too(tmp_path: Path) -> None:
    rows = [(f"B{n:03}", 100 + n * 37 % 211, 300 + n * 91 % 977) for n in range(40)]
    book = write_workbook(tmp_path / "b.xlsx", S=[("Branch", "Sales", None), (None, "2023", "2024"), *rows])
    assert [c.name for c in preview(book).columns] == ["Branch", "Sales 2023", "Sales 2024"]


def test_the_fullest_of_tables_side_by_side_is_taken(tmp_path: Path) -> None:
    rows = [(*CARS[n], None, *((f"x{n}", n) if n < 5 else (None, None))) for n in range(40)]
    book = write_workbook(tmp_path / "b.xlsx", S=[(*NAMES, None, "key", "value"), *rows])
    assert cells(book)[1] == CARS
    assert (
        take(write_workbook(tmp_path / "c.xlsx", S=[(*NAMES, None, "key", "value"), *rows]))
        .findings["other-tables"]
        .message.endswith("Left out: what begins in column E.")
    )


def orient(kind: str) -> Any:
    """Return the cars as pandas writes them."""
    objects = [dict(zip(NAMES, car, strict=True)) for car in CARS]
    return {
        "records": objects,
        "index": {str(n): row for n, row in enumerate(objects)},
        "named index": {f"car {n}": row for n, row in enumerate(objects)},
        "columns": {name: {str(n): row[name] for n, row in enumerate(objects)} for name in NAMES},
        "lists": {name: [row[name] for row in objects] for name in NAMES},
        "split": {"columns": NAMES, "index": list(range(40)), "data": CARS},
        "values": [NAMES, *CARS],
        "table": {"schema": {"fields": [{"name": name, "type": "number"} for name in NAMES]}, "data": objects},
        "wrapped": {"result": {str(n): row for n, row in enumerate(objects)}},
    }[kind]


@pytest.mark.parametrize(
    "kind", ["records", "index", "named index", "columns", "lists", "split", "values", "table", "wrapped"]
)
@pytest.mark.parametrize("write", [json.dumps, lambda value: json.dumps(value, indent=2)], ids=["short", "long"])
def test_every_orientation_of_json_is_a_table(kind: str, write: Callable[[Any], str], tmp_path: Path) -> None:
    (tmp_path / "cars.json").write_text(write(orient(kind)))
    assert cells(tmp_path / "cars.json") == (["mpg", "cyl", "weight"], CARS)


def test_a_list_on_each_line_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "cars.jsonl").write_text("\n".join(json.dumps(row) for row in [NAMES, *CARS]))
    assert cells(tmp_path / "cars.jsonl") == (["mpg", "cyl", "weight"], CARS)
