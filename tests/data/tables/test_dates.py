"""Dates and times of the day in the ways that people write them."""

import numpy as np
import pytest

from core.data.tables.dates import DateStyle, date_style, parse_dates

DAY = 86_400


def read(*values: str, name: str = "", **how: bool) -> list[str]:
    """Return what values are read as, in ISO's way; nothing where they are no dates."""
    style = date_style(values, name, **how)
    if style is None:
        return []
    seconds, unreadable = parse_dates(values, style)
    assert not unreadable
    return [str(np.datetime64(int(second), "s")).removesuffix("T00:00:00") for second in seconds]


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-31", "2026/01/31", "2026.1.31", "31.01.2026", "31/1/2026", "31-01-26", "31.1.26", "1/31/2026",
        "31 Jan 2026", "31. Januar 2026", "31 janvier 2026", "31 de enero de 2026", "31 gennaio 2026",
        "31 января 2026",
        "31 stycznia 2026", "January 31, 2026", "Jan 31 2026", "Jan. 31st, 2026", "31st of January 2026", "31-Jan-26",
        "Saturday, January 31, 2026", "Sat 31 Jan 2026", "2026年1月31日", "2026년 1월 31일", "2026-01-31T00:00:00Z",
        "2026-01-31 00:00:00", "2026-01-31 00:00:00+01:00", "31/01/2026 0:00", "01/31/2026 12:00 AM", "2026-Jan-31",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(written: str) -> None:
    assert read(written) == ["2026-01-31"]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-31T17:05:09.123Z", "2026-01-31T17:05:09"),
        ("2026-01-31 17:05:09+02:00", "2026-01-31T17:05:09"),  # hours stay as written
        ("1/31/2026 5:05 PM", "2026-01-31T17:05:00"),
        ("31.01.2026 17.05 Uhr", "2026-01-31T17:05:00"),
        ("31.01.2026, 17:05", "2026-01-31T17:05:00"),
        ("20260131T17:05:09", "2026-01-31T17:05:09"),
        ("2026-01", "2026-01-01"),
        ("Jan 2026", "2026-01-01"),
        ("März 2026", "2026-03-01"),
        ("2026Q3", "2026-07-01"),
        ("2026-W05", "2026-01-26"),
    ],
)
def test_moments_months_and_weeks_are_read(written: str, moment: str) -> None:
    assert read(written) == [moment]


def test_the_column_decides_which_is_the_day() -> None:
    assert read("03/04/2024", "25/04/2024") == ["2024-04-03", "2024-04-25"]
    assert read("03/04/2024", "04/25/2024") == ["2024-03-04", "2024-04-25"]
    assert read("01/01/2022", "02/01/2022", "03/01/2022", "04/01/2022") == [f"2022-01-0{n}" for n in (1, 2, 3, 4)]
    weekly = ("01/05/2024", "01/12/2024", "02/02/2024", "02/09/2024", "03/01/2024")
    assert read(*weekly)[2] == "2024-02-02"
    assert read("01/01/2023", "02/01/2023", "03/01/2023", "12/01/2023", "01/01/2024")[1] == "2023-02-01"  # months


def test_where_nothing_tells_the_day_habit_decides_and_is_not_sure() -> None:
    assert (read("03/04/2024"), read("03.04.2024"), read("03/04/2024", day_first=True)) == (
        ["2024-03-04"], ["2024-04-03"], ["2024-04-03"],
    )  # fmt: skip
    style = date_style(["03/04/2024"])
    assert style is not None
    assert not style.is_sure


def test_numbers_are_dates_where_their_name_speaks_of_time() -> None:
    assert read("1769817600", "1769821200", name="created_at")[1] == "2026-01-31T01:00:00"
    assert read("1769817600000", name="timestamp") == ["2026-01-31"]
    assert read("1769817600", "1769821200", name="visitors") == []
    assert read("20260131", "20260201", "20260202", name="sales") == ["2026-01-31", "2026-02-01", "2026-02-02"]
    assert read("20261331", "20260250", "90260202", name="number") == []
    assert read("46053", name="day", is_chosen=True) == ["2026-01-31"]


def test_a_year_of_two_digits_is_near() -> None:
    assert read("31.12.68", "31.12.69") == ["2068-12-31", "1969-12-31"]


@pytest.mark.parametrize(
    "values",
    [
        ["12.30", "9.15"], ["1.2.3", "1.10.0"], ["3-4", "5-6"], ["model 2020", "model 2021"], ["2019", "2020"],
        ["May", "June"], ["10/12", "3/4"], ["a" * 100], ["555-01-2024"], ["99/99/2024"], ["192.168.1.10"],
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_none(values: list[str]) -> None:
    assert read(*values) == []


def test_times_of_the_day_have_no_day() -> None:
    for written, seconds in {
        "17:42": 63_720,
        "5:42 pm": 63_720,
        "17:42:30": 63_750,
        "5 PM": 61_200,
        "17h42": 63_720,
    }.items():
        style = date_style([written])
        assert style == DateStyle("clock")
        assert parse_dates([written], style)[0].tolist() == [seconds]


def test_what_is_no_date_among_dates_is_told_and_what_is_missing_is_not() -> None:
    seconds, unreadable = parse_dates(["1970-01-02", "soon", "", "n/a", "1970-02-30"], DateStyle("written"))
    assert unreadable == [1, 4]
    assert seconds[0] == DAY
    assert np.isnan(seconds[1:]).all()
