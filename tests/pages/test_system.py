"""The System page: what training costs, and how that is set."""

import pytest

from core.errors import UserError
from core.services.bootstrap import shared_service
from core.services.prices import hour_price, type_prices
from core.worker.preflight_measures import cost_of
from pages.components.widgets.text import count, money
from tests.pages.conftest import Open, words


def test_without_a_price_the_page_says_what_is_assumed(open_page: Open) -> None:
    assert "An hour costs 0\\.03 USD\\: 100 W at 0\\.30 USD per kWh, assumed" in words(open_page("system"))


def test_a_price_is_said_as_it_was_set_and_typed_ones_come_first(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUCHSTONE_DEVICE_PRICE_PER_HOUR", "2.5")
    monkeypatch.setenv("TOUCHSTONE_CURRENCY", "EUR")
    at = open_page("system")
    assert "An hour costs 2\\.50 EUR\\: 2\\.50 EUR an hour" in words(at)
    at.number_input(key="price-device").set_value(4.0)
    next(one for one in at.button if one.label == "Save price").click().run()
    assert "An hour costs 4\\.00 EUR" in words(at)
    assert hour_price(shared_service().settings).of_ms(3.6e6) == 4.0
    assert cost_of(1800, shared_service().settings)["cost"] == 2.0
    with pytest.raises(UserError, match="from 0 on"):
        type_prices(shared_service().settings, -1, None, None, "EUR")
    type_prices(shared_service().settings, None, None, None, "EUR")
    assert hour_price(shared_service().settings).amount == 2.5


@pytest.mark.parametrize(
    ("amount", "text"), [(12.345, "12.35 EUR"), (0.0213, "0.02 EUR"), (0.00001, "< 0.0001 EUR"), (0.0, "0.00 EUR")]
)
def test_a_price_has_as_many_digits_as_say_something(amount: float, text: str) -> None:
    assert money(amount, "EUR") == text


@pytest.mark.parametrize(("number", "text"), [(650, "650"), (67_754, "67.8 thousand"), (22_713_216, "22.7 million")])
def test_a_count_is_said_as_people_say_it(number: int, text: str) -> None:
    assert count(number) == text
