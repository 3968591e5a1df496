"""Units and scale suffixes such as "800 g", "9.1K", "¥3万" and "$5 bn".

One column may mix them: "800 g" beside "1.2 kg", "9.1K" beside "626".

A spelling may mean several things: "m" is a metre, a minute or a million. What it means is settled by the others of its
column (`unit_senses.py`). Sources: SI Brochure (9th edition), NIST SP 811 appendix B for customary units.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

COUNT = ""  # the kind of a bare number, and of one with nothing but a scale


@dataclass(frozen=True)
class Sense:
    """One thing that a unit may mean.

    Args:
        kind: What is measured: "mass", "money USD", "things room", or `COUNT`.
        factor: How many of the kind's base unit one is.
        offset: Of the base unit, where its nought lies: of degrees.
        is_scale: Whether it holds a scale such as "k" or "Mio.", which is always multiplied out.
        label: The unit without its scale.
    """

    kind: str
    factor: Fraction
    offset: Fraction = Fraction(0)
    is_scale: bool = False
    label: str = ""


def _spelt(text: str) -> dict[str, tuple[str, ...]]:
    """Return factor -> spellings, from lines such as "1000: kg, kilo, kilos"."""
    pairs = (line.split(":", 1) for line in text.strip().splitlines())
    return {factor.strip(): tuple(word.strip() for word in words.split(",")) for factor, words in pairs}


# Factors are exact: fractions or decimals. The first spelling is the usual one.
SCALES = _spelt(
    """
    1e2: 百, hundred
    1e3: k, K, thousand, thousands, thsd, tsd, Tsd, Tausend, mille, mil, tys, тыс,千, thou, ribu, bin
    1e4: 万, 萬, 만
    1e5: lakh, lakhs, lac, lacs, Lakh, Lakhs, Lac, Lacs
    1e6: M, MM, m, mm, mn, Mn, mln, Mln, mio, Mio, million, millions, Million, Millions, Millionen, millón, millones, \
milhões, миллион, млн, 百万, juta, milj
    1e7: cr, Cr, crore, crores, Crore, Crores
    1e8: 億, 亿, 억
    1e9: B, bn, Bn, BN, b, billion, billions, Billion, Billions, mrd, Mrd, Mia, Milliarde, Milliarden, milliard, \
milliards, milliardi, miliardi, mld, Mld, млрд, G, 十亿
    1e12: T, tn, trn, Tn, trillion, trillions, Trillion, Trillions, Bio, 兆, 万亿, 萬億
    """
)
MEASURES: Mapping[str, dict[str, tuple[str, ...]]] = {
    "length": _spelt(
        """
        1e-9: nm
        1e-6: µm, μm, um
        1e-3: mm, millimetre, millimetres, millimeter, millimeters, 毫米
        1e-2: cm, centimetre, centimetres, centimeter, centimeters, 厘米, 公分
        1e-1: dm
        1: m, metre, metres, meter, meters, Meter, mtr, 米, 公尺
        1e3: km, kms, kilometre, kilometres, kilometer, kilometers, Kilometer, 公里, 千米
        0.0254: in, inch, inches, ", ″, ”, '', Zoll
        0.3048: ft, foot, feet, ', ′, ’
        0.9144: yd, yard, yards
        1609.344: mi, mile, miles
        1852: nmi
        """
    ),
    "mass": _spelt(
        """
        1e-6: µg, μg, mcg, ug
        1e-3: mg, milligram, milligrams, 毫克
        1: g, gr, gram, grams, gramme, grammes, Gramm, 克
        1e3: kg, kgs, kilo, kilos, kilogram, kilograms, Kilogramm, 千克, 公斤
        1e6: t, to, tonne, tonnes, Tonne, Tonnen, 吨
        500: 斤
        45359237/100000: lb, lbs, pound, pounds
        45359237/1600000: oz, ounce, ounces
        45359237*14/100000: st, stone, stones
        """
    ),
    "time": _spelt(
        """
        1e-9: ns
        1e-6: µs, μs, us
        1e-3: ms, msec, millisecond, milliseconds
        1: s, sec, secs, second, seconds, Sek, Sekunde, Sekunden, 秒
        60: min, mins, m, minute, minutes, Minute, Minuten, 分, 分钟
        3600: h, hr, hrs, hour, hours, Std, Stunde, Stunden, heure, heures, hora, horas, 小时, 時間
        86400: d, day, days, Tag, Tage, Tagen, jour, jours, día, días, 天, 日
        604800: w, wk, wks, week, weeks, Woche, Wochen, semaine, semaines, 周
        2629746: mo, mos, mth, mths, month, months, Monat, Monate, mois, mes, meses, 个月
        31556952: y, yr, yrs, year, years, Jahr, Jahre, an, ans, año, años, 年
        """
    ),
    "calendar": _spelt(  # beside years, "m" is a month
        """
        400/12175: d, day, days, Tag, Tage, Tagen, jour, jours, día, días, 天, 日
        2800/12175: w, wk, wks, week, weeks, Woche, Wochen, semaine, semaines, 周
        1: mo, m, mos, mth, mths, month, months, Monat, Monate, mois, mes, meses, 个月
        12: y, yr, yrs, year, years, Jahr, Jahre, an, ans, año, años, 年
        """
    ),
    "bytes": _spelt(
        """
        1: B, byte, bytes, Byte, Bytes
        1e3: kB, KB, kilobyte, kilobytes
        1e6: MB, megabyte, megabytes
        1e9: GB, gigabyte, gigabytes
        1e12: TB, terabyte, terabytes
        1e15: PB, petabyte, petabytes
        1024: KiB, kiB
        1048576: MiB
        1073741824: GiB
        1099511627776: TiB
        """
    ),
    "bits a second": _spelt(
        """
        1: bps, bit/s
        1e3: kbps, Kbps, kbit/s, kb/s
        1e6: Mbps, mbps, Mbit/s, Mb/s
        1e9: Gbps, gbps, Gbit/s, Gb/s
        """
    ),
    "frequency": _spelt("1: Hz\n1e3: kHz\n1e6: MHz\n1e9: GHz"),
    "power": _spelt("1e-3: mW\n1: W, watt, watts, Watt\n1e3: kW\n1e6: MW\n1e9: GW"),
    "energy": _spelt("1: Wh\n1e3: kWh\n1e6: MWh\n1e9: GWh\n1/3600: J\n10/36: kJ\n10000/36: MJ\n4184/3600: kcal, Cal"),
    "voltage": _spelt("1e-3: mV\n1: V, volt, volts\n1e3: kV"),
    "current": _spelt("1e-6: µA, μA, uA\n1e-3: mA\n1: A, amp, amps"),
    "charge": _spelt("1e-3: mAh\n1: Ah"),
    "pressure": _spelt("1: Pa\n1e2: hPa, mbar\n1e3: kPa\n1e5: bar\n1e6: MPa\n6894.757293168: psi\n101325: atm"),
    "volume": _spelt(
        """
        1e-3: ml, mL, cc, cm³, cm3, millilitre, millilitres, milliliter, milliliters, 毫升
        1e-2: cl, cL
        1e-1: dl, dL
        1: l, L, litre, litres, liter, liters, Liter, ltr, 升
        1e2: hl, hL
        1e3: m³, m3
        3.785411784: gal, gallon, gallons
        0.0295735295625: fl oz, fl. oz
        """
    ),
    "area": _spelt(
        """
        1e-6: mm², mm2
        1e-4: cm², cm2
        1: m², m2, sqm, sq m, qm, 平米, 平方米, ㎡
        1e4: ha, hectare, hectares, Hektar
        1e6: km², km2, sq km
        0.09290304: ft², ft2, sqft, sq ft, sq. ft, sf
        4046.8564224: acre, acres, ac
        """
    ),
    "speed": _spelt("1: m/s\n10/36: km/h, kmh, kph, km/hr\n0.44704: mph\n1852/3600: kn, knots, kt"),
    "share": _spelt("1: %, percent, pct, Prozent, per cent, ％\n1/10: ‰\n1/100: bp, bps"),
}
_DEGREES = {"°C": ("1", "0"), "℃": ("1", "0"), "°F": ("5/9", "-160/9"), "℉": ("5/9", "-160/9"), "K": ("1", "-273.15")}
_DEGREES |= {"C": _DEGREES["°C"], "F": _DEGREES["°F"], "° C": _DEGREES["°C"], "° F": _DEGREES["°F"]}
_CURRENCIES = _spelt(
    """
    USD: USD, US$, $, dollar, dollars, bucks
    EUR: EUR, €, euro, euros, Euro
    GBP: GBP, £, pound sterling
    JPY: JPY, 円, 日元
    CNY: CNY, RMB, 元, 人民币, 块, CN¥
    INR: INR, ₹, Rs, Rs., rupees
    CHF: CHF, Fr., SFr.
    AUD: AUD, A$, AU$
    CAD: CAD, C$, CA$
    NZD: NZD, NZ$
    HKD: HKD, HK$
    SGD: SGD, S$
    BRL: BRL, R$
    MXN: MXN, MX$
    KRW: KRW, ₩, 원
    RUB: RUB, ₽, руб
    TRY: TRY, ₺, TL
    VND: VND, ₫
    UAH: UAH, ₴
    PLN: PLN, zł
    CZK: CZK, Kč
    HUF: HUF, Ft
    SEK: SEK
    NOK: NOK
    DKK: DKK
    ZAR: ZAR
    THB: THB, ฿
    ILS: ILS, ₪
    NGN: NGN, ₦
    PHP: PHP, ₱
    ¥: ¥, ￥
    kr: kr, kr.
    """
)
CURRENCY_OF = {spelling: code for code, spellings in _CURRENCIES.items() for spelling in spellings}
MOST_OF_UNIT = 24  # characters


def _number(text: str) -> Fraction:
    """Return the exact number that a factor writes: "1e3", "0.0254", "10/36", "45359237*14/100000"."""
    above, _, below = text.partition("/")
    product = Fraction(1)
    for part in above.split("*"):
        product *= Fraction(part)
    return product / Fraction(below or 1)


@cache
def _scales() -> dict[str, Fraction]:
    return {spelling: _number(factor) for factor, spellings in SCALES.items() for spelling in spellings}


@cache
def _known() -> tuple[dict[str, tuple[Sense, ...]], dict[str, tuple[Sense, ...]]]:
    """Return the senses of every spelling, exact and in small letters."""
    exact: dict[str, tuple[Sense, ...]] = {}
    for kind, units in MEASURES.items():
        for factor, spellings in units.items():
            for spelling in spellings:
                sense = Sense(kind, _number(factor), label=spellings[0])
                exact[spelling] = (*exact.get(spelling, ()), sense)
    for spelling, (factor, offset) in _DEGREES.items():
        sense = Sense("temperature", _number(factor), _number(offset), label=spelling)
        exact[spelling] = (*exact.get(spelling, ()), sense)
    exact["st"] = (*exact["st"], Sense("things th", Fraction(1), label="st"))
    for spelling, factor_of in _scales().items():
        exact[spelling] = (*exact.get(spelling, ()), Sense(COUNT, factor_of, is_scale=True))
    folded: dict[str, tuple[Sense, ...]] = {}
    for spelling, senses in exact.items():
        small = spelling.casefold()
        # "mW" and "MW" are two things: such are known by their exact letters alone.
        folded[small] = senses if folded.get(small, senses) == senses else ()
    return exact, folded


@lru_cache(maxsize=4096)
def senses(before: str, after: str) -> tuple[Sense, ...]:
    """Return all meanings of the text before and after a number.

    A word that is not known is its own meaning.

    Args:
        before: Such as "$"; "" for nothing.
        after: Such as "kg", "k", "Mio. EUR", "rooms".
    """
    after = " ".join(after.split())
    if not before:
        return tuple(_after(after))
    currency = CURRENCY_OF.get(before, before)
    found = (_with_currency(sense, currency, before) for sense in _after(after, is_money=True))
    return tuple(sense for sense in found if sense is not None)


def _with_currency(sense: Sense, currency: str, before: str) -> Sense | None:
    """Return an amount of money from the suffix after it.

    The suffix is empty, a scale, the currency again, or "per hour".
    """
    if sense.kind == COUNT:
        return Sense(f"money {currency}", sense.factor, is_scale=sense.is_scale, label=before)
    if sense.kind == f"money {currency}":
        return sense
    if sense.kind.startswith("things "):
        what = sense.kind.removeprefix("things ")
        return Sense(f"money {currency} {what}", sense.factor, is_scale=sense.is_scale, label=f"{before} {sense.label}")
    return None


def _after(text: str, is_money: bool = False) -> Iterator[Sense]:
    """Yield what may be meant by what stands behind a number."""
    if not text:
        yield Sense(COUNT, Fraction(1))
        return
    plain = text.rstrip(".")
    exact, folded = _known()
    known = exact.get(text) or exact.get(plain) or folded.get(plain.casefold()) or ()
    yield from (sense for sense in known if sense.kind == COUNT or not is_money)
    if (money := CURRENCY_OF.get(text) or CURRENCY_OF.get(plain)) is not None:
        yield Sense(f"money {money}", Fraction(1), label=text)
    elif not known or is_money:
        parts = list(_scaled(text))
        yield from parts
        if not parts and not any(sense.kind == COUNT for sense in known):
            yield Sense(f"things {_word(text)}", Fraction(1), label=text)


def _scaled(text: str) -> Iterator[Sense]:
    """Yield combined scale and unit meanings, such as "Mio. EUR", longest scale first."""
    for end in range(min(len(text) - 1, MOST_OF_UNIT), 0, -1):
        scale = _scales().get(text[:end])
        rest = text[end:].lstrip(". ")
        if scale is None or not rest:
            continue
        if rest in CURRENCY_OF:
            thousand = text[:end] == "T"  # "TEUR" and "T€" are thousands
            factor = Fraction(1000) if thousand else scale
            yield Sense(f"money {CURRENCY_OF[rest]}", factor, is_scale=True, label=rest)
            return
        if text[end] in ". " or not text[0].isascii() or rest.startswith("/"):
            for sense in _after(rest):
                if sense.kind != COUNT:
                    yield Sense(sense.kind, scale * sense.factor, is_scale=True, label=sense.label)
            return


def _word(text: str) -> str:
    """Return a word without case and plural; "per hour" becomes "/h"."""
    folded = text.casefold().rstrip("s.")
    if folded in ("nd", "rd", "th"):
        return "th"  # the 1st, 2nd, 3rd and 4th
    for begin in ("per ", "/ ", "a ", "an ", "pro ", "/"):
        if folded.startswith(begin):
            what = folded.removeprefix(begin)
            return "/" + {"hour": "h", "hr": "h", "month": "mo", "year": "yr", "annum": "yr"}.get(what, what)
    return folded
