"""What stands in a table that can be downloaded."""

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV Injection
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d*)?(e[+-]?\d+)?")


def safe_cell(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula; numbers stay numbers."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text
