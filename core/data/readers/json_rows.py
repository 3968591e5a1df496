"""Tables in JSON: a list of objects, alone or nested, JSON Lines, or columns.

A nested list is within an object, and columns are side by side.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from core.data.file_signatures import check_there, head, real_kind, refuse_disguised
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.tables.annotations import RowsOfTool, spans_in, tool_of
from core.data.tables.cleaning import without_surrogates
from core.data.tables.encoding import JSON_ENDS, find_encoding, known_encoding, refuse_binary
from core.data.tables.ingest import preview_source, take_in
from core.data.tables.json_objects import JsonObjects, RowSource, choose_list, find_shape, parsed
from core.data.tables.json_values import BrokenJson, json_text
from core.data.tables.nested_rows import refuse_nested
from core.data.tables.skip_report import SkipReport
from core.data.tables.table import BATCH_BYTES, BATCH_ROWS, Batch, Table, check_width, column_names, in_bounds
from core.data.task_kinds import IN_TABLES
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview

SUFFIXES = (".json", ".jsonl", ".ndjson")
_ENCODING_BYTES = 64 << 20
_FIRST_OBJECTS = 2_000  # whose keys are the columns
_AT_A_TIME = 64
_MOST_LISTS = 5  # of a file, that are named


def accepts(path: Path) -> float:
    """Return how sure it is that a file holds JSON."""
    if not path.is_file():
        return 0.0
    start, suffix = head(path), path.suffix.lower()
    if suffix in SUFFIXES:
        return 0.3 if real_kind(start) else 0.9
    text = start.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    if suffix in (".csv", ".tsv", ".txt", "") and text.startswith(('{"', "[{", "[\n", "[\r\n")):
        first = parsed(text.split("\n", 1)[0])
        return 0.92 if isinstance(first, dict) or (text.startswith("[") and '{"' in text[:200]) else 0.0
    return 0.0


def open_table(path: Path, options: ImportOptions) -> Table:
    """Open a JSON file as a table.

    Raises:
        DataError: It is no JSON, or holds no table.
    """
    check_there(path)
    start = head(path)
    refuse_disguised(path, start)
    encoding = (
        known_encoding(options.encoding) if options.encoding else find_encoding(path, _ENCODING_BYTES, JSON_ENDS).name
    )
    refuse_binary(path, start, encoding)
    shape, lists = find_shape(path, encoding)
    within = choose_list(lists, options.sheet, path.name) if lists else ()
    chosen = ".".join(within) if len(lists) > 1 else ""
    source: RowSource = JsonObjects(path, encoding, shape, within)
    first = [value for _, value, _ in islice(source.objects(SkipReport()), _FIRST_OBJECTS)]
    tool = tool_of(first)
    said = (tool.said,) if tool else (spans,) if (spans := spans_in(first)) else ()
    if said:
        source = RowsOfTool(source, tool)
    else:
        refuse_nested(first, path.name)
    keys, count = _keys(source, path)
    if not count or not keys:
        raise DataError(
            f'{path.name} holds no rows: no object such as {{"text": "...", "label": "..."}} is in it. '
            "Save it as a list of objects, or with one object a line."
        )
    check_width(len(keys), path.name)
    names, notes, findings = column_names(keys, path.name)
    if path.suffix.lower() not in SUFFIXES:
        notes = (f"{path.name} is in truth JSON, whatever its name says; it is read as such.", *notes)
    if within:
        notes = (f"The rows are the list '{'.'.join(within)}' within the file{_others(lists, within)}.", *notes)
    notes = (*said, *notes)
    return Table(
        path=path,
        format="JSON Lines" if shape == "lines" else "JSON",
        names=names,
        size_bytes=path.stat().st_size,
        unit="line" if shape == "lines" else "object",
        batches=lambda wanted, skipped: _batches(source, [keys[i] for i in wanted], skipped),
        settings={"delimiter": "", "encoding": encoding, "has_header": True, "sheet": chosen},
        notes=notes,
        findings=findings,
        facts={"shape": shape},
        guesses=_guess(lists, within) if not options.sheet else (),
    )


def _guess(lists: Mapping[tuple[str, ...], int], within: tuple[str, ...]) -> tuple[Guess, ...]:
    """Return which list holds the rows, where the file has several."""
    if len(lists) < 2:
        return ()
    return (Guess("List of rows", ".".join(within), f"the longest{_others(lists, within)}", "--sheet NAME"),)


def _others(lists: Mapping[tuple[str, ...], int], within: tuple[str, ...]) -> str:
    """Return which other lists are left out, the end of a sentence; mostly empty."""
    others = [f"'{'.'.join(keys)}' with {count:,} objects" for keys, count in lists.items() if keys != within]
    more = f" and {len(others) - _MOST_LISTS} more" if len(others) > _MOST_LISTS else ""
    return f"; left out: {', '.join(others[:_MOST_LISTS])}{more}" if others else ""


def _keys(source: RowSource, path: Path) -> tuple[list[str], int]:
    """Return the first objects' keys, nested ones as "a.b", and the object count."""
    keys: dict[str, None] = {}
    count = 0
    for _, value, _ in islice(source.objects(SkipReport()), _FIRST_OBJECTS):
        count += 1
        if isinstance(value, str):
            keys["text"] = None
        elif isinstance(value, dict):
            for key, inner in value.items():
                keys.update(
                    dict.fromkeys(f"{key}.{name}" for name in inner) if isinstance(inner, dict) else {key: None}
                )
        else:
            raise BrokenJson(
                f"{path.name} is a list, but its items are no objects. "
                'Save it as a list of objects such as {"text": "...", "label": "..."}.'
            )
    return [_without_surrogates(key) for key in keys], count


def _without_surrogates(text: str) -> str:
    return without_surrogates([text])[0]


def _batches(source: RowSource, keys: Sequence[str], skipped: SkipReport) -> Iterator[Batch]:
    getters = [_getter(key) for key in keys]
    numbers: list[int] = []
    columns: tuple[list[str], ...] = tuple([] for _ in keys)
    begun = done = 0
    for number, value, done in source.objects(skipped):
        row = value if isinstance(value, dict) else {"text": value}
        numbers.append(number)
        for column, get in zip(columns, getters, strict=True):
            column.append(json_text(get(row)))
        if len(numbers) >= BATCH_ROWS or (done - begun >= BATCH_BYTES and len(numbers) % _AT_A_TIME == 0):
            yield from _batch(numbers, columns, done, skipped)
            numbers, columns, begun = [], tuple([] for _ in keys), done
    if numbers:
        yield from _batch(numbers, columns, done, skipped)


def _batch(numbers: list[int], columns: tuple[list[str], ...], done: int, skipped: SkipReport) -> Iterator[Batch]:
    return in_bounds(Batch(numbers, tuple(without_surrogates(c) for c in columns), done), skipped)


def _getter(key: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return what takes a key's value from an object, or from one within it."""
    outer, _, inner = key.partition(".")

    def get(row: Mapping[str, Any]) -> Any:
        if key in row or not inner:
            return row.get(key)
        within = row.get(outer)
        return within.get(inner) if isinstance(within, dict) else None

    return get


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Return what a JSON file seems to be."""
    return preview_source(open_table(path, options), options)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Read a JSON file into a draft."""
    take_in(open_table(path, options), options, staged, progress)


READER = ReaderSpec("json", "JSON or JSON Lines", accepts, preview, read, tasks=IN_TABLES)
