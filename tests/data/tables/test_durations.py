"""Durations are seconds, and no times of the day."""

import pytest

from core.data.tables.durations import duration_style, read_numbers


def seconds(*values: str, name: str = "", is_chosen: bool = False) -> list[float]:
    style = duration_style(values, name, is_chosen=is_chosen)
    if style is None:
        return []
    numbers, unreadable = read_numbers(values, style)
    assert not unreadable
    return [float(number) for number in numbers]


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("1:23:45", 5025), ("0:07:05", 425), ("36:00:00", 129_600), ("1:02:03.5", 3723.5), ("-0:10:00", -600),
        ("1 day, 2:03:04", 93_784), ("2 days 00:00:01", 172_801), ("1.02:03:04", 93_784), ("PT1H30M", 5400),
        ("P1DT2H", 93_600),         ("PT0.5S", 0.5), ("P2W", 1_209_600), ("-PT1M", -60),
    ],
)  # fmt: skip
def test_a_duration_is_read_in_seconds(written: str, length: float) -> None:
    assert seconds(written) == [length]


def test_two_numbers_are_hours_and_minutes_unless_they_are_too_many_or_of_a_song() -> None:
    assert seconds("1:30", "2:15", name="duration") == [5400, 8100]
    assert seconds("75:30", "2:15") == [4530, 135]
    assert seconds("3:30", "2:15", name="song_length") == [210, 135]


@pytest.mark.parametrize(
    ("values", "name"),
    [(["17:42", "05:30"], "departure"), (["09:00:00", "17:30:00"], "opens"), (["8:15", "9:40"], ""), (["P", "PT"], "")],
)
def test_times_of_the_day_are_no_durations(values: list[str], name: str) -> None:
    assert seconds(*values, name=name) == []
    assert seconds("8:15", name="opens", is_chosen=True) == [29_700]


def test_an_hour_of_ninety_minutes_cannot_be_read() -> None:
    style = duration_style(["1:30:00", "2:00:00"])
    assert style is not None
    assert read_numbers(["1:30:00", "1:90:00", ""], style)[1] == [1]
