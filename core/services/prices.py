"""What an hour of this machine costs: typed, else set, else assumed."""

import math
from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from core.errors import UserError
from core.files import write_text
from core.settings import Settings

FILE = "prices.json"
ASSUMED_W, ASSUMED_PER_KWH = 100.0, 0.30  # where nobody has said anything: a computer at work, household electricity
WATTS_PER_KILOWATT, MS_PER_HOUR, HOURS_A_MONTH = 1000.0, 3.6e6, 730.0
LONGEST_CURRENCY = 8
_HELD = ("device_price_per_hour", "electricity_price_per_kwh", "device_power_w", "currency")


class _Typed(BaseModel):
    """What was typed; None is not known."""

    device_price_per_hour: float | None = Field(default=None, ge=0.0)
    electricity_price_per_kwh: float | None = Field(default=None, ge=0.0)
    device_power_w: float | None = Field(default=None, ge=0.0)
    currency: str = "USD"


@dataclass(frozen=True)
class HourPrice:
    """What an hour of computing here costs.

    Args:
        amount: In the currency.
        currency: As people write it.
        how: Where it is known from, a clause: "100 W at 0.30 USD per kWh, assumed".
        is_assumed: Whether nobody has said anything.
    """

    amount: float
    currency: str
    how: str
    is_assumed: bool = False

    def of_ms(self, milliseconds: float) -> float:
        """Return what so many milliseconds cost."""
        return self.amount * milliseconds / MS_PER_HOUR

    @property
    def month(self) -> float:
        """What a month costs in which the machine is always on."""
        return self.amount * HOURS_A_MONTH


def priced(settings: Settings) -> Settings:
    """Return the settings with prices typed on the System page, which come first."""
    try:
        typed = _Typed.model_validate_json((settings.home / FILE).read_bytes())
    except (OSError, ValidationError):  # nothing was typed, or it is damaged: then it is as if it were not there
        return settings
    return settings.model_copy(update=typed.model_dump())


def hour_price(settings: Settings) -> HourPrice:
    """Return what an hour costs: device price, else power times electricity, else assumed."""
    known = priced(settings)
    currency, whole = known.currency, known.device_price_per_hour
    if whole is not None:
        return HourPrice(whole, currency, f"{whole:,.2f} {currency} an hour")
    watts, electricity = known.device_power_w, known.electricity_price_per_kwh
    is_assumed = watts is None or electricity is None
    watts = ASSUMED_W if watts is None else watts
    electricity = ASSUMED_PER_KWH if electricity is None else electricity
    how = f"{watts:g} W at {electricity:,.2f} {currency} per kWh{', assumed' * is_assumed}"
    return HourPrice(watts / WATTS_PER_KILOWATT * electricity, currency, how, is_assumed)


def type_prices(
    settings: Settings,
    device_price_per_hour: float | None,
    electricity_price_per_kwh: float | None,
    device_power_w: float | None,
    currency: str,
) -> None:
    """Keep what was typed; nothing at all goes back to the settings.

    Raises:
        UserError: A price is below 0 or no number, or the currency is no short word.
    """
    values = (device_price_per_hour, electricity_price_per_kwh, device_power_w)
    if any(value is not None and not 0 <= value < math.inf for value in values):
        raise UserError("A price or a power is a number from 0 on. Nothing was changed: correct it and save again.")
    currency = currency.strip()
    if not 0 < len(currency) <= LONGEST_CURRENCY or not currency.isprintable():
        raise UserError("A currency is a short word such as EUR. Nothing was changed: correct it and save again.")
    if all(value is None for value in values) and currency == settings.currency:
        (settings.home / FILE).unlink(missing_ok=True)
        return
    typed = _Typed(**dict(zip(_HELD, (*values, currency), strict=True)))
    write_text(settings.home / FILE, typed.model_dump_json(), 0o600)
