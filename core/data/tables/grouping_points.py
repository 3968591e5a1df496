"""Thousands separators written as points: "3.440" beside "10,45", or beside "646" and "4.070"."""

import re
from collections.abc import Collection, Iterable, Sequence

from core.data.tables.columns import ColumnProfile
from core.data.tables.numbers import NumberStyle, number_style

_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+")
_SMALL = re.compile(r"[+-]?\d{1,3}")
_FEW = 3  # different values with a point, below which a column says nothing of itself


def with_grouping_points(profiles: Sequence[ColumnProfile]) -> None:
    """Read points in plain numbers as thousands separators where they are; note it."""
    plain = [profile for profile in profiles if profile.kind == "number" and profile.style == NumberStyle()]
    beside = beside_commas(profile.style for profile in profiles if profile.kind == "number-in-text")
    # One column with a decimal point, and the commas of the others prove nothing.
    if any("." in value and not _GROUPS.fullmatch(value.strip()) for one in plain for value in one.counts):
        beside = False
    for profile in plain:
        if groups_by_points(profile.counts, beside):
            shown = next(value for value in profile.counts if "." in value)
            said = f"the point in '{shown}' groups thousands: it counts as {shown.replace('.', ',')}"
            profile.kind, profile.style = "number-in-text", NumberStyle(",", says=(said,))
            profile.note = f"{', '.join(profile.examples[:2])}: offered as numbers; {said}"


def beside_commas(styles: Iterable[NumberStyle | None]) -> bool:
    """Return whether a column of a table writes a decimal comma."""
    return any(style is not None and style.decimal == "," for style in styles)


def writes_commas(values: Sequence[str]) -> bool:
    """Return whether values of one column are numbers with a decimal comma."""
    return any("," in value for value in values) and beside_commas([number_style(values)])


def groups_by_points(values: Collection[str], beside: bool) -> bool:
    """Return whether the points in a column's numbers group thousands.

    Either the other columns say so, or the column itself: who leaves a fraction's zeros out writes no "4.070", and who
    keeps them writes no "646" without any.

    Args:
        values: The different ones, as written.
        beside: Whether other columns of the table write a decimal comma.
    """
    pointed = [value.strip() for value in values if "." in value]
    if not pointed or not all(_GROUPS.fullmatch(value) for value in pointed):
        return False
    whole = [value.strip() for value in values if "." not in value and value.strip()[-1:].isdigit()]
    if any(not _SMALL.fullmatch(value) for value in whole):
        return False  # it writes thousands without a point
    return beside or (len(pointed) >= _FEW and bool(whole) and any(value.endswith("0") for value in pointed))
