"""What stands in a table that can be downloaded."""

import re

from core.formatting import csv_cell

_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d*)?(e[+-]?\d+)?")


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet evaluates as a formula; numbers stay numbers."""
    return text if _NUMBER.fullmatch(text) else csv_cell(text)
