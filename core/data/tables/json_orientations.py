"""JSON table orientations of pandas and others: index, columns, split, values, table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from core.data.tables.conversations.turns import conversation_of
from core.data.tables.skip_report import SkipReport

_DEEPEST = 3  # objects of a single key around the table


def by_row(value: Any) -> Iterator[dict[str, Any]] | None:
    """Return the rows of a JSON document that is a table; None otherwise.

    Args:
        value: {"text": ["a"], ...}, {"text": {"0": "a"}, ...}, {"0": {"text": "a"}, ...}, or
            {"columns": ["text"], "data": [["a"]]}.
    """
    for _ in range(_DEEPEST):
        if isinstance(value, dict) and len(value) == 1 and _holds_objects(only := next(iter(value.values()))):
            value = only
    if not isinstance(value, dict) or not value:
        return None
    if (split := _split(value)) is not None:
        return split
    if _holds_objects(value) and _share_keys(value) and _is_index(value):
        return (dict(row) for row in value.values())
    columns = {name: list(cells.values()) if isinstance(cells, dict) else cells for name, cells in value.items()}
    if not all(isinstance(cells, list) for cells in columns.values()):
        return None
    if len({len(cells) for cells in columns.values()}) != 1 or _holds_deeper(columns):
        return None
    return (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))


def named(values: Iterator[tuple[int, Any, int]], skipped: SkipReport) -> Iterator[tuple[int, Any, int]]:
    """Yield objects unchanged, or cell lists as objects named by the first list.

    Args:
        values: (number, value, bytes read) of each.
        skipped: Gets "bad-lines".
    """
    first = list(islice(values, 2))
    if not first or not isinstance(first[0][1], list):
        for number, value, done in chain(first, values):
            if isinstance(value, list):
                skipped.add("bad-lines", number, str(value)[:100])
            else:
                yield number, value, done
        return
    if conversation_of(first[0][1]) is not None:  # each list is one of turns
        yield from ((number, {"messages": value}, done) for number, value, done in chain(first, values))
        return
    header = first[0][1]
    is_header = _names_columns(header, first[1][1] if len(first) > 1 else None)
    names = [str(name) for name in header] if is_header else [f"column {i}" for i in range(1, len(header) + 1)]
    for number, value, done in chain(first[is_header:], values):
        if isinstance(value, list) and len(value) == len(names):
            yield number, dict(zip(names, value, strict=True)), done
        else:
            skipped.add("bad-lines", number, str(value)[:100])


def _names_columns(header: Sequence[Any], below: Any) -> bool:
    are_names = all(isinstance(cell, str) for cell in header) and len(set(header)) == len(header)
    if not are_names or not isinstance(below, list):
        return False
    return any(not isinstance(cell, str) for cell in below) or all(len(cell) < 40 and cell for cell in header)


def _split(value: Mapping[str, Any]) -> Iterator[dict[str, Any]] | None:
    """Return the rows of {"columns": [...], "data": [[...], ...]}; None otherwise."""
    columns, rows = value.get("columns"), value.get("data", value.get("rows"))
    if not isinstance(columns, list) or not isinstance(rows, list) or not rows:
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        return None
    names = [_name(column) for column in columns]
    return (dict(zip(names, row, strict=True)) for row in rows)


def _name(column: Any) -> str:
    """Return a column's name from a text, its levels, or a named object."""
    if isinstance(column, list):
        return " ".join(map(str, column))
    if isinstance(column, dict):
        return str(column.get("name", column.get("title", "")))
    return str(column)


def _holds_objects(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(inner, dict) for inner in value.values())


def _share_keys(value: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether most objects within an object share a key, as table rows do."""
    counts = Counter(key for inner in value.values() for key in inner)
    return bool(counts) and max(counts.values()) > len(value) / 2


def _is_index(value: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether the objects within an object are its rows, and not its columns."""
    inner = next(iter(value.values()))
    outer_counts, inner_counts = (all(key.lstrip("-").isdigit() for key in keys) for keys in (value, inner))
    if outer_counts != inner_counts:
        return outer_counts
    if any(inner.keys() != other.keys() for other in value.values()):
        return True  # columns all have a cell for each row
    kinds = {type(cell) for cell in inner.values()} - {type(None)}
    return len(value) > len(inner) if len(kinds) < 2 or len(value) != len(inner) else True


def _holds_deeper(columns: Mapping[str, Sequence[Any]]) -> bool:
    return any(isinstance(cell, dict) for cells in columns.values() for cell in cells)
