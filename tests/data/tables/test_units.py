"""Units and scale suffixes are multiplied out, and what cannot be compared is never mixed up."""

import random
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.tables.numbers import number_style, parse_numbers, style_in, why_no_number
from core.data.tables.units import CURRENCY_OF, MEASURES, SCALES, senses

QUICK = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
MEASURED = [(kind, f, spelling) for kind, units in MEASURES.items() for f, words in units.items() for spelling in words]
SCALED = [(factor, spelling) for factor, spellings in SCALES.items() for spelling in spellings]


@pytest.mark.parametrize(
    ("values", "unit", "numbers"),
    [
        (["303", "3k"], "", [303, 3_000]),
        (["$303", "$3k", "$1.2M"], "$", [303, 3_000, 1_200_000]),
        (["626", "9.1K"], "", [626, 9_100]),
        (["10k+", "587+"], "", [10_000, 587]),
        (["3 Mio. EUR", "500 Tsd. €", "2,5 Mrd. €"], "€", [3_000_000, 500_000, 2_500_000_000]),
        (["5 lakh", "1.2 crore"], "", [500_000, 12_000_000]),
        (["5万", "1.2億", "3千"], "", [50_000, 120_000_000, 3_000]),
        (["1億2000万円", "300万円"], "円", [120_000_000, 3_000_000]),
        (["5 TEUR", "300 EUR"], "EUR", [5_000, 300]),
        (["3k followers", "500 followers"], "followers", [3_000, 500]),
        (["512GB", "1TB", "256GB"], "GB", [512, 1_000, 256]),
        (["1.2 kg", "800 g", "5 g"], "g", [1_200, 800, 5]),
        (["5 min", "1 h", "90 s", "2 min"], "min", [5, 60, 1.5, 2]),
        (["1h 30m", "45m", "2h", "5m"], "m", [90, 45, 120, 5]),
        (["2y", "6m", "1y"], "y", [2, 0.5, 1]),
        (["6'2\"", "5'11\"", "6'"], "'", [74 / 12, 71 / 12, 6]),
        (["5 lb 4 oz", "4 lb"], "lb", [5.25, 4]),
        (["2 km", "3 m", "1 km"], "km", [2, 0.003, 1]),
        (["1.5m", "900,000", "2m"], "", [1_500_000, 900_000, 2_000_000]),
        (["1.5m", "1.7", "2m"], "m", [1.5, 1.7, 2]),
        (["68 °F", "20 °C", "50 °F"], "°F", [68, 68, 50]),
        (["12 %", "5‰", "7 %"], "%", [12, 0.5, 7]),
        (["$20/hr", "$25 per hour"], "$ /hr", [20, 25]),
        (["USD 5", "$7", "US$ 9"], "USD", [5, 7, 9]),
        (["1st", "2nd", "3rd", "4th"], "st", [1, 2, 3, 4]),
        (["0", "3 kg", "400 g", "2 kg"], "kg", [0, 3, 0.4, 2]),
    ],
)
def test_what_stands_beside_numbers_is_made_one_unit(values: list[str], unit: str, numbers: list[float]) -> None:
    style = number_style(values)
    assert style is not None
    assert style.unit == unit
    assert parse_numbers(values, style)[0].tolist() == pytest.approx(numbers, rel=1e-12)


@pytest.mark.parametrize(
    ("values", "unit", "numbers"),
    [
        (["50,000-60,000", "10,000-20,000"], "", [55_000, 15_000]),
        (["$47K-$63K (est.)", "$85K-$101K (est.)"], "$", [55_000, 93_000]),
        (["50k–60k", "$10 to $20", "$7"], "$", [55_000, 15, 7]),
        (["50-60k", "70-90k"], "", [55_000, 80_000]),
        (["10+", "<5", "≥ 3", "7"], "", [10, 5, 3, 7]),
        (["between 5 and 10", "under 5", "over 10", "20 or more"], "", [7.5, 5, 10, 20]),
        (["von 10 bis 20 €", "über 20 €", "bis zu 10 €"], "€", [15, 20, 10]),
        (["~5", "ca. 7", "1,234*", "9 [2]"], "", [5, 7, 1_234, 9]),
        (["18-24", "25", "26", "30+"], "", [21, 25, 26, 30]),
        (["10+ years", "< 1 year", "3 years", "1 year"], "years", [10, 1, 3, 1]),
        (["₹3,00,000 - ₹6,00,000 a year", "₹5,00,000 a year"], "₹ a year", [450_000, 500_000]),
        (["$50,000 to $60,000 per year", "$9k per year"], "$ per year", [55_000, 9_000]),
        (["-5 - 10 °C", "3 °C"], "°C", [2.5, 3]),
    ],
)
def test_a_range_is_its_middle_and_a_bound_itself(values: list[str], unit: str, numbers: list[float]) -> None:
    style = number_style(values)
    assert style is not None
    assert (style.unit, parse_numbers(values, style)[0].tolist()) == (unit, pytest.approx(numbers))


@pytest.mark.parametrize(
    "values",
    [
        ["18-24", "25-34"], ["2-1", "3-0"], ["1-2"], ["555-1234", "555-9876"], ["2024-01-01"], ["10:30"], ["3/4"],
        ["12kg 5"], ["5 min 2 h"], ["192.168.0.1"], ["5 kg", "5 km"], ["3 apples", "4 pears"], ["5 km", "3k"],
        ["5 kg", "800 g", "3", "4"], ["x" * 100_000], ["1" * 100 + "kg"],
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_no_column_of_numbers(values: list[str]) -> None:
    assert number_style(values) is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["€5", "$5"], "amounts in several currencies ('€', '$'), which are never added up: convert them in the file"),
        (["5 kg", "5 km"], "numbers in several units ('kg', 'km') that cannot be compared"),
        (
            ["5 kg", "8 g", "3"],
            "numbers in several units ('kg', 'g') beside some without any: nobody can know what these are in",
        ),
        (
            ["$9 per hour", "$9 per year"],
            "numbers in several units ('$ per hour', '$ per year') that cannot be compared",
        ),
        (["128GB SSD", "1TB HDD"], "numbers beside different words ('GB SSD', 'TB HDD'): they stay words"),
        (["red", "blue"], ""),
        (["5 kg", "8 kg"], ""),
    ],
)
def test_a_column_that_is_refused_says_its_spellings(values: list[str], why: str) -> None:
    assert why_no_number(values).why == why


def test_a_k_in_a_column_of_temperatures_is_no_thousand() -> None:
    style = number_style(["293K", "310K"], name="Temperature")
    assert style is not None
    assert parse_numbers(["293K", "310K"], style)[0].tolist() == [293, 310]


def test_what_was_made_of_units_is_said() -> None:
    style = number_style(["512GB", "1TB", "256GB"])
    assert style is not None
    assert style.says == ("1 TB is 1,000 GB",)
    ranges = number_style(["$50k-$60k", "$70k+"])
    assert ranges is not None
    assert ranges.says == (
        "'k' counts as 1,000 $",
        "'$50k-$60k' counts as its middle",
        "'$70k+' counts as the number itself",
    )
    doubt = number_style(["1.5m", "1.7", "2m"])
    assert doubt is not None
    assert doubt.says == ("'m' is taken for a unit, not for 1,000,000, as the numbers without it are of like size",)


@settings(QUICK, max_examples=20)
@given(number=st.integers(0, 10**7).map(lambda n: n / 100))
def test_a_number_with_any_unit_of_the_table_comes_back(number: float) -> None:
    for spelling in [*(spelling for _, _, spelling in MEASURED), *CURRENCY_OF]:
        values = [f"{number:.2f} {spelling}", f"1.00 {spelling}"]
        style = number_style(values)
        assert style is not None, spelling
        assert parse_numbers(values, style)[0].tolist() == [number, 1.0], spelling


def test_a_thousand_columns_of_mixed_suffixes_come_back() -> None:
    factors = {"": 1, "k": 1_000, "K": 1_000, " thousand": 1_000, "M": 10**6, " Mio.": 10**6, "bn": 10**9, "B": 10**9}
    chance = random.Random(11)
    for _ in range(1_000):
        before, number = chance.choice(["", "$", "€", "£"]), chance.randint(3, 40)
        cells = [(1, "k"), *((chance.randint(1, 99_999), chance.choice(list(factors))) for _ in range(number))]
        values = [f"{before}{number / 100:.2f}{suffix}" for number, suffix in cells]
        style = number_style(values)
        assert style is not None, values
        wanted = [float(Fraction(number, 100) * factors[suffix]) for number, suffix in cells]
        assert parse_numbers(values, style)[0].tolist() == wanted, values


def test_columns_of_mixed_units_keep_their_proportions() -> None:
    chance = random.Random(12)
    for kind in ("length", "mass", "bytes", "volume", "area", "power", "pressure", "energy", "speed"):
        units = [spelling for of_kind, _, spelling in MEASURED if of_kind == kind and " " not in spelling]
        for _ in range(50):
            cells = [(chance.randint(1, 9_999), chance.choice(units)) for _ in range(8)]
            values = [f"{number} {spelling}" for number, spelling in cells]
            style = number_style(values)
            assert style is not None, values
            if style.units.kind != kind:
                continue  # nothing but "t" or "B"
            sizes = [number * next(s.factor for s in senses("", unit) if s.kind == kind) for number, unit in cells]
            found = parse_numbers(values, style)[0].tolist()
            assert found == pytest.approx([float(size / sizes[0]) * found[0] for size in sizes]), values


def test_every_scale_of_the_table_counts_for_what_it_says() -> None:
    for factor, spelling in SCALED:
        style = number_style([f"$2{' ' * spelling.isalpha()}{spelling}", "$5"])
        assert style is not None, spelling
        assert parse_numbers([f"$2 {spelling}", "$5"], style)[0].tolist() == [2 * float(factor), 5], spelling


@pytest.mark.parametrize(
    ("unit", "values", "numbers"),
    [
        ("kg", ["800 g", "2", "1 t"], [0.8, 2, 1000]),
        ("GB", ["1TB"], [1000]),
        ("min", ["1 h", "5"], [60, 5]),
        ("$", ["3k", "$5", "7"], [3000, 5, 7]),
        ("$ /hr", ["$20 per hour"], [20]),
        ("", ["3k"], [3000]),
        ("kg", [], []),
        ("rooms", ["3"], [3]),
    ],
)
def test_what_a_model_is_asked_comes_in_the_unit_that_it_has_learnt(
    unit: str, values: list[str], numbers: list[float]
) -> None:
    assert parse_numbers(values, style_in(unit, values))[0].tolist() == pytest.approx(numbers)
