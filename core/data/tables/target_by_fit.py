"""Choice of the target in a table without column names.

It is the first or the last number, whichever the others explain.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.tables.columns import ColumnProfile

_MADE_UP = re.compile(r"column \d+")
_FEWEST_ROWS = 30
_CLEARLY = 0.3  # of the variance, more than the other


def first_rather_than_last(profiles: Sequence[ColumnProfile]) -> ColumnProfile | None:
    """Return the first number column if clearly the target; None if unclear.

    Some collections have the number to predict in the first column, most in the last: where the others explain the
    first one and not the last, it is the first.
    """
    numbers = [profile for profile in profiles if profile.kind == "number" and profile.distinct > 2]
    if len(numbers) < 3 or not all(_MADE_UP.fullmatch(profile.name) for profile in profiles):
        return None
    table = np.column_stack([profile.numbers for profile in numbers])
    rows = table[np.isfinite(table).all(axis=1)]
    if len(rows) < _FEWEST_ROWS + 3 * len(numbers):
        return None
    first, last = _explained(rows, 0), _explained(rows, len(numbers) - 1)
    return numbers[0] if first > last + _CLEARLY else None


def _explained(rows: NDArray[np.float64], target: int) -> float:
    """Return the share of a column's variance explained by linear regression, 0 to 1.

    Args:
        rows: (N, F) finite numbers.
        target: Which column.
    """
    with np.errstate(all="ignore"):
        spread = rows.std(axis=0)
        scaled = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    if not np.isfinite(scaled).all() or not spread[target] > 0:
        return 0.0
    others = np.delete(scaled, target, axis=1)
    weights, *_ = np.linalg.lstsq(others, scaled[:, target], rcond=None)
    return 1.0 - float(((scaled[:, target] - others @ weights) ** 2).mean())
