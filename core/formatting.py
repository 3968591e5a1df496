"""Values as text for people: lists of names, sizes, safe CSV cells."""

from collections.abc import Sequence
from typing import TypeVar

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV Injection

_BINARY = (("GB", 2**30), ("MB", 2**20), ("kB", 2**10))

Cell = TypeVar("Cell")


def csv_cell(value: Cell) -> Cell | str:
    """Return a cell with an apostrophe where a spreadsheet would read a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names in quotes, as in a sentence; after `most` only their number."""
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")


def sentence_case(words: str) -> str:
    """Return words with a capital first letter; the others stay as they are."""
    return words[:1].upper() + words[1:]


def byte_size(count: float) -> str:
    """Return a number of bytes as people read it: "29 kB", "1.4 GB"."""
    if count < 1e6:
        return f"{max(count // 1000, 1):,.0f} kB"
    return f"{count / 1e6:,.0f} MB" if count < 1e9 else f"{count / 1e9:,.1f} GB"


def limit_size(count: int) -> str:
    """Return a limit in bytes by powers of two: "40 MB", "1.5 GB"."""
    unit, size = next((pair for pair in _BINARY if count >= pair[1]), _BINARY[-1])
    return f"{max(count / size, 1):,.{int(unit == 'GB')}f} {unit}".replace(".0 ", " ")


def money(amount: float, currency: str) -> str:
    """Return a price: two digits that count, in a currency."""
    shown = f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:.1g}" if amount >= 0.0001 else "< 0.0001"
    return f"{shown} {currency}".strip()
