"""Human-written numbers split into sign, digits and unit.

Also ranges, bounds and sums such as "1 h 30 min".
"""

import re
from typing import Literal, NamedTuple

LONGEST = 64  # characters; longer cells are no numbers
Form = Literal["one", "range", "at least", "at most", "parts"]

SPACES = " \u00a0\u2009\u202f"
_GROUPED = rf"\d{{1,3}}(?:[{SPACES}'’.,]\d{{3}})+(?:[.,]\d+)?"
_INDIAN = r"\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?"
_CODES = "EUR USD GBP CHF JPY CNY RMB INR AUD CAD NZD SEK NOK DKK PLN CZK HUF BRL MXN ZAR KRW TRY SGD HKD THB RUB"
_CURRENCY = rf"(?:[A-Z]{{0,3}}[$€£¥￥₹₽₩₺₫₴฿₪₦₱]|Rs\.?|{_CODES.replace(' ', '|')})"
_MARKS = r"\"'″′”’"
_UNIT = rf"(?:[{_MARKS}]{{1,2}}|/?[^\d\s.,;:()+\-–—~/*_{_MARKS}][^\d,;:(){_MARKS}]{{0,22}}[²³]?|[a-z]{{1,2}}[23](?!\d))"
_AMOUNT = re.compile(
    r"(?P<open>\()?(?P<sign>[+\-−–]?)\s?(?P<before>" + _CURRENCY + r")?\s?(?P<sign2>[+\-−–]?)"
    rf"(?P<digits>{_GROUPED}|{_INDIAN}|\d+(?:[.,]\d*)?|[.,]\d+)(?P<power>[eE][+-]?\d{{1,3}})?"
    rf"[{SPACES}]{{0,3}}(?P<after>{_UNIT})?(?(open)\))"
)
_PART = re.compile(
    rf"(\d{{1,9}}(?:[.,]\d{{1,9}})?)\s?([{_MARKS}]{{1,2}}|[^\d\s.,;:()+\-–—~/*_{_MARKS}]{{1,12}}\.?|$)\s?"
)
_NOTE = re.compile(r"\s?\([^()\d]{1,30}\)$|\s?\[[a-z0-9]{1,2}\]$|\s?[*†‡]{1,3}$|\s(?:est|approx|ca)\.?$")
_DASHES = (
    re.compile(r"\s?[-–—~〜]\s?|\.{2,3}"),
    re.compile(r"\s(?:to|bis|à|al|and|und|y|et|a)\s"),
)
_PLUS_WITHIN = re.compile(r"([^+]{1,40}[\dkKmM])\+(\s?[^\W\d].{0,20})")
_AT_LEAST = (
    ">=", "=>", "≥", "⩾", ">", "over", "more than", "at least", "from", "min", "above", "über", "mehr als", "ab",
    "mindestens", "von", "más de", "desde", "plus de", "à partir de", "de", "超过", "至少",
)  # fmt: skip
_AT_MOST = (
    "<=", "=<", "≤", "⩽", "<", "under", "less than", "at most", "up to", "max", "below", "unter", "weniger als",
    "bis zu", "bis", "höchstens", "menos de", "hasta", "moins de", "jusqu'à", "少于", "不到",
)  # fmt: skip
_ABOUT = (
    "~", "≈", "ca", "c", "circa", "approx", "approximately", "about", "around", "etwa", "ungefähr", "rund", "between",
    "zwischen", "entre", "environ", "unos", "约", "大约",
)  # fmt: skip
_BEFORE: dict[str, Form] = {
    **dict.fromkeys(_AT_LEAST, "at least"), **dict.fromkeys(_AT_MOST, "at most"), **dict.fromkeys(_ABOUT, "one")
}  # fmt: skip
_SIGN_BEFORE = re.compile(r"(?:[<>]=?|=[<>]|[≥⩾≤⩽~≈]|超过|至少|少于|不到|大约|约)\s?")
_WORD_BEFORE = re.compile(r"([a-zà-ü']{1,13}(?: [a-zà-ü]{1,7}){0,2})\.?\s(?=[^a-zà-ü])", re.IGNORECASE)
_AFTERWARDS: tuple[tuple[str, Form], ...] = (
    ("+", "at least"), (" or more", "at least"), (" and above", "at least"), (" and more", "at least"),
    (" oder mehr", "at least"), (" und mehr", "at least"), ("以上", "at least"), (" plus", "at least"),
    (" or less", "at most"), (" or fewer", "at most"), (" or under", "at most"), ("以下", "at most"),
    ("以内", "at most"),
)  # fmt: skip
_WORDS_AFTER = tuple(sign.strip() for sign, _ in _AFTERWARDS)


class Amount(NamedTuple):
    """One number with what stands around it.

    Args:
        digits: With their signs of groups and fraction, as written.
        power: "e3" or "".
        is_negative: Whether a minus or brackets stand there.
        before: The currency before it.
        after: The unit behind it.
    """

    digits: str
    power: str = ""
    is_negative: bool = False
    before: str = ""
    after: str = ""

    @property
    def unit(self) -> str:
        """What stands before and after it."""
        return f"{self.before} {self.after}".strip()


class Written(NamedTuple):
    """What a cell writes.

    Args:
        form: One number; a range of two; the bound of one; several parts that make one.
        amounts: One or two, or the parts.
    """

    form: Form
    amounts: tuple[Amount, ...]

    @property
    def is_bare_range(self) -> bool:
        """Whether it is a range of plain numbers, possibly a score, date or code."""
        plain = all(not amount.unit and amount.digits.isdecimal() for amount in self.amounts)
        return self.form == "range" and plain


def take_apart(text: str) -> Written | None:
    """Return what a cell writes, None where it is no number at all."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    if (amount := _amount(text)) is not None and not amount.after.endswith(_WORDS_AFTER):
        return Written("one", (amount,))
    text = _NOTE.sub("", text)
    form, text = _without_bound(text)
    if (amount := _amount(text)) is not None:
        return Written(form, (amount,))
    if (ends := _range(text)) is not None:
        return Written("range", ends)
    if (parts := _parts(text)) is not None:
        return Written("parts", parts)
    return None


def _amount(text: str) -> Amount | None:
    part = _AMOUNT.fullmatch(text)
    if part is None:
        return None
    after = (part["after"] or "").strip()
    if after.endswith(("+", "-")):
        return None
    minus = ("-", "−", "–")
    is_negative = (bool(part["open"]) or part["sign"] in minus or part["sign2"] in minus) and part["sign"] != "+"
    return Amount(part["digits"], part["power"] or "", is_negative, part["before"] or "", after)


def _without_bound(text: str) -> tuple[Form, str]:
    """Return the bound ("at least", "at most", "about") and the text without it."""
    if (sign := _SIGN_BEFORE.match(text)) is not None:
        return _BEFORE[sign[0].strip()], text[sign.end() :]
    word = _WORD_BEFORE.match(text)
    if word is not None and (form := _BEFORE.get(word[1].casefold())) is not None:
        return form, text[word.end() :]
    if (within := _PLUS_WITHIN.fullmatch(text)) is not None:
        return "at least", within[1] + within[2]  # "10+ years"
    small = text.casefold()
    for sign_after, form in _AFTERWARDS:
        if small.endswith(sign_after):
            return form, text[: -len(sign_after)].rstrip()
    return "one", text


def _range(text: str) -> tuple[Amount, Amount] | None:
    """Return both ends of a range; one's unit or currency applies to both."""
    cuts = next((found for dash in _DASHES if (found := list(dash.finditer(text, 1)))), [])
    if len(cuts) != 1:
        return None
    low, high = _amount(text[: cuts[0].start()]), _amount(text[cuts[0].end() :])
    if low is None or high is None or high.is_negative:
        return None
    before, after = low.before or high.before, low.after or high.after
    return (
        Amount(low.digits, low.power, low.is_negative, before, after),
        Amount(high.digits, high.power, False, high.before or before, high.after or after),
    )


def _parts(text: str) -> tuple[Amount, ...] | None:
    """Return the parts of "1 h 30 min", "6'2" or "1億2000万円"; None for others."""
    amounts: list[Amount] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or len(amounts) == 4:
            return None
        amounts.append(Amount(part[1], after=part[2]))
        at = part.end()
    if len(amounts) < 2:
        return None
    *_, before_last, last = amounts
    if not last.after:
        meant = {"h": "min", "hr": "min", "'": '"', "′": "″", "’": '"', "ft": "in", "m": "s", "min": "s"}
        if before_last.after not in meant:
            return None
        amounts[-1] = Amount(last.digits, after=meant[before_last.after])
    return tuple(amounts)
