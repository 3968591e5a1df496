"""Values as text for people: lists of names, and safe cells of a CSV."""

from collections.abc import Sequence
from typing import TypeVar

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV Injection

Cell = TypeVar("Cell")


def csv_cell(value: Cell) -> Cell | str:
    """Return a cell with an apostrophe where a spreadsheet would read a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names in quotes, as in a sentence; after `most` only their number."""
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")
