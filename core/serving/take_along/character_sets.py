"""Python's sets of characters, for JavaScript, whose Unicode is another version's."""

import re
import sys
from collections.abc import Iterable
from functools import cache

import regex

from core.preprocessing.segmentation import SPACELESS

_SETS = {
    "letter": rf"[[\w\p{{M}}\u200C\u200D]--[{SPACELESS}]]",
    "word": r"\w",
    "spaceless": rf"[{SPACELESS}]",
    "mark": r"[\p{M}\u200C\u200D]",
    "regional": r"\p{Regional_Indicator}",
    "pictograph": r"\p{Extended_Pictographic}",
    "modifier": r"\p{Emoji_Modifier}",
    "skipped": r"[\s\p{Cf}\p{Cc}]",
}
SURROGATES = range(0xD800, 0xE000)


@cache
def character_sets() -> dict[str, str]:
    """Return the inside of a JavaScript character class, by name."""
    every = "".join(map(chr, (code for code in range(sys.maxunicode + 1) if code not in SURROGATES)))
    found = {name: _class(regex.finditer(f"(?:{text})+", every, regex.V1)) for name, text in _SETS.items()}
    found["plain"] = _class(re.finditer(r"\w+", every))
    found["space"] = _class(re.finditer(f"[{re.escape(''.join(filter(str.isspace, every)))}]+", every))
    return found


def _class(ranges: Iterable[re.Match[str]]) -> str:
    """Return runs of neighbouring characters as ranges."""
    spans = ((found[0][0], found[0][-1]) for found in ranges)
    return "".join(_written(first) + (f"-{_written(last)}" if last > first else "") for first, last in spans)


def _written(sign: str) -> str:
    return f"\\u{{{ord(sign):x}}}"
