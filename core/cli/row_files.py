"""Files of rows to be judged: read by the very code that reads them when they are imported."""

from pathlib import Path

from core.errors import DataError
from core.imports import ImportOptions
from core.intake.reading import delimited, spreadsheet
from core.intake.tables.left_out import LeftOut, place
from core.intake.tables.numbers import Decimal

MOST_ROWS = 200_000  # at once
DAMAGING = ("ragged-rows", "cells-cut")  # what must not be passed over where every row gets an answer


def read_rows(file: Path) -> tuple[list[dict[str, str]], Decimal]:
    """Return the rows of a table in a text file or spreadsheet, by column, and the decimal sign that it suggests.

    Raises:
        DataError: It is no table, has no rows, too many, or rows that cannot be told apart.
    """
    reader = spreadsheet if spreadsheet.accepts(file) > delimited.accepts(file) else delimited
    table = reader.open_table(file, ImportOptions(has_header=True))
    rows: list[dict[str, str]] = []
    left_out = LeftOut()
    for batch in table.batches(range(len(table.names)), left_out):
        rows.extend(dict(zip(table.names, cells, strict=True)) for cells in zip(*batch.columns, strict=True))
        if len(rows) > MOST_ROWS:
            raise DataError(f"{file.name} has more than {MOST_ROWS:,} rows. Divide it into smaller files.")
    for code in DAMAGING:
        if tally := left_out.tallies.get(code):
            raise DataError(
                f"{file.name} has rows whose cells do not fit the column names, so they cannot be judged: "
                f"{place(tally.lines, tally.count, table.unit)}. Correct them and try again."
            )
    if not rows:
        raise DataError(f"{file.name} has no rows below its column names. Add at least one.")
    return rows, table.decimal_hint
