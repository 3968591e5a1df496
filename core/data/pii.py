"""Personal data in texts: e-mail addresses, phone numbers and card numbers.

It should not leave the house.

It is a look, not a guarantee: names and addresses are not found. A number counts as a phone number only if it is
written as one (with a plus, in a country's usual groups, or after a word such as "call") and can be dialled, so that
dates, prices and order numbers stay what they are.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["e-mail address", "phone number", "card number"]
MASKS: dict[Kind, str] = {"e-mail address": "[e-mail]", "phone number": "[phone]", "card number": "[card]"}

_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w@])")
_MANY_DIGITS = re.compile(r"\d(?:[ ().\-/]{0,3}\d){7}")  # fewer are neither a phone number nor a card

_CARD = re.compile(r"(?<![\w.,+-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)")
_CARD_GROUPS = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)}
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|65\d\d|64[4-9]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}|62\d{14,17}"
)

_BEFORE, _AFTER = r"(?<![\w.,$€£¥#+\-/:])", r"(?![\w%]|[.,:/\-]\d)"
# How phone numbers are written, and the regions in which such a number must exist ("" where it says so itself).
_FORMATS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"(?<![\w+])(?:\+|00(?=[1-9]))\d(?:[ ().\-/]{0,3}\d){6,14}(?!\w)"), ("",)),
    (re.compile(_BEFORE + r"(?:1[-. ])?\([2-9]\d\d\) ?\d{3}[-. ]\d{4}" + _AFTER), ("US",)),
    (re.compile(_BEFORE + r"(?:1([-. ]))?[2-9]\d\d([-. ])\d{3}\2\d{4}" + _AFTER), ("US",)),
    (re.compile(_BEFORE + r"0[1-9](?:([ .])\d\d)(?:\1\d\d){3}" + _AFTER), ("FR",)),
    (
        re.compile(_BEFORE + r"(?:07\d{3} ?\d{3} ?\d{3}|0\d{4} \d{6}|02\d \d{4} \d{4}|01\d\d \d{3} \d{4})" + _AFTER),
        ("GB",),
    ),
)
# After a word that announces one, a number may be written in any way that can be dialled somewhere.
_ANNOUNCED = re.compile(
    r"(?:\b(?:phone|tel|telephone|mobile|cell|call(?: (?:me|us))?|fax|text me|whatsapp|telefon|handy|mobil|rufnummer|"
    r"tél|téléphone)\b|电话|電話|手机|手機)(?: (?:number|nummer|no|is|at|on|under|unter))*[ .:#：]{0,3}"
    r"(?P<number>\(?\d(?:[ ().\-/]{0,3}\d){6,13})" + _AFTER,
    re.IGNORECASE,
)
_ANNOUNCED_REGIONS = ("US", "GB", "DE", "FR", "IT", "ES", "NL", "CH", "AT", "IN", "CN", "JP", "AU", "BR")
_DATE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?: |$)")


@dataclass(frozen=True)
class Span:
    """One find, from `start` to before `end`, in characters."""

    kind: Kind
    start: int
    end: int


def find_personal_data(text: str) -> list[Span]:
    """Return e-mail addresses, phone and card numbers found, in order, without overlaps."""
    found: list[Span] = []

    def keep(kind: Kind, spans: Iterator[tuple[int, int]]) -> None:
        found.extend(
            Span(kind, start, end) for start, end in spans if all(end <= s.start or start >= s.end for s in found)
        )

    if "@" in text:
        keep("e-mail address", (match.span() for match in _EMAIL.finditer(text)))
    if _MANY_DIGITS.search(text):
        keep("card number", _cards(text))
        keep("phone number", _phones(text))
    return sorted(found, key=lambda span: span.start)


def mask(text: str) -> str:
    """Return the text with finds replaced by "[e-mail]", "[phone]" and "[card]"."""
    for span in reversed(find_personal_data(text)):
        text = text[: span.start] + MASKS[span.kind] + text[span.end :]
    return text


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        groups = tuple(map(len, re.split(r"[ -]", match[0])))
        if (len(groups) == 1 or groups in _CARD_GROUPS) and _ISSUERS.fullmatch(digits) and _checks_out(digits):
            yield match.span()


def _checks_out(digits: str) -> bool:
    """Return whether the last digit is the check digit of the others (Luhn)."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def _phones(text: str) -> Iterator[tuple[int, int]]:
    can_be_dialled = _dialling()
    for pattern, regions in _FORMATS:
        for match in pattern.finditer(text):
            number = match[0]
            if can_be_dialled("+" + number[2:] if number.startswith("00") else number, regions):
                yield match.span()
    for match in _ANNOUNCED.finditer(text):
        if not _DATE.match(match["number"]) and can_be_dialled(match["number"], _ANNOUNCED_REGIONS):
            yield match.span("number")


def _dialling() -> Callable[[str, tuple[str, ...]], bool]:
    """Return a function that says whether a number exists in one of some regions."""
    import phonenumbers

    def can_be_dialled(number: str, regions: tuple[str, ...]) -> bool:
        for region in regions:
            try:
                if phonenumbers.is_valid_number(phonenumbers.parse(number, region or None)):
                    return True
            except phonenumbers.NumberParseException:
                continue
        return False

    return can_be_dialled
