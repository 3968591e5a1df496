"""From table rows to a draft's examples: a numeric target and its features."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.rows import FEATURE, UNUSED, table_rows
from core.data.staging import Progress, StagedDataset
from core.data.tables.cleaning import looks_like_formula
from core.data.tables.dates import DateStyle, parse_dates
from core.data.tables.durations import read_numbers
from core.data.tables.features import Features
from core.data.tables.labels import LabelBook, is_no_label
from core.data.tables.numbers import NumberStyle
from core.data.tables.row_cells import common_cells, only, positions, with_groups
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import Batch, Table
from core.specs.dataset_types import Finding, ImportOptions


def schema_of(features: Features) -> pa.Schema:
    """Return the schema of the rows that features become."""
    dates = {name: style.order for name, style in features.dates.items() if not style.is_clock}
    clocks = [name for name, style in features.dates.items() if style.is_clock]
    rows = table_rows(
        features.numbers, features.categories, dates, clocks, features.texts, is_labelled=features.target_style is None
    )
    return rows.append(pa.field(UNUSED, pa.int64()))


def take_columns(
    table: Table,
    features: Features,
    options: ImportOptions,
    staged: StagedDataset,
    progress: Progress,
    skipped: SkipReport,
) -> list[Finding]:
    """Write targets with their feature columns; return what was done to the labels."""
    book = (
        LabelBook(options.label_map, options.normalise_labels, table.path.name)
        if features.target_style is None
        else None
    )
    writer = staged.rows(with_groups(schema_of(features), options))
    wanted = positions(table, features.target, *features.names, options.split_column, options.group_column)
    unused = positions(table, *features.unused)
    used = 1 + len(features.names)
    for batch in table.batches([*wanted, *unused], skipped):
        answers, keep = _labels(batch, options, book, skipped) if book else _targets(batch, features, skipped)
        columns: dict[str, Any] = {
            "label" if book else "target": answers,
            **common_cells(batch, used, options, skipped),
        }
        for name, values in zip(features.names, batch.columns[1:used], strict=True):
            columns[FEATURE + name] = _cells(batch, name, values, features, skipped)
        columns[UNUSED] = _hashes(batch.columns[len(wanted) :], len(batch))
        if len(keep) < len(batch):
            columns = {name: only(values, keep) for name, values in columns.items()}
        writer.add_columns(columns)
        progress.advance(batch.done)
    staged.facts |= {"target": features.target, "columns": _column_facts(features), "split_by": options.split_by}
    if features.time_column:
        staged.facts["time_column"] = features.time_column
    if book is None:
        return []
    staged.facts["label_map"] = {label: name for label, name in book.names.items() if label.strip()}
    merged = book.finding(table.path.name)
    return [merged] if merged is not None else []


def _targets(batch: Batch, features: Features, skipped: SkipReport) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the target numbers and their rows; rows without one are counted."""
    assert features.target_style is not None  # of numbers
    target, _ = read_numbers(batch.columns[0], features.target_style)
    keep = np.flatnonzero(target == target)
    if len(keep) < len(target):
        _count_without_target(batch, target, skipped)
    return target, keep


def _labels(
    batch: Batch, options: ImportOptions, book: LabelBook, skipped: SkipReport
) -> tuple[list[str], NDArray[np.int64]]:
    """Return the labels and their rows; rows without one are counted."""
    names = book.named(batch.columns[0], options)
    keep = np.flatnonzero([bool(name) for name in names])
    for position in np.flatnonzero([not name for name in names]).tolist():
        line, written = batch.lines[position], batch.columns[0][position]
        if written.strip() and not is_no_label(written):
            skipped.add("dropped-labels", line, written)
        elif any(column[position].strip() for column in batch.columns):
            skipped.add("missing-labels", line, written)
        else:
            skipped.add("empty-rows", line)
    return names, keep


def _cells(batch: Batch, name: str, values: Sequence[str], features: Features, skipped: SkipReport) -> Any:
    """Return a column's cells as its kind has them."""
    if (number := features.numbers.get(name)) is not None:
        return _numbers(batch, name, values, number, skipped)
    if (date := features.dates.get(name)) is not None:
        return _dates(batch, name, values, date, skipped)
    if name in features.texts:
        return [value if value and not value.isspace() else None for value in values]
    return _words(batch, values, skipped)


def _numbers(
    batch: Batch, name: str, values: Sequence[str], style: NumberStyle, skipped: SkipReport
) -> NDArray[np.float64]:
    numbers, strange = read_numbers(values, style)
    for position in strange:
        skipped.add("unread-numbers", batch.lines[position], f"{name}: {values[position]}")
    return numbers


def _dates(batch: Batch, name: str, values: Sequence[str], style: DateStyle, skipped: SkipReport) -> Any:
    """Return dates as (N,) datetime64, times of the day as seconds or None."""
    seconds, strange = parse_dates(values, style)
    for position in strange:
        skipped.add("unread-dates", batch.lines[position], f"{name}: {values[position]}")
    missing = np.isnan(seconds)
    if style.is_clock:
        return [None if gone else int(second) for gone, second in zip(missing, seconds, strict=True)]
    moments = np.where(missing, 0, seconds).astype(np.int64).astype("datetime64[s]")
    moments[missing] = np.datetime64("NaT")
    return moments


def _words(batch: Batch, values: Sequence[str], skipped: SkipReport) -> list[str | None]:
    """Return the cells of a column of words, None where there is none."""
    for position, value in enumerate(values):
        if looks_like_formula(value):
            skipped.add("formulas", batch.lines[position], value)
    return [" ".join(value.split()) or None for value in values]


def _hashes(columns: Sequence[Sequence[str]], count: int) -> NDArray[np.int64]:
    """Return each row's hash of cells no model reads, (N,), 0 without any."""
    if not columns:
        return np.zeros(count, dtype=np.int64)
    digests = (
        hashlib.blake2b("\0".join(row).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for row in zip(*columns, strict=True)
    )
    return np.frombuffer(b"".join(digests), dtype="<i8").astype(np.int64)


def _count_without_target(batch: Batch, target: NDArray[np.float64], skipped: SkipReport) -> None:
    """Count rows without a number to predict; rows without anything are only empty."""
    for position in np.flatnonzero(target != target).tolist():
        line = batch.lines[position]
        if any(column[position].strip() for column in batch.columns):
            skipped.add("not-a-number", line, batch.columns[0][position] or "(nothing)")
        else:
            skipped.add("empty-rows", line)


def _column_facts(features: Features) -> list[dict[str, str]]:
    target = {"name": features.target, "kind": "category", "role": "label"}
    if features.target_style is not None:
        target |= {"kind": "number", "role": "target", "unit": features.target_style.unit}
    numbers = [{"name": n, "kind": "number", "role": "feature", "unit": s.unit} for n, s in features.numbers.items()]
    dates = [
        {"name": n, "kind": "time of day" if s.is_clock else "date", "role": "feature"}
        for n, s in features.dates.items()
    ]
    words = [{"name": name, "kind": "category", "role": "feature"} for name in features.categories]
    texts = [{"name": name, "kind": "text", "role": "feature"} for name in features.texts]
    ignored = [{"name": n, "kind": "ignored", "role": "ignored", "why": why} for n, why in features.ignored.items()]
    return [target, *numbers, *dates, *words, *texts, *ignored]
