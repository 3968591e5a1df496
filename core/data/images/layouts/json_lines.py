"""Lines of JSON of labelling services: SageMaker Ground Truth's `output.manifest`, and Labelbox's NDJSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport

SUFFIXES = (".manifest", ".ndjson", ".jsonl")
MOST_DEPTH = 12  # of a line's objects


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is such a file."""
    return any(name.lower().endswith(SUFFIXES) for name in names)


def sure(files: Files) -> float:
    """Tell how sure it is: by the keys of the first line."""
    return 0.975 if _files(files) else 0.0


def label(files: Files) -> Labelling:
    """Return the class that each line gives its picture."""
    said: dict[int, Said] = {}
    skipped, used = SkipReport(), _files(files)
    for file in used:
        for line in files.lines(file):
            written, name = _answer(line)
            entry = files.find(written, file) if written else None
            if entry is None:
                skipped.add("unknown-pictures", written or line[:60])
            elif name:
                said[entry.number] = Said(name, split_of(entry, file))
    numbers = frozenset(entry.number for entry in used)
    return Labelling(f"lines of a labelling service ({named(used)})", said, numbers, skipped=skipped)


def _files(files: Files) -> list[Entry]:
    found = []
    for entry in files.ending(*SUFFIXES):
        first = files.head(entry).lstrip().partition("\n")[0]
        if '"source-ref"' in first or ('"data_row"' in first and '"projects"' in first):
            found.append(entry)
    return found


def _answer(line: str) -> tuple[str, str]:
    """Return the picture's address and its class; "" where there is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(found, Mapping):
        return "", ""
    if isinstance(found.get("source-ref"), str):
        names = (v.get("class-name") for k, v in found.items() if k.endswith("-metadata") and isinstance(v, Mapping))
        return found["source-ref"], next((name for name in names if isinstance(name, str)), "")
    row = found.get("data_row")
    written = (row.get("external_id") or row.get("row_data")) if isinstance(row, Mapping) else ""
    return str(written or ""), next(_radio_answers(found.get("projects")), "")


def _radio_answers(found: Any, depth: int = 0) -> Iterator[str]:
    """Yield the names of what was chosen, wherever it stands."""
    if depth > MOST_DEPTH:
        return
    if isinstance(found, Mapping):
        answer = found.get("radio_answer") or found.get("answer")
        if isinstance(answer, Mapping) and isinstance(answer.get("name"), str):
            yield answer["name"]
        for value in found.values():
            yield from _radio_answers(value, depth + 1)
    elif isinstance(found, list):
        for value in found:
            yield from _radio_answers(value, depth + 1)


LAYOUT = LayoutSpec("json-lines", "Lines of a labelling service (SageMaker, Labelbox)", may_be, sure, label)
