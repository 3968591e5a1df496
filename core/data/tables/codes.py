"""Whole numbers that are codes (shops, postcodes, classes and hours), not measurements."""

import re
from collections.abc import Sequence

NAMES_THINGS = "numbers that name things: read as words, each by itself"
_FEWEST = 3  # different ones: two are as good as numbers
_MOST_OF_ROWS = 0.5  # different ones, at most in so many of the rows: they come again
_NAMES = (
    "zip zip_?code post_?code postal_?code postal plz store shop branch dept department station region district sector "
    "zone cluster class pclass category type code sku route airline carrier team season quarter month mnth hour hr "
    "weekday day_?of_?week dow weather_?sit id nr filiale laden monat stunde wochentag"
)
_CODE_NAME = re.compile(rf"(?:^|[\s_\-.])(?:{'|'.join(_NAMES.split())})$", re.IGNORECASE)
_CAMEL = re.compile(r"[a-z](?:Id|ID|Code|Type|Class|Month|Hour)$")


def names_things(name: str, there: Sequence[str], rows: int) -> bool:
    """Return whether a column's whole numbers are codes, by name and repetition.

    Args:
        name: Of the column.
        there: Its different values, plain numbers as written.
        rows: With a value.
    """
    if not _FEWEST <= len(there) <= _MOST_OF_ROWS * rows:
        return False
    if not (_CODE_NAME.search(name.strip()) or _CAMEL.search(name.strip())):
        return False
    return all(value.strip().removesuffix(".0").isdecimal() for value in there)
