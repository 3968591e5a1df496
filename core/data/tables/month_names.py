"""Long and short month names in the languages of tables, from Unicode's CLDR."""

import unicodedata
from functools import cache

# Where two languages give one name to different months ("listopad"), the earlier one stands.
LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "ru", "uk", "tr", "sv", "da", "nb", "fi", "hu", "ro",
    "el", "id", "vi", "bg", "sl", "lt", "lv", "et", "ca", "hr", "sr_Latn", "ms", "az", "eu", "gl", "is",
)  # fmt: skip
_ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_QUICK = {name[:length]: number for number, name in enumerate(_ENGLISH, 1) for length in (3, len(name))} | {"sept": 9}


def month_of(name: str) -> int:
    """Return a month's number, 1 to 12; 0 for an unknown name."""
    plain = _plain(name)
    return _QUICK.get(plain) or _names().get(plain, 0)


@cache
def _names() -> dict[str, int]:
    """Return each month's number by name.

    Names are read only if one is not English, since that takes a moment.
    """
    from babel.dates import get_month_names

    found: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    found.setdefault(_plain(name), number)
    return found


def _plain(name: str) -> str:
    """Return a name without case, accents and the point of an abbreviation."""
    apart = unicodedata.normalize("NFKD", name.strip().casefold().rstrip("."))
    return "".join(character for character in apart if not unicodedata.combining(character))
