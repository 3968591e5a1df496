"""Sums, averages, notes and titles are no examples: they are named, left out, and can be kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.data.tables.taken import preview, take, write_csv
from tests.data.tables.workbook import write_workbook

HEADER = ("month", "region", "visits", "revenue")
ROWS: list[tuple[Any, ...]] = [
    (f"2024-{n % 12 + 1:02}", ("North", "South", "East")[n % 3], 1_000 + n * 37 % 211, 4_000.25 + n * 91 % 977)
    for n in range(40)
]
VISITS, REVENUE = sum(row[2] for row in ROWS), sum(row[3] for row in ROWS)


def skipped(tmp_path: Path, *rows: Sequence[Any], header: Sequence[str] = HEADER, **options: Any) -> list[int]:
    """Return the lines of a table that do not come in."""
    taken = take(write_csv(tmp_path / "sales.csv", header, *rows), task="tabular-regression", **options)
    return sorted(set(range(2, len(rows) + 2)) - {row["source"] for row in taken.rows})


def test_sums_and_averages_at_the_foot_are_named_and_left_out(tmp_path: Path) -> None:
    foot = [("Total", "", VISITS, REVENUE), ("Average", "", VISITS / 40, REVENUE / 40)]
    file = write_workbook(tmp_path / "sales.xlsx", Sales=[HEADER, *ROWS, *foot])
    taken = take(file)
    assert len(taken.rows) == 40
    found = taken.findings["summary-rows"]
    assert found.message == (
        "2 rows of sales.xlsx were left out as no examples: sums or averages (rows 42, 43). To keep them, import again "
        "with --keep-totals."
    )
    assert found.examples[0] == f"Total | | {VISITS} | {REVENUE:.0f}"
    assert [
        (guess.about, guess.value, guess.option) for guess in preview(file).guesses if guess.about == "Rows left out"
    ] == [("Rows left out", "rows 42, 43", "--keep-totals")]


def test_who_wants_them_keeps_them(tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS, ("Total", "", VISITS, REVENUE), keep_totals=True) == []


@pytest.mark.parametrize(
    "word",
    [
     "Total", "TOTAL:", "Grand Total", "Sum", "Subtotal", "Gesamt", "Summe", "Zwischensumme", "Total général",
     "Moyenne", "Suma", "Promedio", "合计", "总计", "平均", "合計", "Итого", "Razem", "Mean", "Ø", "Total 2024",
     "Toplam",
    ],
)  # fmt: skip
def test_the_words_of_many_languages_are_known(word: str, tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS, (word, "", 5, 7)) == [42]


def test_arithmetic_finds_a_sum_that_has_no_name(tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS, ("", "", VISITS, REVENUE)) == [42]


def test_arithmetic_finds_a_mean_that_was_rounded(tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS, ("", "", round(VISITS / 40, 1), round(REVENUE / 40, 2))) == [42]


def test_arithmetic_alone_accuses_no_row_that_has_its_words(tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS, ("2024-05", "North", VISITS, REVENUE)) == []


def test_an_unnamed_last_row_that_adds_up_to_nothing_stays(tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS, ("", "", 1_234, 5_678)) == []


def test_a_row_of_describe_beside_sums_goes_with_them(tmp_path: Path) -> None:
    foot = [("count", "", 40, 40), ("mean", "", VISITS / 40, REVENUE / 40), ("max", "", 1_209, 4_970)]
    assert skipped(tmp_path, *ROWS, *foot) == [42, 43, 44]


def test_subtotals_and_titles_within_the_table_are_left_out(tmp_path: Path) -> None:
    rows = [("North and South", "", "", ""), *ROWS[:20], ("Subtotal", "", 5, 7), ("East", "", "", ""), *ROWS[20:]]
    assert skipped(tmp_path, *rows) == [2, 23, 24]


def test_sums_of_groups_are_found_by_arithmetic_where_no_cell_is_empty(tmp_path: Path) -> None:
    groups = [[(f"shop {n}", 3 + n * 7 % 41, 1 + n * 5 % 17) for n in range(k, k + 9)] for k in (0, 20, 40)]
    rows: list[Sequence[Any]] = []
    for name, group in zip(("North", "South", "East"), groups, strict=True):
        rows += [(name, "", ""), *group, (f"{name} total", sum(r[1] for r in group), sum(r[2] for r in group))]
    assert skipped(tmp_path, *rows, ("Grand total", 999, 777), header=("shop", "visits", "sales")) == [
        2, 12, 13, 23, 24, 34, 35
    ]  # fmt: skip


def test_a_value_that_happens_to_be_called_total_stays(tmp_path: Path) -> None:
    rows = [(2000 + n // 3, ("male", "female", "total")[n % 3], 10 + n * 7 % 23, 20 + n * 13 % 47) for n in range(60)]
    assert skipped(tmp_path, *rows, header=("year", "sex", "cases", "deaths")) == []


def test_a_company_that_is_called_total_may_stand_last(tmp_path: Path) -> None:
    firms = [(f"Firm {n}", ("FR", "DE")[n % 2], 10 + n * 7 % 23, 20 + n * 13 % 47) for n in range(30)]
    assert skipped(tmp_path, *firms, ("Total", "FR", 12, 30)) == []


def test_a_shop_that_happens_to_be_called_total_stays(tmp_path: Path) -> None:
    shops = [(f"Shop {n}", ("", "mall")[n % 2], 10 + n * 7 % 23, 20 + n * 13 % 47) for n in range(30)]
    assert skipped(tmp_path, *shops, ("Total Wine", "street", 12, 30), *shops) == []


def test_a_header_that_comes_again_is_no_row(tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS[:20], HEADER, *ROWS[20:]) == [22]


@pytest.mark.parametrize(
    "note",
    ["Source: Federal Office", "Quelle: Amt", "* provisional", "(40 rows affected)", "资料来源：统计局",
     "Exported on 3 May", "All figures in thousand euros"],
)  # fmt: skip
def test_notes_at_the_foot_are_left_out(note: str, tmp_path: Path) -> None:
    assert skipped(tmp_path, *ROWS, ("", "", "", ""), (note, "", "", ""))[-1:] == [43]


def test_texts_lose_their_source_line_but_no_text(tmp_path: Path) -> None:
    texts = [(f"Total waste of money number {n}", ("good", "bad")[n % 2]) for n in range(20)]
    file = write_csv(tmp_path / "reviews.csv", ("text", "label"), *texts, ("Source: our shop", ""))
    taken = take(file)
    assert len(taken.rows) == 20
    assert taken.findings["summary-rows"].message == (
        "One row of reviews.csv was left out as no examples: notes (line 22). To keep it, import again with "
        "--keep-totals."
    )


def test_another_table_below_is_named_and_left_out(tmp_path: Path) -> None:
    other: list[tuple[Any, ...]] = [
        ("shop", "manager", "since", "rooms"),
        *[(f"Shop {n}", "Ann", 2001 + n, n) for n in range(9)],
    ]
    file = write_workbook(tmp_path / "sales.xlsx", Sales=[HEADER, *ROWS, (), ("Our shops",), *other])
    taken = take(file)
    assert len(taken.rows) == 40
    assert taken.findings["summary-rows"].message.startswith(
        "11 rows of sales.xlsx were left out as no examples: another table (rows 43, 44, 45, 46, 47 and 6 more)."
    )
