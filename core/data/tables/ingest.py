"""From table rows to a draft's examples, a few thousand at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.rows import DOCUMENT_ROWS, TEXT_ROWS
from core.data.staging import Progress, StagedDataset
from core.data.tables.arrangement import arranged
from core.data.tables.cleaning import clean_texts, looks_like_formula
from core.data.tables.conversations.template import is_answered, turns_in
from core.data.tables.feature_rows import schema_of, take_columns
from core.data.tables.features import unused_columns
from core.data.tables.guesses import table_guesses
from core.data.tables.joining import join_texts
from core.data.tables.labels import LabelBook, is_no_label
from core.data.tables.plan import Plan, make_plan, undecided
from core.data.tables.row_cells import common_cells, only, positions, with_groups
from core.data.tables.skip_report import SkipReport
from core.data.tables.summary_rows import without_summaries
from core.data.tables.table import Batch, Table
from core.data.tables.table_profile import TableProfile
from core.data.task_kinds import LABELLED_TEXTS
from core.errors import DataError
from core.specs.dataset_types import Finding, ImportOptions, SourcePreview

_CHOSEN = (
    "text_column", "several_labels", "label_column", "target_column", "split_column", "group_column",
    "ignored_columns",
    "number_columns", "used_columns", "column_kinds", "split_by",
)  # fmt: skip

_FIRST, _LONGEST_SHOWN = 3, 2_000  # conversations that a look shows, and characters of each


def preview_source(table: Table, options: ImportOptions) -> SourcePreview:
    """Return a table's preview; without a guess, its columns with the problem.

    Raises:
        DataError: It cannot become what the options ask for.
    """
    seen, problem = arranged(without_summaries(table, options.keep_totals), options), ""
    try:
        plan = make_plan(seen, options)
    except DataError as error:
        if options.task or any(getattr(options, name) for name in _CHOSEN):
            raise
        plan, problem = undecided(seen, options), str(error)
    return SourcePreview(
        kind="table",
        format=table.format,
        tasks=plan.tasks or (plan.options.task,),
        options=plan.options,
        size_bytes=table.size_bytes,
        columns=plan.columns,
        sample=seen.first_rows,
        classes=plan.classes,
        label_map=plan.label_map,
        notes=plan.notes,
        problem=problem,
        rows=seen.rows,
        rows_are_exact=seen.is_whole,
        row_labels=_row_labels(seen, plan),
        conversations=_conversations(seen, plan),
        guesses=() if problem else table_guesses(seen, plan, options),
    )


def _row_labels(seen: TableProfile, plan: Plan) -> tuple[str, ...]:
    made = seen.made("label")
    return made.labels if made is not None and made.name == plan.options.label_column else ()


def _conversations(seen: TableProfile, plan: Plan) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the first conversations as turns, none where the text is something else."""
    if not _are_conversations(seen, plan):
        return ()
    cells = [row[seen.table.index(plan.options.text_column)][:_LONGEST_SHOWN] for row in seen.beginning[:_FIRST]]
    return tuple(tuple((turn.role, turn.text) for turn in turns_in(cell)) for cell in cells)


def _are_conversations(seen: TableProfile, plan: Plan) -> bool:
    made = seen.made("text")
    return made is not None and made.name == plan.options.text_column


def take_in(table: Table, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read a whole table into a draft.

    Raises:
        DataError: Nothing of it can be used, or it is not what the options say.
        ImportCancelled: The user does not want it any more.
    """
    progress.stage("Reading", table.size_bytes, "bytes")
    seen = arranged(without_summaries(table, options.keep_totals), options)
    table, plan = seen.table, make_plan(seen, options)
    skipped = SkipReport()
    staged.facts |= {"group_column": plan.options.group_column} if plan.options.group_column else {}
    staged.facts |= {"conversations": True} if _are_conversations(seen, plan) else {}
    staged.facts.update({"format": table.format, "encoding": plan.options.encoding, **table.facts})
    extra = list(table.findings)
    if plan.features is not None:
        extra += take_columns(table, plan.features, plan.options, staged, progress, skipped)
        extra += unused_columns(plan.features)
    elif LABELLED_TEXTS.fits(plan.options.task):
        extra += _take_texts(table, plan, staged, progress, skipped)
    else:
        _take_documents(table, plan, staged, progress, skipped, _are_conversations(seen, plan))
    progress.advance(table.size_bytes)
    staged.findings.extend((*skipped.findings(table.path.name, table.unit), *extra))
    if not staged.rows(_schema(plan)).count:
        reasons = " ".join(finding.message for finding in staged.findings[:3])
        raise DataError(
            f"No row of {table.path.name} can be used. {reasons} Check that the right columns and separator are chosen."
        )


def _schema(plan: Plan) -> Any:
    if plan.features is not None:
        return with_groups(schema_of(plan.features), plan.options)
    if LABELLED_TEXTS.fits(plan.options.task):
        return with_groups(TEXT_ROWS, plan.options)
    return DOCUMENT_ROWS


def _take_texts(
    table: Table, plan: Plan, staged: StagedDataset, progress: Progress, skipped: SkipReport
) -> list[Finding]:
    """Write texts with their labels; return what was done to the labels."""
    options, writer, file = plan.options, staged.rows(_schema(plan)), table.path.name
    book = LabelBook(options.label_map, options.normalise_labels, file)
    read = [options.text_column, *(options.more_text_columns or ())]
    for batch in _batches(table, read, [options.label_column, options.split_column, options.group_column], skipped):
        texts = _clean(batch, options, skipped)
        names = book.named(batch.columns[1], options)
        columns = {"text": texts, "label": names, **common_cells(batch, 2, options, skipped)}
        if not (all(texts) and all(names)):
            keep = _with_text_and_label(batch, texts, names, skipped)
            columns = {name: only(values, keep) for name, values in columns.items()}
        writer.add_columns(columns)
        progress.advance(batch.done)
    staged.facts["label_map"] = {label: name for label, name in book.names.items() if label.strip()}
    staged.facts["columns"] = [
        *({"name": name, "kind": "text", "role": "text"} for name in read),
        {"name": options.label_column, "kind": "category", "role": "label"},
        *({"name": name, "kind": "category", "role": "group"} for name in (options.group_column,) if name),
    ]
    merged = book.finding(file)
    return [merged] if merged is not None else []


def _with_text_and_label(
    batch: Batch, texts: Sequence[str], names: Sequence[str], skipped: SkipReport
) -> NDArray[np.int64]:
    """Return the positions of rows that have both; the others are counted."""
    keep = []
    for position, (text, name) in enumerate(zip(texts, names, strict=True)):
        if text and name:
            keep.append(position)
            continue
        line, written = batch.lines[position], batch.columns[1][position]
        if not text:
            skipped.add("empty-rows", line)
        elif written.strip() and not is_no_label(written):
            skipped.add("dropped-labels", line, written)
        else:
            skipped.add("missing-labels", line, text)
    return np.array(keep, dtype=np.int64)


def _batches(table: Table, texts: Sequence[str], others: Sequence[str], skipped: SkipReport) -> Iterator[Batch]:
    """Yield the columns of texts as the first one, joined, and then these others."""
    for batch in table.batches(positions(table, *texts, *others), skipped):
        cells, rest = batch.columns[: len(texts)], batch.columns[len(texts) :]
        joined = cells[0] if len(cells) == 1 else [join_texts(row) for row in zip(*cells, strict=True)]
        yield Batch(batch.lines, (joined, *rest), batch.done)


def _take_documents(
    table: Table, plan: Plan, staged: StagedDataset, progress: Progress, skipped: SkipReport, is_chat: bool
) -> None:
    """Write texts, each a document; conversations in which nothing is answered are counted."""
    options, writer = plan.options, staged.rows(DOCUMENT_ROWS)
    read = [options.text_column, *(options.more_text_columns or ())]
    for batch in _batches(table, read, [options.split_column], skipped):
        texts = _clean(batch, options, skipped)
        names = [f"{table.path.stem}, {table.unit} {line}" for line in batch.lines]
        columns = {"text": texts, "name": names, **common_cells(batch, 1, options, skipped)}
        for line, text in zip(batch.lines, texts, strict=True):
            if not text or (is_chat and not is_answered(text)):
                skipped.add("no-answer" if text else "empty-rows", line, text)
        keep = np.flatnonzero([bool(text) for text in texts])
        if len(keep) < len(texts):
            columns = {name: only(values, keep) for name, values in columns.items()}
        writer.add_columns(columns)
        progress.advance(batch.done)
    staged.facts["columns"] = [{"name": name, "kind": "text", "role": "text"} for name in read]


def _clean(batch: Batch, options: ImportOptions, skipped: SkipReport) -> list[str]:
    """Return a batch's texts, cleaned on request; "" for missing texts."""
    texts = batch.columns[0]
    for position, text in enumerate(texts):
        if text[:1] in "=+-@" and looks_like_formula(text):
            skipped.add("formulas", batch.lines[position], text)
    if not options.clean_text:
        return [text if text and not text.isspace() else "" for text in texts]
    cleaned, changed = clean_texts(texts)
    for position in changed:
        skipped.add("cleaned-text", batch.lines[position], texts[position])
    return cleaned
