"""Labels that a person has put right."""

from collections.abc import Callable, Mapping

import pyarrow as pa

from core.errors import UserError
from core.intake.opened import Version

LONGEST_LABEL = 100  # characters


def relabelled(changes: Mapping[int, str]) -> Callable[[Version], pa.Table]:
    """Return what gives rows other labels.

    Args:
        changes: The right label by position.

    Raises:
        UserError: There is nothing to change, or a label that cannot be one; from the returned function also a
            position that is not there, or data without labels.
    """
    clean = {position: label.strip() for position, label in changes.items()}
    if not clean:
        raise UserError("No label was changed yet. Choose the right label beside an example first.")
    for label in clean.values():
        if not 0 < len(label) <= LONGEST_LABEL:
            raise UserError(f"A label needs 1 to {LONGEST_LABEL} characters; '{label[:20]}' has {len(label)}.")

    def edit(version: Version) -> pa.Table:
        rows = version.rows
        if "label" not in rows.column_names:
            raise UserError("This data has no labels to correct.")
        if outside := [position for position in clean if not 0 <= position < rows.num_rows]:
            raise UserError(f"There is no example {outside[0]}: this version has {rows.num_rows:,}.")
        labels = rows.column("label").to_pylist()
        for position, label in clean.items():
            labels[position] = label
        place = rows.column_names.index("label")
        return rows.set_column(place, rows.schema.field("label"), pa.array(labels, pa.large_string()))

    return edit
