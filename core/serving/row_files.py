"""Rows to predict, in files or as JSON.

They are read by the code that reads them when they are imported.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from core.data.readers import delimited, json_rows, parquet, spreadsheet
from core.data.tables.joining import join_texts
from core.data.tables.numbers import Decimal
from core.data.tables.skip_report import SkipReport, place
from core.errors import DataError
from core.processes.inspection.client import Inspectors
from core.processes.limits import GIB, import_limits
from core.specs.dataset_types import ImportOptions

MOST_ROWS = 200_000  # at once
ONE_ROW_BYTES = 1 << 20
WALL_S = 3_600.0
LONGEST_SHOWN = 40  # characters of what is no row, in a message
_ROWS = TypeAdapter(tuple[list[dict[str, str]], Decimal])
DAMAGING = ("ragged-rows", "cells-cut", "bad-lines")  # what must not be passed over where every row gets an answer


def read_rows(file: Path) -> tuple[list[dict[str, str]], Decimal]:
    """Return the rows of any importable table, and the decimal sign that it suggests.

    It is read in a process of its own, as when it is imported: what it holds is not known.

    Raises:
        DataError: It is no table, has no rows, too many, rows that cannot be told apart, or was stopped.
    """
    size_bytes = file.stat().st_size if file.is_file() else 0
    said, _ = _inspectors().ask(
        "rows", {}, os.fsencode(file.absolute()), subject=file.name, limits=replace(import_limits(), wall_s=WALL_S),
        mapped_bytes=size_bytes, most_bytes=GIB,
    )  # fmt: skip
    return _ROWS.validate_python((said["rows"], said["decimal"]))


@cache
def _inspectors() -> Inspectors:
    return Inspectors("core.serving.row_files")


def _rows(_asked: Mapping[str, Any], path: bytes) -> tuple[Any, bytes]:
    rows, decimal = _read(Path(os.fsdecode(path)))
    return {"rows": rows, "decimal": decimal}, b""


INSPECTIONS = {"rows": _rows}


def _read(file: Path) -> tuple[list[dict[str, str]], Decimal]:
    if (single := _single_object(file)) is not None:
        return single, "."
    reader: Any = max((delimited, spreadsheet, json_rows, parquet), key=lambda one: one.accepts(file))
    table = reader.open_table(file, ImportOptions(has_header=True))
    rows: list[dict[str, str]] = []
    skipped = SkipReport()
    for batch in table.batches(range(len(table.names)), skipped):
        rows.extend(dict(zip(table.names, cells, strict=True)) for cells in zip(*batch.columns, strict=True))
        if len(rows) > MOST_ROWS:
            raise DataError(f"{file.name} has more than {MOST_ROWS:,} rows. Divide it into smaller files.")
    for code in DAMAGING:
        if tally := skipped.tallies.get(code):
            raise DataError(
                f"{file.name} has rows whose cells do not fit the column names, so they cannot be judged: "
                f"{place(tally.lines, tally.count, table.unit)}. Correct them and try again."
            )
    if not rows:
        raise DataError(f"{file.name} has no rows below its column names. Add at least one.")
    return rows, table.decimal_hint


def _single_object(file: Path) -> list[dict[str, str]] | None:
    """Return the row of a JSON file that is a single object, else None."""
    if file.suffix.lower() != ".json" or not file.is_file() or file.stat().st_size > ONE_ROW_BYTES:
        return None
    try:
        value = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):  # the reader of such files has better words
        return None
    if not isinstance(value, dict) or any(isinstance(cell, dict | list) for cell in value.values()):
        return None
    return [{name: "" if cell is None else str(cell) for name, cell in value.items()}]


def rows_of_json(text: str) -> list[dict[str, Any]]:
    """Return the row, or the list of rows, that a text writes as JSON.

    Raises:
        DataError: It is no JSON, or something else than rows.
    """
    example = 'Write each row as its values by column, such as {"size": 12.5, "colour": "red"}.'
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"This model reads rows of a table, and '{text[:LONGEST_SHOWN]}' is none. {example}") from error
    rows = value if isinstance(value, list) else [value]
    for row in rows:
        if not isinstance(row, dict) or any(isinstance(cell, dict | list) for cell in row.values()):
            raise DataError(
                f"This model reads rows of a table, and '{json.dumps(row)[:LONGEST_SHOWN]}' is none. {example}"
            )
    if not rows:
        raise DataError(f"There is no row to judge. {example}")
    return rows


def texts_in(rows: Sequence[Mapping[str, str]], columns: Sequence[str], named: str) -> list[str]:
    """Return the texts of rows in the columns that a model has read.

    Several are joined as then; without them the column "text" is read.

    Args:
        rows: At least one.
        columns: That the model has read, in their order.
        named: What a message calls the file.

    Raises:
        DataError: The columns are not there.
    """
    read = columns if columns and all(name in rows[0] for name in columns) else ["text"]
    if not all(name in rows[0] for name in read):
        wanted = "columns named " + " and ".join(f'"{name}"' for name in columns) if len(columns) > 1 else ""
        there = ", ".join(rows[0])
        raise DataError(f"{named} needs {wanted or _one_column(columns)}. Its columns: {there}.")
    return [join_texts(row[name] for name in read) for row in rows]


def _one_column(columns: Sequence[str]) -> str:
    named = f'"{columns[0]}" or ' if columns and columns[0] != "text" else ""
    return f'a column named {named}"text" and at least one row'
