"""Rows that belong together: duplicates, or rows of one customer, patient or document."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.splits.near_duplicates import components
from core.errors import DataError
from core.specs import SPLITS

GROUP = "group"  # of a version's rows: what a column that the user chose says; null where it says nothing
FOLDER = "folder"  # instead of a column: of pictures
_NEEDED = (
    "and all rows of a group are for training, for validation or for the test: that takes three groups at least, and "
    "twenty or more to say something. Choose another column, or none: then only copies stay together."
)
MOST_LINKED = 0.2  # share of the rows: copies that tie more of them together say nothing, such as "Thanks!"
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Together:
    """Which rows never stand on two sides of a split.

    Args:
        number: (N,) rows with the same number belong together.
        has_copies: Whether copies in several groups tie these together, too. Where they would tie nearly everything
            together they do not, and copies on two sides are set aside instead.
    """

    number: Indices
    has_copies: bool = True


def together(rows: pa.Table, near: Indices) -> Together:
    """Return which rows belong together: near duplicates and members of one group.

    Args:
        rows: Of a version, with or without groups.
        near: (N,) rows with the same number are nearly the same.
    """
    if GROUP not in rows.column_names:
        return Together(near)
    groups = group_numbers_of(rows)
    both = _linked(groups, near)
    largest, limit = np.bincount(both).max(initial=0), max(MOST_LINKED * len(both), np.bincount(groups).max(initial=0))
    return Together(both) if largest <= limit else Together(groups, has_copies=False)


def group_numbers_of(rows: pa.Table) -> Indices:
    """Return a number for each row's group, (N,); ungrouped rows are separate groups."""
    encoded = rows.column(GROUP).dictionary_encode().unify_dictionaries().combine_chunks()
    codes: Indices = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    alone = codes < 0
    codes[alone] = len(encoded.dictionary) + np.arange(int(alone.sum()))
    return codes


def check_groups(rows: pa.Table, column: str) -> None:
    """Refuse groups of which there are too few.

    Raises:
        DataError: There are fewer groups than parts, in all or of each label.
    """
    named = [value for value in rows.column(GROUP).unique().to_pylist() if value is not None]
    if not named:
        raise DataError(
            f"'{column}' names no group: nothing stands in it. Choose another column, or none: then only copies stay "
            "together."
        )
    if len(named) + rows.column(GROUP).null_count < len(SPLITS):
        ones = f"one group only, '{named[0]}'" if len(named) == 1 else f"{len(named)} groups only"
        raise DataError(f"'{column}' names {ones}, {_NEEDED}")
    if len(named) == rows.num_rows - rows.column(GROUP).null_count:
        raise DataError(
            f"'{column}' names each row by itself, so it keeps nothing together. Choose a column whose values repeat, "
            "such as the customer, or none."
        )
    if "label" not in rows.column_names:
        return
    numbers = pa.table({"label": rows.column("label"), "group": group_numbers_of(rows)})
    of_each = numbers.group_by("label").aggregate([("group", "count_distinct")]).column("group_count_distinct")
    if max(of_each.to_pylist()) < len(SPLITS):
        raise DataError(f"No label has rows of three groups of '{column}', {_NEEDED}")


def with_folders(rows: pa.Table) -> pa.Table:
    """Return image rows with each folder as group: a session, patient or day."""
    names = (str(name).rpartition("/")[0].rpartition("/")[2] for name in rows.column("name").to_pylist())
    return rows.append_column(
        pa.field(GROUP, pa.large_string()), pa.array([n or None for n in names], pa.large_string())
    )


def refuse_groups(kind: str, column: str) -> None:
    """Refuse groups by a column where there are no columns.

    Args:
        kind: Of the source: "pictures" or "documents".
        column: That the user names, "" for none.

    Raises:
        DataError: There are none.
    """
    if column and kind == "documents":
        raise DataError("Groups are for tables and images: documents stay whole as they are. Leave out --group.")
    if column and column != FOLDER:
        raise DataError(
            f"Images are kept together by the folder that they are in (--group {FOLDER}), not by '{column}'."
        )


def _linked(one: Indices, other: Indices) -> Indices:
    """Return a number for each row, (N,), shared by rows that either numbering links."""
    ones = np.unique(one, return_inverse=True)[1]
    others = np.unique(other, return_inverse=True)[1] + int(ones.max(initial=-1)) + 1
    lowest = components(np.stack([ones, others], axis=1), int(others.max(initial=-1)) + 1)
    return np.unique(lowest, return_inverse=True)[1][ones].astype(np.int64)
