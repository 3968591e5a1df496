"""Runs as CSV for spreadsheets: every fact, score and setting, a run per line."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.formatting import csv_cell
from core.runs import Run
from core.services.run_search.fields import Field, Fields


def csv_of(runs: Sequence[Run], fields: Fields) -> bytes:
    """Return runs as UTF-8 CSV; texts like formulas begin with an apostrophe.

    Args:
        runs: A line each, in this order.
        fields: The columns: those for which any run has a value, and the logged metrics that were asked for. Scores
            have their 95 % interval beside them; the time is in seconds.
    """
    columns = [*fields.in_use, *fields.logged_in_use]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([csv_cell(name) for field in columns for name in _heads(field)])
    writer.writerows([csv_cell(cell) for field in columns for cell in _cells(field, run)] for run in runs)
    return text.getvalue().encode("utf-8-sig")


def _heads(field: Field) -> list[str]:
    return [field.name, f"{field.name}_low", f"{field.name}_high"] if field.part == "score" else [field.name]


def _cells(field: Field, run: Run) -> list[Any]:
    value = field.read(run)
    if field.part == "score":
        score = run.test.get(field.name.removeprefix("test."))
        return [None, None, None] if score is None else [score.value, score.ci_low, score.ci_high]
    if field.kind == "text":
        return [", ".join(value) if field.name == "tag" else next(iter(value), "")]
    return [value.isoformat() if isinstance(value, datetime) else value]
