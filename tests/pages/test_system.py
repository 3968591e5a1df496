"""The System page: what training costs, and how that is set."""

import pytest

from pages.components.widgets.text import count, money
from tests.pages.conftest import Open, words


def test_without_a_price_the_page_says_how_to_set_one(open_page: Open) -> None:
    shown = words(open_page("system"))
    assert "No price is set" in shown
    assert "TOUCHSTONE_DEVICE_PRICE_PER_HOUR" in shown


def test_a_price_is_said_as_it_was_set(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_DEVICE_PRICE_PER_HOUR", "2.5")
    monkeypatch.setenv("TOUCHSTONE_CURRENCY", "EUR")
    assert "This device costs 2\\.50 EUR an hour" in words(open_page("system"))


@pytest.mark.parametrize(
    ("amount", "text"), [(12.345, "12.35 EUR"), (0.0213, "0.02 EUR"), (0.00001, "< 0.0001 EUR"), (0.0, "0.00 EUR")]
)
def test_a_price_has_as_many_digits_as_say_something(amount: float, text: str) -> None:
    assert money(amount, "EUR") == text


@pytest.mark.parametrize(("number", "text"), [(650, "650"), (67_754, "67.8 thousand"), (22_713_216, "22.7 million")])
def test_a_count_is_said_as_people_say_it(number: int, text: str) -> None:
    assert count(number) == text
