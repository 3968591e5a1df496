"""Numbers that somebody logged, as the page of a run shows them."""

from math import inf, nan

import pytest

from core.services.run_search.logged_metrics import DecidingScore
from pages.components.runs.columns import deciding_number
from pages.components.widgets.text import logged_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.99991, "0.99991"), (0.99999999, "0.99999999"), (99_730, "99,730"), (1_234_567, "1,234,567"), (0.5, "0.5"),
        (-10.5531, "-10.5531"), (0, "0"), (1e-5, "1e-05"), (1.7e308, "1.7e+308"), (nan, "not a number"),
        (inf, "infinity"), (-inf, "minus infinity"),
    ],
)  # fmt: skip
def test_a_logged_number_has_the_digits_that_count(value: float, text: str) -> None:
    assert logged_number(value) == text


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.876, "87.6 %"),
        (0.9999, "99.99 %"),
        (0.99961, "99.96 %"),
        (1.0, "100.0 %"),
        (0.0, "0.0 %"),
        (1 - 1e-9, "99.9999999 %"),
    ],
)
def test_what_is_not_everything_is_not_called_100_percent(share: float, written: str) -> None:
    assert deciding_number(DecidingScore("accuracy", share, "max", True)) == written
