"""Labels that a person has put right."""

from collections.abc import Mapping

import pyarrow as pa

from core.data.store.load_examples import SPLIT_NUMBERS
from core.data.store.version import Version
from core.errors import UserError

LONGEST_LABEL = 100  # characters


def checked_labels(version: Version, changes: Mapping[int, str]) -> dict[int, str]:
    """Return the right label by position, without spaces around it.

    Raises:
        UserError: There is nothing to change, a label that cannot be one, a position that is not there, or data
            without labels.
    """
    clean = {position: label.strip() for position, label in changes.items()}
    if not clean:
        raise UserError("No label was changed yet. Choose the right label beside an example first.")
    for label in clean.values():
        if not 0 < len(label) <= LONGEST_LABEL:
            raise UserError(f"A label needs 1 to {LONGEST_LABEL} characters; '{label[:20]}' has {len(label)}.")
    info = version.manifest.info
    if not info.labels:
        raise UserError("This data has no labels to correct.")
    if outside := [position for position in clean if not 0 <= position < info.examples]:
        raise UserError(f"There is no example {outside[0]}: this version has {info.examples:,}.")
    return clean


def relabelled(version: Version, changes: Mapping[int, str]) -> pa.Table:
    """Return the rows of a version with other labels; see `checked_labels`."""
    clean, rows = checked_labels(version, changes), version.rows
    labels = rows.column("label").to_pylist()
    for position, label in clean.items():
        labels[position] = label
    place = rows.column_names.index("label")
    return rows.set_column(place, rows.schema.field("label"), pa.array(labels, pa.large_string()))


def correction(changes: Mapping[int, str], version: Version) -> str:
    """Return the correction in words, with how many test labels it changes."""
    count = len(changes)
    numbers = version.rows.column("split").take(pa.array(list(changes), pa.int64())).to_pylist()
    test = numbers.count(SPLIT_NUMBERS["test"])
    what = f"Corrected {count:,} label{'' if count == 1 else 's'}"
    if not test:
        return what
    if count == 1:
        return f"{what} of the test split"
    return f"{what}, {'all' if test == count else f'{test:,}'} in the test split"
