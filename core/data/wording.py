"""How findings are worded: counts, shares, lists and examples, short and safe to show."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import catalog

LOOKED_AT = 1_000  # positions that a finding keeps, to look at
SHOWN = 5  # examples in a finding
LONGEST_EXAMPLE = 80  # characters
LISTED = 5  # names that a sentence holds


def thing(task: str, count: int = 2) -> str:
    """Return what one example of a task is called, or several."""
    return catalog.find_task(task).noun + ("" if count == 1 else "s")


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(2500, "row"), counted(2, "class", "classes")
    ('1 row', '2,500 rows', '2 classes')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def percent(part: float, whole: float) -> str:
    """Return a share in words that stay true near the ends.

    >>> percent(1, 3), percent(1, 5000), percent(4999, 5000)
    ('33 %', 'less than 1 %', 'more than 99 %')
    """
    share = 100 * part / whole
    if 0 < share < 1:
        return "less than 1 %"
    if 99 < share < 100:
        return "more than 99 %"
    return f"{share:.0f} %"


def number(value: float) -> str:
    """Return a number as a person would write it: no more digits than tell.

    >>> number(6099.0), number(0.12345), number(1500000.0)
    ('6,099', '0.1235', '1,500,000')
    """
    if abs(value) >= 1e15:
        return f"{value:.3g}"
    if value == round(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def listed(names: Sequence[str]) -> str:
    """Return names in quotes, a few of them.

    >>> listed(["a", "b", "c"])
    "'a', 'b' and 'c'"
    """
    shown_names = [f"'{shown(name, 40)}'" for name in names[:LISTED]]
    if len(names) > LISTED:
        return f"{', '.join(shown_names)} and {counted(len(names) - LISTED, 'other')}"
    return " and ".join([", ".join(shown_names[:-1]), shown_names[-1]] if len(names) > 1 else shown_names)


def shown(text: str, longest: int = LONGEST_EXAMPLE) -> str:
    """Return the beginning of a text on one line, without control characters."""
    plain = " ".join(text[: 4 * longest].split())
    # Not only controls: marks that turn the direction of writing could make an example read as something else.
    safe = "".join(c if unicodedata.category(c)[0] != "C" or c == "\N{ZERO WIDTH JOINER}" else "�" for c in plain)
    return safe if len(safe) <= longest else safe[: longest - 1].rstrip() + "…"


def examples_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the first few different examples, short."""
    different: dict[str, None] = {}
    for text in texts:
        different[shown(text)] = None
        if len(different) == SHOWN:
            break
    return tuple(different)


def positions(rows: NDArray[Any]) -> tuple[int, ...]:
    """Return as many positions as a finding keeps.

    Args:
        rows: (N,) of bool, or positions in order.
    """
    found = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    return tuple(int(position) for position in found[:LOOKED_AT])
