"""Numbers as people write them are read as they meant them, and what is no number is not made one."""

import math

import pytest

from core.data.tables.numbers import NumberStyle, number_style, parse_number, parse_numbers


@pytest.mark.parametrize(
    ("values", "unit", "numbers"),
    [
        (["8GB", "16GB", "4 GB"], "GB", [8, 16, 4]),
        (["1.37kg", "2kg", "1.5 kg"], "kg", [1.37, 2, 1.5]),
        (["1.234,50 EUR", "99,00 EUR", "12 EUR"], "EUR", [1234.5, 99, 12]),
        (["$1,299.00", "$5", "-$3.50"], "$", [1299, 5, -3.5]),
        (["€ 1.299", "€ 5,50"], "€", [1299, 5.5]),
        (["1 234 567,8", "12,5"], "", [1234567.8, 12.5]),
        (["1'234.50", "7.25"], "", [1234.5, 7.25]),
        (["12,34,567", "1,00,000"], "", [1234567, 100000]),
        (["12 %", "7.5%"], "%", [12, 7.5]),
        (["(300)", "25"], "", [-300, 25]),
        (["−5", "+3"], "", [-5, 3]),
        (["1 day", "7 Days"], "day", [1, 7]),
        (["1e3", "2.5E-2"], "", [1000, 0.025]),
        ([".5", "1."], "", [0.5, 1]),
        (["120 m²", "85 m²"], "m²", [120, 85]),
    ],
)
def test_a_column_of_numbers_in_texts_is_understood(values: list[str], unit: str, numbers: list[float]) -> None:
    style = number_style(values)
    assert style is not None
    assert style.unit == unit
    assert parse_numbers(values, style)[0].tolist() == pytest.approx(numbers)


@pytest.mark.parametrize(
    "values",
    [
        ["512GB", "1TB", "5 kg"],
        ["red", "blue"],
        ["2024-01-01"],
        ["10:30"],
        ["192.168.0.1"],
        ["3/4"],
        ["1-2"],
        ["12kg 5"],
    ],
)
def test_what_cannot_be_compared_is_no_number(values: list[str]) -> None:
    assert number_style(values) is None


@pytest.mark.parametrize(
    ("values", "hint", "numbers"),
    [
        (["1.234", "5.678"], ".", [1.234, 5.678]),
        (["1,234", "5,678"], ".", [1234, 5678]),
        (["1,234", "5,678"], ",", [1.234, 5.678]),
        (["1.234", "5,5"], ".", [1234, 5.5]),
        (["0,125", "1,250"], ".", [0.125, 1.25]),
        (["1.234.567", "2.000"], ".", [1234567, 2000]),
    ],
)
def test_the_values_together_say_what_a_lone_comma_means(values: list[str], hint: str, numbers: list[float]) -> None:
    style = number_style(values, "," if hint == "," else ".")
    assert style is not None
    assert parse_numbers(values, style)[0].tolist() == pytest.approx(numbers)


def test_missing_is_not_the_same_as_unreadable() -> None:
    numbers, strange = parse_numbers(["1", "", "n/a", "on request", "2"], NumberStyle())
    assert [math.isnan(number) for number in numbers] == [False, True, True, True, False]
    assert strange == [3]


@pytest.mark.parametrize("text", ["inf", "1e999", "Infinity", "0x10", "1_000", "²", "1,2,3,4"])
def test_what_only_a_program_would_take_for_a_number_is_none(text: str) -> None:
    assert parse_number(text, NumberStyle()) is None
