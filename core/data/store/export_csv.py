"""Brought texts and tables as CSV, for people who open it in a spreadsheet."""

import csv
import io

from core.data.rows import FEATURE, UNUSED, batches
from core.data.store.version import Version
from core.formatting import csv_cell
from core.specs import SPLITS


def csv_rows(version: Version) -> bytes:
    """Return the rows as UTF-8 CSV; formula-like cells begin with an apostrophe.

    A spreadsheet would take them for formulas.
    """
    rows = version.rows
    internal = ("given", "source", "pack", "offset", "pixels", "looks", "cluster", UNUSED)
    names = [name for name in rows.column_names if name not in internal]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([csv_cell(name.removeprefix(FEATURE)) for name in names])
    for _, columns in batches(rows, *names):
        if "split" in columns:
            columns["split"] = [None if number is None or number < 0 else SPLITS[number] for number in columns["split"]]
        writer.writerows([csv_cell(cell) for cell in row] for row in zip(*columns.values(), strict=True))
    return text.getvalue().encode("utf-8-sig")
