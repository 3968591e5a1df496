"""What an hour of this machine costs: shown and typed here."""

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.prices import hour_price, priced, type_prices
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import money, plain

MOST = 1e9


def prices() -> None:
    """Show what an hour costs and why, and ask for better numbers."""
    st.header("What computing costs", anchor=False)
    settings = shared_service().settings
    price = hour_price(settings)
    assumed = " Nobody has said so yet: type your own." if price.is_assumed else ""
    st.markdown(plain(f"An hour costs {money(price.amount, price.currency)}: {price.how}.{assumed}"))
    st.caption("Training, estimates and every answer are priced by it. Estimates before a start need typed numbers.")
    with st.popover("Change", icon=":material/edit:", key="prices"):
        _ask()


def _ask() -> None:
    settings = shared_service().settings
    known = priced(settings)
    with st.form("prices", border=False, enter_to_submit=False):
        whole = st.number_input(
            "An hour of this device costs", 0.0, MOST, known.device_price_per_hour, placeholder="not known",
            key="price-device", help="Of a rented machine. With it, power and electricity do not count.",
        )  # fmt: skip
        power = st.number_input(
            "Power (watts)", 0.0, MOST, known.device_power_w, placeholder="not known", key="price-power"
        )
        electricity = st.number_input(
            "Electricity, per kWh", 0.0, MOST, known.electricity_price_per_kwh, placeholder="not known",
            key="price-electricity",
        )  # fmt: skip
        currency = st.text_input("Currency", known.currency, key="price-currency", max_chars=8)
        sent = st.form_submit_button("Save price", type="primary")
    if sent:
        with shown_errors():
            type_prices(settings, whole, electricity, power, currency)
            st.rerun()
